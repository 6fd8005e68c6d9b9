"""The phone list of the race board: put on it, not reached, done or taken off, and that undone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least

from bookings.models import Race, RunnerCall

MOST_TRIES = 99


def put_on_the_list(races: Sequence[Race], *, by: str, now: datetime) -> None:
    """Who is on it already stays there once."""
    RunnerCall.objects.bulk_create(
        [RunnerCall(race=race, asked_at=now, by=by) for race in races], ignore_conflicts=True
    )


def note_rung(call: RunnerCall, *, by: str, now: datetime) -> None:
    """Again changes nothing."""
    RunnerCall.objects.filter(pk=call.pk, done_at=None).update(done_at=now, done_by=by)


def note_not_reached(call: RunnerCall, *, now: datetime) -> None:
    """They stay on the list, behind those whom nobody has tried to ring."""
    there = RunnerCall.objects.filter(pk=call.pk, done_at=None)
    there.update(tries=Least(F("tries") + 1, MOST_TRIES), tried_at=now)


def take_off(call: RunnerCall, *, by: str, now: datetime) -> None:
    """Put on it by mistake, or no longer to be rung."""
    there = RunnerCall.objects.filter(pk=call.pk, done_at=None)
    there.update(done_at=now, done_by=by, taken_off=True)


def undo_rung(call: RunnerCall) -> None:
    """Where they are on the list once more already, that one stays."""
    try:
        with transaction.atomic():
            RunnerCall.objects.filter(pk=call.pk).update(done_at=None, done_by="", taken_off=False)
    except IntegrityError:
        return
