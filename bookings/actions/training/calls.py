"""The phone list of the race board: put on it, done, and not done after all."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.models import Race, RunnerCall


def put_on_the_list(races: Sequence[Race], *, by: str, now: datetime) -> None:
    """Who is on it already stays there once."""
    RunnerCall.objects.bulk_create(
        [RunnerCall(race=race, asked_at=now, by=by) for race in races], ignore_conflicts=True
    )


def note_rung(call: RunnerCall, *, by: str, now: datetime) -> None:
    """Again changes nothing."""
    RunnerCall.objects.filter(pk=call.pk, done_at=None).update(done_at=now, done_by=by)


def undo_rung(call: RunnerCall) -> None:
    """Where they are on the list once more already, that one stays."""
    try:
        with transaction.atomic():
            RunnerCall.objects.filter(pk=call.pk).update(done_at=None, done_by="")
    except IntegrityError:
        return
