"""An import is undone as a whole: what nobody has touched goes, the rest stays and is told."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients import details
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.records import faults
from bookings.actions.records.checking import TASK
from bookings.actions.records.deciding import are_ours, in_words
from bookings.actions.records.reading import NotToBeImported
from bookings.actions.refusals import Busy
from bookings.core.scheduling.statuses import Status
from bookings.mail.wake_worker import ring
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Change,
    Client,
    ClientEvent,
    ClientImport,
    Clinic,
    ImportedRow,
    ImportState,
    KnownAs,
    Mail,
    MailState,
)
from bookings.models.records.history import MAY_FORGET, Operation
from bookings.models.records.imports import Undone

STAYS = gettext_lazy(
    "Something unexpected went wrong when this was taken back, so it stays. Whoever looks after "
    "the installation finds in its log where it went wrong."
)
TOUCHED = gettext_lazy("The appointment was moved, marked, paid or written about since.")
USED = gettext_lazy("What it added to the client was changed or used since.")
GONE = gettext_lazy("The client was erased or joined with another since.")
WRITTEN_DOWN = gettext_lazy("Something was written down about the client since.")
CHANGED = gettext_lazy("The client’s record was changed since.")
VISITED = gettext_lazy("The client has appointments, which stay.")
LATER_LIST = gettext_lazy(
    "“{file}” has added to this client since. Undo that import first, then this one once more."
)
AT_ONCE = 10  # rows: the diary waits while they go, and no longer than a tenth of a second
LONGEST_REST = 0.2  # seconds
OF_EVERY_CLIENT = (Change, ClientEvent, ImportedRow, KnownAs)
OF_EVERY_VISIT = (AppointmentEvent, ImportedRow, Mail)


def undo(batch: ClientImport, *, now: datetime) -> None:
    """Raises NotToBeImported where its time is over, or it is being undone already."""
    with transaction.atomic():
        locked = ClientImport.objects.select_for_update().get(pk=batch.pk)
        if not locked.can_be_undone(now):
            raise NotToBeImported(
                _("An import can be undone for a day after it was done. Nothing was changed.")
            )
        locked.state, locked.faults = ImportState.UNDOING, 0
        locked.save(update_fields=["state", "faults"])
        locked.rows.exclude(undone=Undone.REMOVED).update(settled=False)
        transaction.on_commit(lambda: ring(TASK), robust=True)


def go_on(batch: ClientImport, now: datetime, until: float) -> bool:
    """Whoever was made comes after all their visits, some of which may stand before them.

    Whether none is left. Between some and some it rests as long as they took, for whoever books.
    """
    left = batch.rows.filter(settled=False).order_by("made_client", "-number")
    while some := list(left.values_list("pk", flat=True)[:AT_ONCE]):
        began = time.monotonic()
        _take_back_safely(some)
        faults.went_well(batch)
        time.sleep(min(time.monotonic() - began, LONGEST_REST))
        if time.monotonic() > until:
            return False
    undoing = ClientImport.objects.filter(pk=batch.pk, state=ImportState.UNDOING)
    undoing.update(state=ImportState.UNDONE, undone_at=now)
    return True


def _take_back_safely(some: Sequence[int]) -> None:
    """All at once; where that breaks, each row by itself, so that one does not keep the others."""
    try:
        _take_back(some)
    except (Busy, *faults.NOT_THE_ROWS):
        raise
    except Exception as error:
        if len(some) == 1:
            row = ImportedRow.objects.get(pk=some[0])
            faults.note(row, error)
            ImportedRow.objects.filter(pk=row.pk, settled=False).update(
                settled=True, undone=Undone.KEPT, reason=str(STAYS), only_ours=True
            )
            return
        for one in some:
            _take_back_safely([one])


@changes_the_diary
def _take_back(_clinic: Clinic, some: Sequence[int]) -> None:
    """Under the diary's lock, since nobody is to be booked who goes."""
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
    rows = ImportedRow.objects.filter(pk__in=some, settled=False).order_by("-number")
    taken = [TakenBack(row) for row in rows.select_related("appointment", "client")]
    _take_back_visits([one for one in taken if one.row.made_visit and one.row.appointment])
    for one in taken:
        if one.row.filled:
            one.kept.append(_take_back_what_was_filled(one.row))
    _take_back_clients([one for one in taken if one.row.made_client])
    for one in taken:
        one.settle()
    # Not whom or what they had, which is gone of some and still in memory.
    ImportedRow.objects.bulk_update(
        [one.row for one in taken], ["settled", "undone", "reason", "only_ours", "filled"]
    )


