"""Visits that stand where the runner's own plan has something hard (S10)."""

from collections.abc import Collection
from datetime import date

from bookings.core.training.phases import DAY
from bookings.core.training.plan.advice import Advice, against
from bookings.core.training.plan.plan import Plan
from bookings.core.training.schedule import DayKind, Schedule
from bookings.core.wording import Sentence

OWN_PLANS_RULE = "S10"
# The nearest day says most, and of two as near the one that is still to come. Without a kind it is
# what they have noted themselves (S9), a workout or a long run, and of the past.
NEAR_A_VISIT = (
    (0, DayKind.LONG, Sentence("long run that day")),
    (0, DayKind.HARD, Sentence("hard session that day")),
    (0, None, Sentence("hard effort that day")),
    (1, DayKind.LONG, Sentence("long run the day after")),
    (1, DayKind.HARD, Sentence("hard session the day after")),
    (-1, DayKind.LONG, Sentence("long run the day before")),
    (-1, DayKind.HARD, Sentence("hard session the day before")),
    (-1, None, Sentence("hard effort the day before")),
)


def misplaced(day: date, plan: Plan) -> Advice | None:
    """Why a visit is better not had that day, by what the own plan tells; what is assumed beyond
    its days moves nobody, and neither does what the weekday would have said."""
    own = plan.runner.schedule
    told = own.hard_days | own.long_runs
    if day < plan.as_of or told.isdisjoint({day, day + DAY}):
        return None
    advice = against(frozenset(), day, plan)
    return advice if advice and advice.rule == OWN_PLANS_RULE else None


def near_a_visit(day: date, own: Schedule, efforts: Collection[date] = ()) -> Sentence | None:
    """What whoever treats the runner that day should know of the own plan and of the hard
    `efforts` that they have noted, in a few words."""
    days = {DayKind.LONG: own.long_runs, DayKind.HARD: own.hard_days, None: efforts}
    found = (words for n, kind, words in NEAR_A_VISIT if day + n * DAY in days[kind])
    return next(found, None)
