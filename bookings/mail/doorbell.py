"""Wakes a worker as soon as a mail is owed. Nothing is lost when nobody hears it: beat rings too."""

import logging
import time

from celery import current_app
from kombu.exceptions import OperationalError

TASK = "bookings.tasks.send_due_mails"
PATIENCE = 1  # second
QUIET_AFTER_A_FAILURE = 30  # seconds

logger = logging.getLogger(__name__)
_quiet_until = 0.0


def ring() -> None:
    """Send the task; gives up after a second, and then leaves a dead broker alone for a while."""
    global _quiet_until  # noqa: PLW0603 - one memory per process is the point
    if time.monotonic() < _quiet_until:
        return
    try:
        _send()
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_AFTER_A_FAILURE
        logger.warning("Nobody answers the doorbell (%s).", type(error).__name__)


def _send() -> None:
    current_app.send_task(TASK, retry=False, ignore_result=True, expires=60)
