"""A coming appointment of a list goes through the one engine, as what was agreed elsewhere: the
grid and the notice that a runner needs are not asked, hours and everything taken are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.records.deciding import RowVerdict
from bookings.actions.records.reading import NotToBeImported
from bookings.actions.refusals import Refused
from bookings.actions.scheduling.allocation import allocate, new_appointment
from bookings.actions.scheduling.holds import expire_dead_holds
from bookings.core import wording
from bookings.core.records.fields import OtherSystem
from bookings.core.records.people import ListedVisit
from bookings.core.scheduling.codes import Code, Problem, Rules
from bookings.core.scheduling.statuses import FREES_ITS_TIME
from bookings.models import (
    Appointment,
    Client,
    ClientImport,
    Clinic,
    ImportedRow,
    ImportState,
    MailKind,
)
from bookings.models.records.imports import RowOutcome
from bookings.queries.scheduling.diary import DiaryFacts, facts_for
from bookings.queries.scheduling.problems import problems_with
from bookings.queries.scheduling.slots import Placement, Slot

CLIENT_BUSY = gettext_lazy("The same client has another appointment then.")
TAKEN = {
    Code.THERAPIST_BUSY: gettext_lazy("The therapist has another appointment then."),
    Code.ROOM_BUSY: gettext_lazy("The room is taken then."),
    Code.NO_ROOM: gettext_lazy("No room that suits it is free then."),
    Code.NOBODY_FREE: gettext_lazy("Nobody who gives it is free then."),
    Code.CLIENT_BUSY: CLIENT_BUSY,
}
BUSY_BETWEEN = gettext_lazy("The therapist has another appointment then, from {start} to {end}.")
PAUSE_BEFORE = gettext_lazy(
    "The therapist has another appointment from {start} to {end}, and the pause after it lasts "
    "until {until}."
)
PAUSE_AFTER = gettext_lazy(
    "The pause after it would last until {until}, and the therapist has another appointment from "
    "{start} to {end}."
)
ONLY_PAUSES = gettext_lazy(
    "Only a pause is in the way: pauses can be left out for this list, on the columns’ page."
)


def place(slot: Slot, facts: DiaryFacts, client: Client | None) -> Placement:
    """Raises Refused, which says what is in the way."""
    try:
        return allocate(slot, facts, rules=Rules.KEPT, client=client)
    except Refused as refusal:
        refusal.problems = tuple(
            replace(one, sentence=_in_the_way(one, slot, facts)) for one in refusal.problems
        )
        if slot.pause is None and _may_stand_without_pauses(slot, facts, client):
            only = Problem(code=Code.NOBODY_FREE, sentence=str(ONLY_PAUSES))
            refusal.problems = (*refusal.problems, only)
        raise


def _in_the_way(problem: Problem, slot: Slot, facts: DiaryFacts) -> str:
    """Without the name of whoever is in the way, who may be erased sooner than what is said."""
    general = str(TAKEN.get(problem.code) or problem.sentence)
    takers = facts.takers(slot)
    if problem.code not in (Code.THERAPIST_BUSY, Code.NOBODY_FREE) or len(takers) != 1:
        return general
    start, end, until = (
        int(at.timestamp()) for at in (slot.start, slot.interval.end, slot.blocked.end)
    )
    theirs = [one for one in facts.taken if one.therapist == takers[0].pk]
    there = [one for one in theirs if one.start < until and start < one.blocked_until]
    if not there:
        return general
    other = min(there, key=lambda one: one.start)
    named = {"start": other.start, "end": other.end, "until": other.blocked_until}
    sentence = PAUSE_BEFORE if other.end <= start else BUSY_BETWEEN
    if end <= other.start:
        sentence, named["until"] = PAUSE_AFTER, until
    tz = facts.clinic.tz
    return str(sentence).format(
        **{name: wording.clock(datetime.fromtimestamp(at, tz), tz) for name, at in named.items()}
    )


def _may_stand_without_pauses(slot: Slot, facts: DiaryFacts, client: Client | None) -> bool:
    rows = [one._replace(blocked_until=one.end) for one in facts.taken]
    bare = replace(slot, pause=timedelta())
    return not problems_with(bare, replace(facts, rows=rows), rules=Rules.KEPT, client=client)


def why(refusal: Refused, *, is_busy: bool = False) -> str:
    told = [one.sentence for one in refusal.problems]
    told += [str(CLIENT_BUSY)] if is_busy else []
    return " ".join(dict.fromkeys(told)) or str(refusal)


def key_of(batch: ClientImport, wanted: ListedVisit, client: Client) -> str:
    """By which it is found when the same list comes again, wherever it has been moved since."""
    told = wanted.key or f"{client.pk} {wanted.starts_at.isoformat()}"
    return f"import:{batch.source}:{sha256(told.encode()).hexdigest()[:40]}"


def already_here(batch: ClientImport, verdicts: Sequence[RowVerdict]) -> set[int]:
    """The numbers of rows whose visit is in the diary, or was taken in before. One query."""
    asked = [
        (one.row.number, one.wanted, one.client)
        for one in verdicts
        if one.slot is not None and one.wanted and one.client
    ]
    keys = {key_of(batch, wanted, client) for _n, wanted, client in asked}
    public = {w.key for _n, w, _c in asked if w.key} if batch.source == OtherSystem.TAPER else set()
    starts = {wanted.starts_at for _n, wanted, _c in asked}
    found = Appointment.objects.filter(
        Q(booking_key__in=keys)
        | Q(public_id__in=public)
        | Q(client__in={c.pk for _n, _w, c in asked}, starts_at__in=starts)
        & ~Q(status__in=[one.value for one in FREES_ITS_TIME])
    ).values_list("booking_key", "public_id", "client_id", "starts_at", "status")
    rows = list(found) if asked else []
    by_key = {row[0] for row in rows} | {row[1] for row in rows}
    at = {row[2:4] for row in rows if row[4] not in FREES_ITS_TIME}
    return {
        number
        for number, wanted, client in asked
        if key_of(batch, wanted, client) in by_key
        or (wanted.key in public and wanted.key in by_key)
        or (client.pk, wanted.starts_at) in at
    }


def is_here(verdict: RowVerdict) -> None:
    """The appointment is; whoever was written down for it in a run that was cut off is new."""
    if verdict.outcome is not RowOutcome.NEW:
        verdict.ends(RowOutcome.SAME, _("The appointment is here already, or was imported before."))


def is_taken_in(verdict: RowVerdict) -> None:
    if verdict.outcome is not RowOutcome.NEW:
        verdict.ends(RowOutcome.VISIT, "")


@changes_the_diary
def remind_after_all(_clinic: Clinic, batch: ClientImport, *, now: datetime) -> int:
    """Of how many of its appointments; once. Raises NotToBeImported where they are already."""
    may = ClientImport.objects.filter(pk=batch.pk, state=ImportState.DONE, remind=False)
    if not may.update(remind=True):
        raise NotToBeImported(_("Reminders of this list are on already, or it was undone."))
    of_it = ImportedRow.objects.filter(batch=batch, made_visit=True).values("appointment")
    coming = Appointment.objects.upcoming(now).of_the_living().filter(pk__in=of_it)
    visits = list(coming.exclude(client__email="").prefetch_related("client__races"))
    outbox.owe_reminders(visits, now=now)
    return len(visits)


@changes_the_diary
def take_in(clinic: Clinic, batch: ClientImport, verdict: RowVerdict, *, now: datetime) -> None:
    """Books it and says so in its row, or neither. Raises Refused."""
    row = ImportedRow.objects.select_for_update().get(pk=verdict.row.pk)
    slot, wanted, client = verdict.slot, verdict.wanted, verdict.client
    if row.settled or slot is None or wanted is None or client is None:
        return
    if already_here(batch, [verdict]):
        is_here(verdict)
        return
    expire_dead_holds(now=now)
    placement = place(slot, facts_for(slot, clinic, now=now), client)
    visit = new_appointment(placement, now=now)
    visit.book(
        client,
        key=key_of(batch, wanted, client),
        facts={**placement.facts, "list": batch.pk},
        by=batch.by,
        now=now,
    )
    if batch.remind and client.email:
        outbox.owe(MailKind.CONFIRMED, visit, notify=Notify.NONE, now=now)
    is_taken_in(verdict)
    row.settled, row.made_visit, row.appointment = True, True, visit
    row.outcome, row.reason = verdict.outcome, verdict.reason
    row.save(update_fields=["settled", "made_visit", "appointment", "outcome", "reason"])
