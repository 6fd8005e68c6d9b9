"""The runner's own training days out of their plan: what S1 otherwise supposes (S10)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from bookings.core.wording import Sentence


class DayKind(StrEnum):
    """What a training day is, the most telling of a day first. Values are kept."""

    RACE = "race"
    LONG = "long"
    HARD = "hard"
    EASY = "easy"
    STRENGTH = "strength"
    UNKNOWN = "unknown"
    REST = "rest"

    @property
    def label(self) -> Sentence:
        return DAY_KINDS[self]


DAY_KINDS = {
    DayKind.RACE: Sentence("Race"),
    DayKind.LONG: Sentence("Long run"),
    DayKind.HARD: Sentence("Hard session"),
    DayKind.EASY: Sentence("Easy run"),
    DayKind.STRENGTH: Sentence("Strength or other sport"),
    DayKind.UNKNOWN: Sentence("Not known"),
    DayKind.REST: Sentence("Rest"),
}
MOST_TELLING = tuple(DayKind)
HARD_KINDS = (DayKind.HARD, DayKind.RACE)


@dataclass(frozen=True)
class TrainingDay:
    """One day of a plan. Nothing else of it is ever kept."""

    day: date
    kind: DayKind
    minutes: int | None = None
    km: float | None = None


@dataclass(frozen=True)
class Schedule:
    """The days of one runner's own plan in order, one a day; empty without a plan."""

    days: tuple[TrainingDay, ...] = ()

    @property
    def first(self) -> date | None:
        return self.days[0].day if self.days else None

    @property
    def last(self) -> date | None:
        return self.days[-1].day if self.days else None

    @cached_property
    def long_runs(self) -> frozenset[date]:
        return self._of(DayKind.LONG)

    @cached_property
    def hard_days(self) -> frozenset[date]:
        return self._of(*HARD_KINDS)

    @property
    def long_run_weekday(self) -> int | None:
        """On which it has most of its long runs, of several the latest: assumed beyond it."""
        runs = sorted(self.long_runs)
        often = Counter(day.weekday() for day in runs)
        last = {day.weekday(): day for day in runs}
        return max(often, key=lambda weekday: (often[weekday], last[weekday]), default=None)

    @cached_property
    def races(self) -> tuple[date, ...]:
        return tuple(sorted(self._of(DayKind.RACE)))

    def between(self, since: date, until: date) -> tuple[TrainingDay, ...]:
        """Those of [since, until)."""
        return tuple(one for one in self.days if since <= one.day < until)

    def without_races(self, days: Collection[date]) -> "Schedule":
        """What else is done on those days nobody knows."""
        return Schedule(
            tuple(
                TrainingDay(one.day, DayKind.UNKNOWN)
                if one.kind is DayKind.RACE and one.day in days
                else one
                for one in self.days
            )
        )

    def tells_long_runs_on(self, day: date) -> bool:
        """Whether it says if that is the day of a long run; a plan without any says nothing."""
        if not self.long_runs:
            return False
        return self.days[0].day <= day <= self.days[-1].day

    def says_no_more_than(self, weekday: int) -> bool:
        """Whether a long run on each such weekday, and nothing hard, is all there is to it."""
        if not self.days or self.hard_days:
            return not self.days
        first, last = self.days[0].day.toordinal(), self.days[-1].day.toordinal()
        all_of_it = map(date.fromordinal, range(first, last + 1))
        return self.long_runs == {day for day in all_of_it if day.weekday() == weekday}

    def _of(self, *kinds: DayKind) -> frozenset[date]:
        return frozenset(one.day for one in self.days if one.kind in kinds)


NO_SCHEDULE = Schedule()


def one_a_day(entries: Iterable[TrainingDay]) -> tuple[TrainingDay, ...]:
    """Of several on one day the most telling; of two alike, the longer one's length."""
    found: dict[date, TrainingDay] = {}
    for entry in entries:
        found[entry.day] = _together(found[entry.day], entry) if entry.day in found else entry
    return tuple(found[day] for day in sorted(found))


def _together(one: TrainingDay, other: TrainingDay) -> TrainingDay:
    first, second = sorted((one, other), key=lambda entry: MOST_TELLING.index(entry.kind))
    alike = (first, second) if first.kind is second.kind else (first,)
    return TrainingDay(
        day=first.day,
        kind=first.kind,
        minutes=max((each.minutes for each in alike if each.minutes), default=None),
        km=max((each.km for each in alike if each.km), default=None),
    )
