"""A coming appointment of a list goes through the one engine, as what was agreed elsewhere: the
grid and the notice that a runner needs are not asked, hours and everything taken are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.records import differences
from bookings.actions.records.deciding import RowVerdict
from bookings.actions.records.differences import Stands
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


SAID = ("outcome", "reason", "only_ours")


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


def why(refusal: Refused, *, is_busy: bool = False) -> list[object]:
    ours = {str(one): one for one in (*TAKEN.values(), ONLY_PAUSES)}
    told = [one.sentence for one in refusal.problems]
    told += [str(CLIENT_BUSY)] if is_busy else []
    return [ours.get(one, one) for one in dict.fromkeys(told)] or [str(refusal)]


def key_of(batch: ClientImport, wanted: ListedVisit, client: Client) -> str:
    """By which it is found when the same list comes again, wherever it has been moved since."""
    told = wanted.key or f"{client.pk} {wanted.starts_at.isoformat()}"
    return f"import:{batch.source}:{sha256(told.encode()).hexdigest()[:40]}"


class AlreadyHere:
    """What the diary has of the visits of some rows, in one query."""

    def __init__(self, batch: ClientImport, clinic: Clinic, verdicts: Sequence[RowVerdict]):
        self.batch, self.clinic = batch, clinic
        self._by_key: dict[str, Appointment] = {}
        self._at: dict[tuple[int, datetime], Appointment] = {}
        asked = [(one.wanted, one.client) for one in verdicts if one.wanted and one.client]
        for visit in self._asked_for(asked) if asked else ():
            self._by_key |= {visit.booking_key: visit, visit.public_id: visit}
            if visit.client_id and visit.status not in FREES_ITS_TIME:
                self._at[visit.client_id, visit.starts_at] = visit
        self._coming = {
            (one.client.pk, one.slot.start) for one in verdicts if one.slot and one.client
        }

    def _asked_for(self, asked: Sequence[tuple[ListedVisit, Client]]) -> Iterable[Any]:
        keys = {key_of(self.batch, wanted, client) for wanted, client in asked}
        is_ours = self.batch.source == OtherSystem.TAPER
        public = {wanted.key for wanted, _client in asked if wanted.key and is_ours}
        clients = {client.pk for _wanted, client in asked}
        starts = {wanted.starts_at for wanted, _client in asked}
        of_this_list = ImportedRow.objects.filter(appointment=OuterRef("pk"), batch=self.batch)
        return (
            Appointment.objects.filter(
                Q(booking_key__in=keys)
                | Q(public_id__in=public)
                | Q(client__in=clients, starts_at__in=starts)
                & ~Q(status__in=[one.value for one in FREES_ITS_TIME])
            )
            .annotate(is_of_this_list=Exists(of_this_list))
            .select_related("treatment", "therapist", "room")
        )

    def find(self, wanted: ListedVisit, client: Client | None) -> Any:
        """By its number in the other system, else as that client's at that start."""
        if client is None:
            return None
        ours = wanted.key if self.batch.source == OtherSystem.TAPER else ""
        return (
            self._by_key.get(key_of(self.batch, wanted, client))
            or (self._by_key.get(ours) if ours else None)
            or self._at.get((client.pk, wanted.starts_at))
        )

    def tell(self, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Where one does not come, says the list, and comes here."""
        for one in verdicts:
            if one.outcome is RowOutcome.NEW or one.wanted is None or one.is_coming(now):
                continue
            if (found := self._means(one.wanted, one.client)) is not None:
                sentence = differences.of_visit_not_coming(
                    Stands.of(found), one.wanted, self.clinic, now
                )
                if sentence:
                    one.ends(RowOutcome.DIFFERS, sentence)

    def _means(self, wanted: ListedVisit, client: Client | None) -> Any:
        """Not another visit at the same time, which comes, says the list."""
        found = self.find(wanted, client)
        if found is None or client is None or found.is_of_this_list:
            return None
        if found.booking_key == key_of(self.batch, wanted, client) and wanted.key:
            return found
        another = found.booking_key.startswith(f"import:{self.batch.source}:") and wanted.key
        return None if another or (client.pk, found.starts_at) in self._coming else found


def is_here(verdict: RowVerdict, stands: Stands, clinic: Clinic) -> None:
    """The appointment is; whoever was written down for it in a run that was cut off is new."""
    if verdict.outcome is RowOutcome.NEW or verdict.wanted is None or verdict.slot is None:
        return
    if sentence := differences.of_visit(stands, verdict.slot, verdict.wanted, clinic):
        verdict.ends(RowOutcome.DIFFERS, sentence)
    else:
        verdict.ends(verdict.or_of_client(RowOutcome.SAME), differences.IS_HERE)


def is_taken_in(verdict: RowVerdict) -> None:
    if verdict.outcome is not RowOutcome.NEW:
        verdict.ends(verdict.or_of_client(RowOutcome.VISIT))


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
    if found := AlreadyHere(batch, clinic, [verdict]).find(wanted, client):
        is_here(verdict, Stands.of(found), clinic)
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
    row.outcome, row.reason, row.only_ours = verdict.outcome, verdict.reason, verdict.only_ours
    row.save(update_fields=["settled", "made_visit", "appointment", *SAID])
