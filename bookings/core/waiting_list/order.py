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
    """How soon the training asks for the treatment, and that in a sentence about them; `yours` is
    the same to them, where it is a reason to ask them.
    """

    days: int
    sentence: Sentence
    yours: Sentence | None = None


WITHOUT_A_RACE = Urgency(NO_RACE, Sentence("No race is known of them."))
AGAINST = Urgency(LEAST_URGENT, Sentence("Their training advises against that day."))
FOR_A_SESSION = (
    Sentence("Their plan has a session for it in these days."),
    Sentence("Your plan has a session for it in these days."),
)
BY_VERDICT = {
    training.Verdict.GOOD: Urgency(
        GOOD_DAY,
        Sentence("It is a good day for it in their training."),
        Sentence("It is a good day for it in your training."),
    ),
    training.Verdict.LIGHT_ONLY: Urgency(
        OTHER_WEEKS, Sentence("Their training has room for light treatments only.")
    ),
    training.Verdict.NOT_ADVISED: AGAINST,
}


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
    """What the training says of the treatment for these kinds of session on that day.

    A day that it advises against, as one of the own plan’s long runs, is that of no session.
    """
    if plan is None:
        return WITHOUT_A_RACE
    if training.against(frozenset(), day, plan):
        return AGAINST
    ends = [
        session.window_end
        for session in plan.sessions
        if session.kind in kinds and plan.allows(session, day)
    ]
    if ends:
        left = min((min(ends) - day).days - 1, LONGEST_WINDOW)
        return Urgency(left, *FOR_A_SESSION)
    verdict = training.advice_for(kinds, day, plan).verdict
    return BY_VERDICT[verdict]
