"""Imports go on in a worker; what was cut off is found again, and two workers do one only once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from bookings.actions.records import checking, faults, importing, undoing
from bookings.actions.refusals import Busy
from bookings.models import ClientImport, ImportState
from bookings.models.records.imports import AT_WORK

ONE_LIST = 7_412  # of PostgreSQL's advisory locks, with the list's number; a lost worker has none
STEPS: dict[str, Callable[..., None]] = {
    ImportState.CHECKING: checking.go_on,
    ImportState.RUNNING: importing.go_on,
    ImportState.UNDOING: undoing.go_on,
}


def go_on_with_all(*, now: datetime) -> None:
    for pk in ClientImport.objects.filter(state__in=AT_WORK).values_list("pk", flat=True):
        with _alone(pk) as is_mine:
            batch = ClientImport.objects.filter(pk=pk).first()
            if is_mine and batch and batch.state in STEPS:
                _go_on(batch, now)


def _go_on(batch: ClientImport, now: datetime) -> None:
    try:
        STEPS[batch.state](batch, now=now)
    except Busy:
        return  # the next minute's
    except Exception as error:
        faults.count(batch, error, now=now)


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [ONE_LIST, pk])
        [(is_mine,)] = cursor.fetchall()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [ONE_LIST, pk])
