"""Wakes a worker when a mail is owed. Nothing is lost when nobody hears: beat rings too."""

import logging
import time
from functools import cache

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from kombu.pools import ProducerPool, producers

TASK = "bookings.tasks.send_due_mails"
PATIENCE = 1  # second
QUIET_AFTER_A_FAILURE = 30  # seconds

logger = logging.getLogger(__name__)
_quiet_until = 0.0


def ring(task: str = TASK) -> None:
    """Send the task; gives up after a second, and then leaves a dead broker alone for a while."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        _ring(task)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_AFTER_A_FAILURE
        logger.warning("Nobody answers the doorbell: %s", type(error).__name__)


def ring_when_committed() -> None:
    """Once for all the mails that the transaction owes."""
    if all(awaited[1] is not ring for awaited in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


def _ring(task: str) -> None:
    with _bells().acquire(block=True, timeout=PATIENCE) as producer:
        current_app.send_task(task, producer=producer, retry=False, expires=60)


@cache
def _bells() -> ProducerPool:
    """Connections of their own, because a worker's must wait for its broker and these must not."""
    options = {
        **current_app.conf.broker_transport_options,
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
        "retry_on_timeout": False,
        "max_retries": 0,
        "interval_start": 0,
        "connect_retries_timeout": PATIENCE,
    }
    return producers[current_app.connection_for_write(transport_options=options)]
