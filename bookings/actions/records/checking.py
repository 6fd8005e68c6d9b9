"""An import is tried out: each row as it would be, and only what is said of it is written."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

from bookings.actions.records import faults, visits
from bookings.actions.records.deciding import Court, RowVerdict
from bookings.actions.records.differences import Stands
from bookings.actions.records.matching import Somebody
from bookings.actions.records.reading import NotToBeImported
from bookings.actions.records.rows import write
from bookings.actions.refusals import Refused
from bookings.mail.wake_worker import ring
from bookings.models import ClientImport, Clinic, ImportedRow, ImportState
from bookings.models.records.imports import NOTHING_SAID, RowOutcome
from bookings.queries.scheduling.diary import DiaryFacts, facts_by_day, taken_by
from bookings.queries.scheduling.slots import Placement

TASK = "bookings.tasks.go_on_with_imports"
CHUNK = 200


def check(batch: ClientImport, *, now: datetime) -> None:
    """Have it tried out. Raises NotToBeImported where it has been begun meanwhile."""
    may = ClientImport.objects.filter(pk=batch.pk, forgotten_at=None)
    with transaction.atomic():
        if not may.filter(state__in=[ImportState.READ, ImportState.CHECKED]).update(
            state=ImportState.CHECKING, started_at=now, faults=0
        ):
            raise NotToBeImported
        batch.rows.update(**NOTHING_SAID)
        transaction.on_commit(lambda: ring(TASK), robust=True)


@dataclass
class Trial:
    """All rows once, as if each were taken in after those before it. That a row makes somebody
    or something is said of it as it will be.
    """

    batch: ClientImport
    now: datetime
    placed: dict[date, list[Placement]] = field(default_factory=dict)
    busy: dict[Somebody, list[Stands]] = field(default_factory=dict)
    by_key: dict[str, Stands] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)  # rows that named nobody

    def __post_init__(self) -> None:
        self.clinic = Clinic.objects.the()
        self.court = Court(self.batch, self.clinic, self.now)

    def steps(self) -> Iterator[None]:
        """All rows, and then those that named nobody, for as long as that finds somebody."""
        last = 0
        while rows := list(self.batch.rows.filter(number__gt=last)[:CHUNK]):
            yield self._go_through(rows)
            last = rows[-1].number
        before = None
        while self.unknown and len(self.unknown) != before:
            looked_at, self.unknown = self.unknown, []
            before = len(looked_at)
            for start in range(0, before, CHUNK):
                some = self.batch.rows.filter(pk__in=looked_at[start : start + CHUNK])
                yield self._go_through(list(some), again=True)

    @transaction.atomic
    def _go_through(self, rows: list[ImportedRow], *, again: bool = False) -> None:
        for row in rows:
            row.made_client, row.made_visit, row.filled = False, False, ""
        verdicts = self.court.judge(rows)
        there = visits.AlreadyHere(self.batch, self.clinic, verdicts)
        there.tell(verdicts, self.now)
        slots = [one.slot for one in verdicts if one.slot is not None]
        facts = facts_by_day(slots, self.clinic, now=self.now)
        for one in verdicts:
            if one.slot is not None and one.wanted is not None:
                found = there.find(one.wanted, one.client)
                if found is not None:
                    visits.is_here(one, Stands.of(found), self.clinic)
                else:
                    self._try_safely(one, facts[self.clinic.day_of(one.slot.start)])
            whom = one.whom
            one.row.made_client = whom is not None and whom.first_row == one.row.number
            one.row.filled = " ".join(one.adds) if one.client else ""
            if one.row.names_nobody:
                self.unknown.append(one.row.pk)
        write([one for one in verdicts if again or not one.row.settled])

    def _try_safely(self, verdict: RowVerdict, facts: DiaryFacts) -> None:
        try:
            self._try(verdict, facts)
        except Exception as error:
            verdict.breaks(error, faults.OF_A_VISIT)

    def _try(self, verdict: RowVerdict, facts: DiaryFacts) -> None:
        slot, whom = verdict.visit
        day = self.clinic.day_of(slot.start)
        if (stands := self._placed_before(verdict, whom)) is not None:
            visits.is_here(verdict, stands, self.clinic)
            return
        facts = replace(facts, rows=[*facts.rows, *map(taken_by, self.placed.get(day, ()))])
        is_busy = any(slot.interval.overlaps(one.where.interval) for one in self.busy.get(whom, ()))
        try:
            placement = visits.place(slot, facts, whom.client)
        except Refused as refusal:
            verdict.ends(RowOutcome.CLASH, *visits.why(refusal, is_busy=is_busy))
            return
        if is_busy:
            verdict.ends(RowOutcome.CLASH, visits.CLIENT_BUSY)
            return
        stands = Stands(placement)
        self.by_key[verdict.wanted.key if verdict.wanted else ""] = stands
        self.placed.setdefault(day, []).append(placement)
        self.busy.setdefault(whom, []).append(stands)
        verdict.row.made_visit = True
        visits.is_taken_in(verdict)

    def _placed_before(self, verdict: RowVerdict, whom: Somebody) -> Stands | None:
        """By its number in the other system, or as that client's at that start."""
        wanted = verdict.wanted
        if wanted is None:
            return None
        if wanted.key and (known := self.by_key.get(wanted.key)):
            return known
        there = self.busy.get(whom, ())
        return next((one for one in there if one.start == wanted.starts_at), None)


# What a worker has met so far of the list it is at. Another that is rung begins at the first row,
# writes where the first has not been, and comes to the same.
begun: dict[tuple[int, datetime | None], Iterator[None]] = {}


def go_on(batch: ClientImport, now: datetime, until: float) -> bool:
    """Whether no row is left."""
    this = batch.pk, batch.started_at
    steps = begun.pop(this, None) or Trial(batch, now).steps()
    begun.clear()
    checking = ClientImport.objects.filter(pk=batch.pk, state=ImportState.CHECKING)
    for _ in steps:
        if not checking.exists():
            return True
        if time.monotonic() > until:
            begun[this] = steps
            return False
    checking.update(state=ImportState.CHECKED)
    return True