@dataclass(eq=False)
class TakenBack:
    """A row, and why what it made stays; nothing said where it went."""

    row: ImportedRow
    kept: list[object] = field(default_factory=list)

    def settle(self) -> None:
        row, why = self.row, in_words(self.kept)
        row.settled = True
        if not (row.made_visit or row.made_client or self.kept):
            return
        had_stayed = row.undone == Undone.KEPT
        row.undone = Undone.KEPT if why else Undone.REMOVED
        if why or had_stayed:
            row.reason, row.only_ours = why, are_ours(self.kept)


def _take_back_visits(taken: Sequence[TakenBack]) -> None:
    """But those of which anything remembers that something has happened since."""
    visits = [one.row.appointment for one in taken if one.row.appointment]
    touched = {one.pk for one in visits if one.status != Status.BOOKED or one.revision}
    touched |= _changed(Appointment, visits) | _with_more(Appointment, visits, OF_EVERY_VISIT)
    touched |= _not_once(AppointmentEvent, "appointment", visits)
    written = Mail.objects.exclude(state__in=[MailState.SCHEDULED, MailState.CANCELLED])
    touched |= set(written.filter(appointment__in=visits).values_list("appointment", flat=True))
    for one in taken:
        if one.row.appointment_id in touched:
            one.kept.append(TOUCHED)
    Appointment.objects.filter(pk__in={one.pk for one in visits} - touched).delete()


def _take_back_what_was_filled(row: ImportedRow) -> object:
    """Why not, or nothing."""
    if row.client and details.unfill(row.client, of_list=row):
        row.filled = ""
        return ""
    return USED


def _take_back_clients(taken: Sequence[TakenBack]) -> None:
    here = [one for one in taken if one.row.client and not one.row.client.erased_at]
    why = _why_they_stay([one.row for one in here])
    gone = {one.row.client.pk for one in here if one.row.client} - why.keys()
    for one in taken:
        if one not in here:
            one.kept.append(GONE)
        elif one.row.client_id in why:
            one.kept.append(why[one.row.client_id])
    Client.objects.filter(pk__in=gone).delete()
    # With what the history has of them, which would keep a name that should not be here.
    of_visits = Appointment._meta.db_table
    Change.objects.filter(client__in=gone).exclude(table=of_visits).delete()


def _why_they_stay(rows: Sequence[ImportedRow]) -> dict[int, object]:
    """By client, the first thing that keeps them; not those who may go."""
    clients = [row.client for row in rows if row.client]
    visited = Appointment.objects.filter(client__in=clients).values_list("client", flat=True)
    changed = {one.pk for one in clients if one.user_id} | _changed(Client, clients)
    changed |= _not_once(ClientEvent, "client", clients)
    more = _with_more(Client, clients, OF_EVERY_CLIENT)
    return {
        **dict.fromkeys(more, WRITTEN_DOWN),
        **dict.fromkeys(changed, CHANGED),
        **dict.fromkeys(visited, VISITED),
        **_added_to_since(rows),
    }


def _added_to_since(rows: Sequence[ImportedRow]) -> dict[int, str]:
    """By another list that has added to the same client, and of which that is still here."""
    has_added = Q(made_visit=True, appointment__isnull=False) | ~Q(filled="")
    clients = {row.client_id for row in rows}
    others = ImportedRow.objects.filter(has_added, client__in=clients)
    others = others.exclude(batch__in={row.batch_id for row in rows}).order_by("batch")
    found = others.values_list("client", "batch__file_name")
    return {client: str(LATER_LIST).format(file=name) for client, name in found if client}


def _changed(model: type[Any], rows: Collection[Any]) -> set[int]:
    """Whose columns were changed since they were made, as the history has it."""
    clients = {row.pk if isinstance(row, Client) else row.client_id for row in rows}
    of_them = Change.objects.filter(client__in=clients, table=model._meta.db_table)
    changed = of_them.filter(did=Operation.CHANGED).values_list("row", flat=True)
    return set(changed) & {row.pk for row in rows}


def _not_once(events: type[Any], of: str, rows: Collection[Any]) -> set[int]:
    """Of which more, or less, is remembered than that they were made."""
    those = events._default_manager.filter(**{f"{of}__in": rows}).order_by()
    counts = dict(those.values_list(of).annotate(many=Count("pk")))
    return {row.pk for row in rows if counts.get(row.pk) != 1}


def _with_more(model: type[Any], rows: Collection[Any], usual: tuple) -> set[int]:
    """On which anything hangs, whichever app it belongs to, but what an import makes."""
    those = [
        one.related_model._default_manager.filter(**{f"{one.field.name}__in": rows})
        .order_by()
        .values_list(one.field.name, flat=True)
        for one in model._meta.related_objects
        if one.related_model not in usual
    ]
    return set(those[0].union(*those[1:])) if rows else set()
