"""Imports go on in a worker; what was cut off is found again, and two workers do one only once.
And what stood in a file is forgotten a day later."""

import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.actions.one_worker import Work, alone_with
from bookings.actions.records import (
    checking,
    faults,
    importing,
    undoing,
)
from bookings.actions.refusals import Busy
from bookings.models import ClientImport, ImportState
from bookings.models.records.imports import AT_WORK, FORGOTTEN_AFTER

AT_WORK_FOR = 10  # seconds, and then whatever else waits has its turn
STEPS: dict[str, Callable[..., bool]] = {
    ImportState.CHECKING: checking.go_on,
    ImportState.RUNNING: importing.go_on,
    ImportState.UNDOING: undoing.go_on,
}


def go_on_with_all(*, now: datetime) -> bool:
    """Whether its time was over before the lists were, so that it is to be called again."""
    until = time.monotonic() + AT_WORK_FOR
    with alone_with(Work.LISTS) as is_mine:
        lists = ClientImport.objects.filter(state__in=AT_WORK).order_by("started_at", "pk")
        waiting = list(lists.values_list("pk", flat=True)) if is_mine else []
        if is_mine and not waiting:
            checking.begun.clear()
        for pk in waiting:
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


def forget_files(*, now: datetime) -> int:
    """What stood in the rows, a day after it was of use; and imports that nobody went on with."""
    before = now - FORGOTTEN_AFTER
    begun = [ImportState.DONE, ImportState.UNDONE, ImportState.FAILED]
    left = ClientImport.objects.exclude(
        state__in=[*begun, ImportState.RUNNING, ImportState.UNDOING]
    )
    count = left.filter(created_at__lt=before).delete()[0]
    old = ClientImport.objects.filter(state__in=begun, done_at__lt=before, forgotten_at=None)
    for batch in old:
        with transaction.atomic():
            count += batch.rows.exclude(cells=None).update(cells=None)
            _forget_words(batch)
            ClientImport.objects.filter(pk=batch.pk).update(
                file_name=_("List {number}").format(number=batch.pk),
                columns=[],
                names={},
                forgotten_at=now,
            )
    return count


def _forget_words(batch: ClientImport) -> None:
    """Reasons that are more than sentences of ours, and so may have a word of the file in them."""
    why = _("What stood in the row is deleted here, and with it the words of why.")
    batch.rows.filter(only_ours=False).exclude(reason="").update(reason=why)
