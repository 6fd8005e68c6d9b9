"""Imports go on in a worker; what was cut off is found again, and two workers do one only once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from bookings.actions.records import checking, faults, importing, undoing
from bookings.actions.refusals import Busy
from bookings.models import ClientImport, ImportState
from bookings.models.records.imports import AT_WORK

# Of PostgreSQL's advisory locks; a lost worker has none. One list at a time in all workers, so
# that another is free for the mail.
ONE_LIST = 7_412
AT_WORK_FOR = 10  # seconds, and then whatever else waits has its turn
STEPS: dict[str, Callable[..., bool]] = {
    ImportState.CHECKING: checking.go_on,
    ImportState.RUNNING: importing.go_on,
    ImportState.UNDOING: undoing.go_on,
}


def go_on_with_all(*, now: datetime) -> bool:
    """Whether its time was over before the lists were, so that it is to be called again."""
    until = time.monotonic() + AT_WORK_FOR
    with _alone() as is_mine:
        lists = ClientImport.objects.filter(state__in=AT_WORK).order_by("started_at", "pk")
        for pk in lists.values_list("pk", flat=True) if is_mine else ():
            batch = ClientImport.objects.filter(pk=pk).first()
            if batch and batch.state in STEPS and not _go_on(batch, now, until):
                return True
    return False


def _go_on(batch: ClientImport, now: datetime, until: float) -> bool:
    """False where its time was over first."""
    try:
        return STEPS[batch.state](batch, now, until)
    except Busy:
        return True  # the next minute's
    except Exception as error:
        faults.count(batch, error, now=now)
        return True


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_LIST])
        [(is_mine,)] = cursor.fetchall()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_LIST])
