"""Each date of a series as it could be had now: free, taken, closed, or not to be booked yet."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from bookings.core import training
from bookings.core.intervals import days_from
from bookings.core.scheduling.codes import TAKEN, Code, Problem, Rules
from bookings.core.scheduling.series import AROUND
from bookings.core.scheduling.statuses import Status
from bookings.core.scheduling.weeks import monday_of
from bookings.models import Appointment, Client, Clinic
from bookings.queries.scheduling.diary import DiaryFacts, Opening, diary_facts
from bookings.queries.scheduling.problems import NO_EXCUSE, problems_with
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.queries.training.plans import History, declined_by, id_of, plan_of, runner_of

Key = date | int
COMES = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED)


class DateFound(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"
    OWN = "own"  # the client is somewhere else then
    WAITS = "waits"  # the diary does not reach it


@dataclass(frozen=True, kw_only=True)
class SeriesDate:
    """One of them, as `slot`; `problems` are why it cannot be had, `nearest` what can.

    `of` is the day of the series, or the key of the visit that is to move. `visits` and `session`
    are what else the client has in that week, or is advised to have; `advice` is what their
    training has against its day, as a picker says it. The nearest `is_crowded` where it comes
    within days of another visit of theirs; of a date that is free it is a better one.
    """

    of: Key
    slot: Slot
    problems: Sequence[Problem] = ()
    nearest: Slot | None = None
    visits: Sequence[Appointment] = ()
    session: training.Session | None = None
    advice: training.Advice | None = None
    is_crowded: bool = False
    waits: bool = False

    @property
    def found(self) -> DateFound:
        if self.waits:
            return DateFound.WAITS
        codes = {problem.code for problem in self.problems}
        if not codes:
            return DateFound.FREE
        if codes == {Code.CLIENT_BUSY}:
            return DateFound.OWN
        return DateFound.TAKEN if codes & TAKEN else DateFound.CLOSED

    @property
    def is_better_left_out(self) -> bool:
        """Somebody comes once a week, by the series or by the plan, and not where their training
        is against it, unless they say otherwise.
        """
        return bool(self.visits or self.session or self.advice or self.is_crowded)


@dataclass(frozen=True, kw_only=True)
class AskedFor:
    """For whom dates are looked at, and who asks. `excused` are rules for what is booked."""

    client: Client
    rules: Rules
    excused: Collection[Code] = NO_EXCUSE
    moving: Sequence[Appointment] = ()

    @property
    def ignoring(self) -> Ignoring:
        return Ignoring(appointments=tuple(one.pk for one in self.moving))


def looked_at(
    clinic: Clinic, wanted: Mapping[Key, Slot], asked: AskedFor, *, now: datetime
) -> list[SeriesDate]:
    """One for each that is wanted, in order of time; as many queries for one as for all of them."""
    last = clinic.last_bookable_day(now)
    reached = {
        key: slot
        for key, slot in wanted.items()
        if clinic.day_of(slot.start) <= last or not asked.rules.binds(Code.TOO_FAR)
    }
    facts = _facts(clinic, reached, asked, now)
    weeks = _Weeks(clinic, asked, now)
    return [
        _date(key, slot, facts if key in reached else None, weeks, asked)
        for key, slot in sorted(wanted.items(), key=lambda one: one[1].start)
    ]


def problems_of(
    clinic: Clinic, wanted: Mapping[Key, Slot], asked: AskedFor, *, now: datetime
) -> dict[Key, list[Problem]]:
    """What is against each of them that cannot be had; for asking again under the lock."""
    facts = _facts(clinic, wanted, asked, now)
    found = {key: _problems(slot, facts, asked) for key, slot in wanted.items()} if facts else {}
    return {key: problems for key, problems in found.items() if problems}


def _date(
    key: Key, slot: Slot, facts: DiaryFacts | None, weeks: "_Weeks", asked: AskedFor
) -> SeriesDate:
    there = SeriesDate(
        of=key,
        slot=slot,
        visits=weeks.visits_beside(slot),
        session=weeks.session_of(slot),
        advice=weeks.advice_against(slot),
        waits=facts is None,
    )
    if facts is None:
        return there
    problems = _problems(slot, facts, asked)
    if not (problems or there.advice):
        return there
    found = [one for one in _around(slot, facts) if not _problems(one, facts, asked)]
    apart = [one for one in found if not weeks.crowds(one, slot)]
    better = next((one for one in apart if not weeks.advice_against(one)), None)
    if not problems:
        return replace(there, nearest=better)
    nearest = better or next(iter(apart or found), None)
    is_crowded = bool(nearest and weeks.crowds(nearest, slot))
    return replace(there, problems=problems, nearest=nearest, is_crowded=is_crowded)


def _problems(slot: Slot, facts: DiaryFacts, asked: AskedFor) -> list[Problem]:
    return problems_with(
        slot,
        facts,
        rules=asked.rules,
        client=asked.client,
        excused=asked.excused,
        names_nobody=True,
    )


def _facts(
    clinic: Clinic, wanted: Mapping[Key, Slot], asked: AskedFor, now: datetime
) -> DiaryFacts | None:
    if not wanted:
        return None
    days = [clinic.day_of(slot.start) for slot in wanted.values()]
    around = {near for day in days for near in days_from(day - AROUND, 2 * AROUND.days + 1)}
    first = min(around)
    return diary_facts(
        clinic,
        first=first,
        days=(max(around) - first).days + 1,
        treatments={slot.treatment for slot in wanted.values()},
        longest=timedelta(seconds=max(slot.duration.blocked for slot in wanted.values())),
        asked=around,
        ignoring=asked.ignoring,
        now=now,
    )


def _around(slot: Slot, facts: DiaryFacts) -> Iterator[Slot]:
    """With the same therapist if they have any time around it, else with whoever has."""
    day = facts.clinic.day_of(slot.start)
    near = facts.openings(
        slot.treatment, first=day - AROUND, days=2 * AROUND.days + 1, duration=slot.duration
    )

    def rank(one: Opening) -> tuple[bool, timedelta]:
        return slot.therapist not in (None, *one.therapists), abs(one.starts_at - slot.start)

    for one in sorted(near, key=rank):
        others = slot.therapist and slot.therapist not in one.therapists
        therapist = one.therapists[0] if others else slot.therapist
        yield replace(slot, start=one.starts_at, therapist=therapist, room=None)


@dataclass(frozen=True)
class _Weeks:
    """What the client has in a week, Monday to Sunday, and what their plan asks for."""

    clinic: Clinic
    asked: AskedFor
    now: datetime

    def visits_beside(self, slot: Slot) -> list[Appointment]:
        moving = {one.pk for one in self.asked.moving}
        there = self._visits.get(self._week(slot), [])
        return [one for one in there if one.pk not in moving]

    def session_of(self, slot: Slot) -> training.Session | None:
        return self._sessions.get(self._week(slot))

    def crowds(self, one: Slot, asked: Slot) -> bool:
        """Whether it is within days of a visit of theirs, and nearer to it than what was asked."""
        moving = {visit.pk for visit in self.asked.moving}
        return any(
            abs(one.start - visit.starts_at) <= min(AROUND, abs(asked.start - visit.starts_at))
            for visit in self._history.visits
            if visit.status in COMES and visit.pk not in moving
        )

    def advice_against(self, slot: Slot) -> training.Advice | None:
        """Of somebody who has told of a race or of their own plan."""
        runner = self._plan.runner
        if not (self._plan.races or runner.schedule.days):
            return None
        return training.against(slot.treatment.kinds, self.clinic.day_of(slot.start), self._plan)

    def _week(self, slot: Slot) -> date:
        return monday_of(self.clinic.day_of(slot.start))

    @cached_property
    def _visits(self) -> dict[date, list[Appointment]]:
        weeks: dict[date, list[Appointment]] = {}
        for visit in self._history.visits:
            if visit.status in COMES:
                weeks.setdefault(monday_of(self.clinic.day_of(visit.starts_at)), []).append(visit)
        return weeks

    @cached_property
    def _sessions(self) -> dict[date, training.Session]:
        """What is still to be booked for the plan, by its week."""
        declined = declined_by(self.asked.client)
        return {
            monday_of(one.suggested): one
            for one in self._plan.sessions
            if id_of(one) not in declined and not self._history.has(one, self.clinic)
        }

    @cached_property
    def _plan(self) -> training.Plan:
        client, today = self.asked.client, self.clinic.day_of(self.now)
        return plan_of(client.races.all(), runner_of(client, self._history), today=today)

    @cached_property
    def _history(self) -> History:
        return History.of(self.asked.client)
