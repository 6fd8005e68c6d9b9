"""Beat tells the owner of a worker or a broker that is dead, since a dead one tells of nothing."""

import logging
import time

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from bookings.actions import alerts, watch
from bookings.models import Clinic, Component, Heartbeat
from bookings.queries.mail import mail_status

EACH = 60  # seconds, by the machine's uptime
_last = [0.0]
logger = logging.getLogger(__name__)


def look() -> None:
    """Each minute at most, and never in the way of the clock: what goes wrong here is logged."""
    if _last[0] and time.monotonic() - _last[0] < EACH:
        return
    _last[0] = time.monotonic()
    try:
        close_old_connections()
        tell()
    except DatabaseError as error:
        logger.warning("worker not looked for: %s", type(error).__name__)


def tell() -> None:
    """While the worker lives it does all of this itself."""
    clinic = Clinic.objects.first()
    worker = Heartbeat.objects.with_silence(mail_status.LATE).filter(part=Component.SENDER).first()
    if clinic is None or (worker and not worker.is_silent):
        return
    now = timezone.now()
    watch.look(clinic, now=now)
    alerts.tell(now=now, among=alerts.CARRY_THE_FIRST_WAY)
