"""An import is undone as a whole: what nobody has touched goes, the rest stays and is told."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.clients import details
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.records import faults
from bookings.actions.records.checking import TASK
from bookings.actions.records.reading import NotToBeImported
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
from bookings.models.records.history import MAY_FORGET
from bookings.models.records.imports import Undone

STAYS = gettext_lazy(
    "Something unexpected went wrong when this was taken back, so it stays. Whoever looks after "
    "the installation finds in its log where it went wrong."
)
LATER_LIST = gettext_lazy(
    "“{file}” has added to this client since. Undo that import first, then this one once more."
)
CHUNK = 50  # the diary waits while they go
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


def go_on(batch: ClientImport, *, now: datetime) -> None:
    """From the last row up: a client's first row, which made them, comes after their visits."""
    while _some(batch.pk):
        faults.went_well(batch)
    undoing = ClientImport.objects.filter(pk=batch.pk, state=ImportState.UNDOING)
    undoing.update(state=ImportState.UNDONE, undone_at=now)


@changes_the_diary
def _some(_clinic: Clinic, batch: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
    rows = ImportedRow.objects.filter(batch=batch, settled=False).order_by("-number")
    some = list(rows.select_related("appointment", "client")[:CHUNK])
    for row in some:
        _take_back_or_explain(row)
        row.settled = True
    # Not whom or what they had: whom one row takes back, a later one still has in memory.
    ImportedRow.objects.bulk_update(some, ["settled", "undone", "reason", "filled"])
    return bool(some)


def _take_back_or_explain(row: ImportedRow) -> None:
    try:
        with transaction.atomic():
            _take_back(row)
    except faults.NOT_THE_ROWS:
        raise
    except Exception as error:
        row.refresh_from_db()
        faults.note(row, error)
        row.reason, row.undone = str(STAYS), Undone.KEPT


def _take_back(row: ImportedRow) -> None:
    kept = []
    if row.made_visit:
        kept.append(_take_back_the_visit(row))
    if row.filled:
        kept.append(_take_back_what_was_filled(row))
    if row.made_client:
        kept.append(_take_back_the_client(row))
    if not kept:
        return
    why, had_stayed = " ".join(filter(None, kept)), row.undone == Undone.KEPT
    row.undone = Undone.KEPT if why else Undone.REMOVED
    row.reason = why or ("" if had_stayed else row.reason)


def _take_back_the_visit(row: ImportedRow) -> str:
    """Why not, or nothing."""
    visit = row.appointment
    if visit is None:  # as after an undoing that had to leave its client
        return ""
    if not _is_as_imported(visit):
        return _("The appointment was moved, marked, paid or written about since.")
    visit.delete()
    return ""


def _is_as_imported(visit: Appointment) -> bool:
    """Booked, and nothing has happened since that anything remembers."""
    if visit.status != Status.BOOKED or visit.revision or visit.events.count() != 1:
        return False
    if visit.mails.exclude(state__in=[MailState.SCHEDULED, MailState.CANCELLED]).exists():
        return False
    if Change.objects.filter(table=Appointment._meta.db_table, row=visit.pk).count() > 1:
        return False
    return not _has_more(visit, OF_EVERY_VISIT)


def _take_back_what_was_filled(row: ImportedRow) -> str:
    """Why not, or nothing."""
    if row.client and details.unfill(row.client, of_list=row):
        row.filled = ""
        return ""
    return _("What it added to the client was changed or used since.")


def _take_back_the_client(row: ImportedRow) -> str:
    """Why not, or nothing."""
    client = row.client
    if client is None or client.erased_at:
        return _("The client was erased or joined with another since.")
    if later := _later_list(row):
        return str(LATER_LIST).format(file=later.file_name)
    if client.appointments.exists():
        return _("The client has appointments, which stay.")
    of_it = Change.objects.filter(table=Client._meta.db_table, row=client.pk)
    if client.user_id or client.record_events.count() != 1 or of_it.count() > 1:
        return _("The client’s record was changed since.")
    if _has_more(client, OF_EVERY_CLIENT):
        return _("Something was written down about the client since.")
    _forget(client)
    return ""


def _later_list(row: ImportedRow) -> ClientImport | None:
    """Another that has added to the same client, and of which that is still here."""
    has_added = Q(made_visit=True, appointment__isnull=False) | ~Q(filled="")
    others = ImportedRow.objects.filter(has_added, client=row.client_id)
    last = others.exclude(batch=row.batch_id).select_related("batch").order_by("-batch").first()
    return last.batch if last else None


def _has_more(row: Client | Appointment, usual: tuple) -> bool:
    """Whether anything hangs on it, whichever app it belongs to, but what an import makes."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.related_objects
        if relation.related_model not in usual
    )


def _forget(client: Client) -> None:
    """With what the history has of them, which would keep a name that should not be here."""
    pk = client.pk
    client.delete()
    Change.objects.filter(client=pk).exclude(table=Appointment._meta.db_table).delete()
