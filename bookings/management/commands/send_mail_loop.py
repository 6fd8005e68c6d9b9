"""Sends the mails that Celery leaves lying; safe to run beside it, and beside itself."""

import logging
import signal
from datetime import timedelta
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from bookings.actions.mail import sending, sign_in_mails
from bookings.models import Mail

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends mails that have been due for a while, for when Celery or its broker is down."

    def add_arguments(self, parser):
        parser.add_argument(
            "--after", type=float, default=90, help="seconds a mail may be due (default 90)"
        )
        parser.add_argument(
            "--every", type=float, default=5, help="seconds between two looks (default 5)"
        )

    def handle(self, *, after: float, every: float, **_: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.wait(every):
            send_what_was_left(timedelta(seconds=after))


def send_what_was_left(after: timedelta) -> None:
    close_old_connections()
    try:
        sign_in_mails.send_due()  # at once: nobody waits long for a code
        if Mail.objects.overdue(after).exists():
            sending.send_due(now=timezone.now())
    except (OperationalError, InterfaceError) as error:
        logger.error("No answer from the database: %s", type(error).__name__)
        connection.close()
