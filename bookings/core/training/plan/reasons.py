"""Which days of its window suit a session, and what a runner's own plan has around a day."""

from collections.abc import Iterator
from datetime import date

from bookings.core.training.phases import DAY
from bookings.core.training.plan.advice import against
from bookings.core.training.plan.plan import Plan
from bookings.core.training.protocol.vocabulary import Kind
from bookings.core.training.schedule import DayKind, Schedule
from bookings.core.training.sessions import Session
from bookings.core.wording import Sentence

LONGEST_AFTER = 3  # days; what was run longer ago is no reason
AFTER_A_LONG_RUN = {
    1: Sentence("It is the day after the long run of your plan."),
    2: Sentence("It is two days after the long run of your plan."),
    3: Sentence("It is three days after the long run of your plan."),
}
AFTER_A_HARD_SESSION = {
    1: Sentence("It is the day after a hard session of your plan."),
    2: Sentence("It is two days after a hard session of your plan."),
}
BEFORE = {
    DayKind.EASY: Sentence("An easy run comes the day after."),
    DayKind.REST: Sentence("A day of rest comes after it."),
    DayKind.STRENGTH: Sentence("No run comes the day after."),
}


def suiting_days(session: Session, kinds: frozenset[Kind], plan: Plan) -> list[date]:
    """The days to come of its window on which nothing is said against a treatment for `kinds`."""
    first = max(session.window_start, plan.as_of)
    days = (first + n * DAY for n in range((session.window_end - first).days))
    return [day for day in days if plan.allows(session, day) and not against(kinds, day, plan)]


def around(day: date, plan: Plan) -> list[Sentence]:
    """By the runner's own plan (S10), of a day that it tells of and has nothing against."""
    own = plan.runner.schedule
    told = own.first is not None and own.last is not None and own.first <= day <= own.last
    if not told or plan.runner.is_strained(day) or against(frozenset(), day, plan):
        return []
    return [*_after(day, own), *_before(day + DAY, own)]


def _after(day: date, own: Schedule) -> Iterator[Sentence]:
    for ago in range(1, LONGEST_AFTER + 1):
        if day - ago * DAY in own.long_runs:
            yield AFTER_A_LONG_RUN[ago]
            return
        if day - ago * DAY in own.hard_days:
            yield from [AFTER_A_HARD_SESSION[ago]] if ago in AFTER_A_HARD_SESSION else []
            return


def _before(tomorrow: date, own: Schedule) -> Iterator[Sentence]:
    kind = next((one.kind for one in own.days if one.day == tomorrow), None)
    if kind in BEFORE:
        yield BEFORE[kind]
