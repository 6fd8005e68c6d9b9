"""Who comes first: whose training needs it soonest, and each day of waiting is a day sooner.

So nobody waits for ever: whoever has waited LEAST_URGENT days longer comes before anybody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bookings.core import training
from bookings.core.wording import Sentence

# In days, as if the last day that will do were so far off.
LONGEST_WINDOW, GOOD_DAY, NO_RACE, OTHER_WEEKS, LEAST_URGENT = 13, 16, 21, 24, 28
A_DAY = 86_400  # seconds


@dataclass(frozen=True)
class Urgency:
    """How soon the training asks for the treatment, and that in a sentence."""

    days: int
    sentence: Sentence


WITHOUT_A_RACE = Urgency(NO_RACE, Sentence("No race is known of them."))


@dataclass(frozen=True, kw_only=True)
class Rank:
    """Where somebody stands in the order of one day."""

    entry: int
    need: Urgency
    since: datetime
    now: datetime

    @property
    def waited(self) -> int:
        """Whole days."""
        return max(0, int((self.now - self.since).total_seconds())) // A_DAY

    @property
    def key(self) -> tuple[float, datetime, int]:
        """The lowest comes first."""
        return self.need.days + self.since.timestamp() / A_DAY, self.since, self.entry


def in_order(ranks: Iterable[Rank]) -> list[Rank]:
    return sorted(ranks, key=lambda rank: rank.key)


def need_on(day: date, kinds: frozenset[training.Kind], plan: training.Plan | None) -> Urgency:
    """What the training says of the treatment for these kinds of session on that day."""
    if plan is None:
        return WITHOUT_A_RACE
    ends = [
        session.window_end
        for session in plan.sessions
        if session.kind in kinds and plan.allows(session, day)
    ]
    if ends:
        left = min((min(ends) - day).days - 1, LONGEST_WINDOW)
        return Urgency(left, Sentence("Their plan has a session for it in these days."))
    advice = training.advice_for(kinds, day, plan)
    if advice.verdict is training.Verdict.GOOD:
        return Urgency(GOOD_DAY, Sentence("It is a good day for it in their training."))
    if advice.verdict is training.Verdict.LIGHT_ONLY:
        return Urgency(OTHER_WEEKS, Sentence("Their training has room for light treatments only."))
    return Urgency(LEAST_URGENT, Sentence("Their training advises against that day."))
