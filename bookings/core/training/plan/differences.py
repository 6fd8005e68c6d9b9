"""What a changed race does to a plan: phases and sessions that shift, visits that no longer fit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.core.training.phases import DAY, Segment
from bookings.core.training.plan.advice import Verdict, advice_on
from bookings.core.training.plan.plan import Plan
from bookings.core.training.protocol.vocabulary import Kind, Phase
from bookings.core.training.races import Race
from bookings.core.training.sessions import Session
from bookings.core.wording import Sentence

NEAR = timedelta(weeks=4)  # nobody is sent to a session further away
FROM_BEST = (Verdict.GOOD, Verdict.LIGHT_ONLY, Verdict.NOT_ADVISED)


@dataclass(frozen=True)
class PhaseShift:
    """The first day of a phase before and after; None where there is no such phase."""

    phase: Phase
    before: date | None
    after: date | None


@dataclass(frozen=True)
class SessionShift:
    """The ideal day of a session before and after; None where nothing is recommended."""

    kind: Kind
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Booked:
    """A visit to come: its day, and the kinds of session its treatment suits; none means any."""

    day: date
    kinds: frozenset[Kind]


@dataclass(frozen=True)
class Misfit:
    """A visit that no longer fits.

    `filled` is the session of the old plan that it was for, `instead` the one of the new plan
    to move it to, each None where there is none; `reason` is a sentence for the runner.
    """

    visit: Booked
    filled: Session | None
    instead: Session | None
    reason: str


@dataclass(frozen=True)
class PlanChange:
    """Two plans of one runner: as it is, and as it would be. `race` is None once it is lost."""

    before: Plan
    after: Plan
    was: Race
    race: Race | None

    def phase_shifts(self) -> list[PhaseShift]:
        """The race's own phases from now on whose first day changes, in order of time."""
        old = _first_days(self.before, self.was)
        new = _first_days(self.after, self.race) if self.race else {}
        shifts = (PhaseShift(phase, old.get(phase), new.get(phase)) for phase in old | new)
        return sorted((one for one in shifts if one.before != one.after), key=_when)

    def session_shifts(self) -> list[SessionShift]:
        """The sessions whose ideal day changes, in order of time."""
        old = {self._place(one): one.ideal for one in self.before.sessions}
        new = {self._place(one): one.ideal for one in self.after.sessions}
        shifts = (SessionShift(place[1], old.get(place), new.get(place)) for place in old | new)
        return sorted((one for one in shifts if one.before != one.after), key=_when)

    def misfits(self, visits: Sequence[Booked]) -> list[Misfit]:
        """The visits that no longer fit, each with the nearest session that nobody fills yet."""
        found = [visit for visit in visits if self._no_longer_fits(visit)]
        staying = [visit for visit in visits if visit not in found]
        free = [one for one in self.after.sessions if not _is_filled(one, staying)]
        return list(self._with_sessions(found, free))

    def _no_longer_fits(self, visit: Booked) -> bool:
        """It filled a session and fills none now, or its day is advised against more strongly."""
        if visit.day < self.after.as_of:
            return False
        return self._has_lost_its_session(visit) or _is_worse(visit.day, self.before, self.after)

    def _has_lost_its_session(self, visit: Booked) -> bool:
        """Not while a session of that kind is still there, whatever its treatment is for."""
        was, here = _filled(visit, self.before), _filled(visit, self.after)
        if was is None or (here and here.kind is was.kind):
            return False
        return here is None or not _suits(visit, here)

    def _with_sessions(self, found: Iterable[Booked], free: list[Session]) -> Iterator[Misfit]:
        for visit in sorted(found, key=lambda one: one.day):
            filled = _filled(visit, self.before)
            instead = _nearest(visit, free, filled)
            if instead:
                free.remove(instead)
            yield Misfit(visit, filled, instead, self._reason(visit, filled))

    def _reason(self, visit: Booked, filled: Session | None) -> str:
        advice = advice_on(visit.day, self.after)
        if _is_worse(visit.day, self.before, self.after):
            return Sentence(
                "That day is {verdict} now. {reason}",
                verdict=advice.verdict.label,
                reason=advice.reason,
            )
        if filled is None:
            return Sentence("The new plan has no session for it.")
        session = self.after.protocol.session_types[filled.kind].name.lower()
        phase = self.after.on(visit.day).phase
        if phase is self.before.on(visit.day).phase:
            return Sentence(
                "It was for the {session}; the new plan has that on another day or not at all.",
                session=session,
            )
        return Sentence(
            "It was for the {session}; that day is now part of {phase}.",
            session=session,
            phase=self.after.protocol.phases[phase].name.lower(),
        )

    def _place(self, session: Session) -> tuple[date | None, Kind, int]:
        """What stays the same of a session when its race moves."""
        if session.kind is Kind.POST_HARD_EFFORT:
            return None, session.kind, session.ideal.toordinal()
        of_this_race = session.race in (self.was, self.race)
        whose = None if of_this_race else session.race.race_date
        return whose, session.kind, session.race.days_to(session.ideal)


def _first_days(plan: Plan, race: Race) -> dict[Phase, date]:
    first: dict[Phase, date] = {}
    for segment in _segments(plan, race):
        if segment.end > plan.as_of:
            first.setdefault(segment.phase, segment.start)
    return first


def _segments(plan: Plan, race: Race) -> Iterable[Segment]:
    start = min(race.plan_start(plan.protocol), plan.as_of)
    end = race.race_date + (plan.protocol.distances[race.distance].return_last_day + 1) * DAY
    return (one for one in plan.segments(start, max(start, end)) if one.race == race)


def _filled(visit: Booked, plan: Plan) -> Session | None:
    return next((session for session in plan.sessions if session.covers(visit.day)), None)


def _suits(visit: Booked, session: Session) -> bool:
    return not visit.kinds or session.kind in visit.kinds


def _is_filled(session: Session, visits: Iterable[Booked]) -> bool:
    return any(session.covers(visit.day) for visit in visits)


def _is_worse(day: date, before: Plan, after: Plan) -> bool:
    old, new = advice_on(day, before).verdict, advice_on(day, after).verdict
    return FROM_BEST.index(new) > FROM_BEST.index(old)


def _nearest(visit: Booked, free: Iterable[Session], filled: Session | None) -> Session | None:
    return min(
        (one for one in free if _suits(visit, one) and abs(one.suggested - visit.day) <= NEAR),
        key=lambda one: (
            abs((one.suggested - visit.day).days),
            filled is not None and one.kind is not filled.kind,
        ),
        default=None,
    )


def _when(shift: PhaseShift | SessionShift) -> date:
    return shift.after or shift.before or date.max
