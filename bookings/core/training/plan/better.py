"""Days on which a treatment is better had than on the one that it is booked for, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bookings.core.training.phases import DAY
from bookings.core.training.plan.advice import advice_for, against, suits
from bookings.core.training.plan.plan import Plan
from bookings.core.training.protocol.vocabulary import Kind, Phase
from bookings.core.training.races import Race
from bookings.core.wording import Sentence, isolated

BESIDE_HARD_DAYS = ("S1", "S10")
AFTER_A_LONG_RUN = {
    1: (
        Sentence("It is the day after your long run."),
        Sentence("It is the day after their long run."),
    ),
    2: (
        Sentence("It is two days after your long run."),
        Sentence("It is two days after their long run."),
    ),
    3: (
        Sentence("It is three days after your long run."),
        Sentence("It is three days after their long run."),
    ),
}
AFTER_A_HARD_DAY = (
    Sentence("Neither it nor the day after is a hard day of your training."),
    Sentence("Neither it nor the day after is a hard day of their training."),
)
AWAY_FROM_HARD_DAYS = (
    Sentence("It is not beside a hard day of your training."),
    Sentence("It is not beside a hard day of their training."),
)


@dataclass(frozen=True)
class Because:
    """To the runner, and about them."""

    yours: str
    theirs: str


@dataclass(frozen=True)
class BetterDays:
    """Those on which a treatment for these kinds of session is well had, where the plan advises
    against the day `than`. None lies behind a race that was still to come then.
    """

    kinds: frozenset[Kind]
    than: date
    plan: Plan

    def __contains__(self, day: object) -> bool:
        if not (isinstance(day, date) and self.are_possible):
            return False
        return suits(self.kinds, day, self.plan) and not self._is_across_a_race(day)

    def among(self, first: date, last: date) -> Iterator[date]:
        """Those of [first, last], in order."""
        days = (first + n * DAY for n in range((last - first).days + 1))
        return (day for day in days if day in self)

    @property
    def _alone(self) -> Plan:
        """What else is booked moves nothing; it only says where not to."""
        return self.plan.beside(())

    @property
    def are_possible(self) -> bool:
        return against(self.kinds, self.than, self._alone) is not None

    @property
    def why_not_than(self) -> Because:
        """What is said of the day that it is booked for."""
        advice = advice_for(self.kinds, self.than, self._alone)
        return Because(advice.reason, advice.for_staff)

    def why(self, day: date) -> Because:
        """By what the present day lacks: away from hard days, far from the race, another phase."""
        return next(self._reasons(day))

    def _reasons(self, day: date) -> Iterator[Because]:
        rule = advice_for(self.kinds, self.than, self._alone)
        if rule.rule in BESIDE_HARD_DAYS:
            yield Because(*self._after_the_long_run(day))
        if rule.is_of_a_race and (race := self._race_beside()):
            yield from _far_from(race, day)
        found = advice_for(self.kinds, day, self.plan)
        yield Because(found.reason, found.for_staff)

    def _is_across_a_race(self, day: date) -> bool:
        """But of what is too near to one, which may as well come after it."""
        if advice_for(self.kinds, self.than, self._alone).is_of_a_race:
            return False
        first, last = sorted((day, self.than))
        return any(first <= race.race_date <= last for race in self.plan.races)

    def _race_beside(self) -> Race | None:
        tomorrow = self.plan.on(self.than + DAY)
        is_the_eve = tomorrow.phase is Phase.RACE_DAY
        return tomorrow.race if is_the_eve else self.plan.on(self.than).race

    def _after_the_long_run(self, day: date) -> tuple[str, str]:
        runner = self.plan.runner
        ago = (n for n in AFTER_A_LONG_RUN if runner.runs_long_on(day - n * DAY))
        is_after_one = day - DAY in runner.schedule.hard_days
        otherwise = AFTER_A_HARD_DAY if is_after_one else AWAY_FROM_HARD_DAYS
        return AFTER_A_LONG_RUN.get(next(ago, 0), otherwise)


def _far_from(race: Race, day: date) -> Iterator[Because]:
    """Nothing of the day before or after it, of which the advice says enough."""
    left, name = race.days_to(day), isolated(race.name)
    if left > 1:
        words = Sentence("It is {days} days before {race}.", days=left, race=name)
        yield Because(words, words)
    elif left < -1:
        words = Sentence("It is {days} days after {race}.", days=-left, race=name)
        yield Because(words, words)
