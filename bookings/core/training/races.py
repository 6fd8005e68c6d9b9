"""A runner and their races: how a race went, how long its plan is, and what is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.distances import DistanceRules
from bookings.core.training.protocol.vocabulary import (
    Distance,
    Outcome,
    Priority,
    Weekday,
)
from bookings.core.training.schedule import NO_SCHEDULE, Schedule
from bookings.core.wording import Sentence

WEEK = timedelta(days=7)
LONGEST_PLAN_WEEKS = 52
LONGEST_PLAN_DAYS = 363


NOT_RUN = (Outcome.DNS, Outcome.CANCELLED)


@dataclass(frozen=True)
class Race:
    """A race on a civil date; a runner has one race a day, so the date tells races apart.

    `training_start` wins over `weeks` (P2); `dnf_km` is how far somebody got who did not
    finish, None if nobody knows.
    """

    race_date: date
    distance: Distance
    priority: Priority = Priority.A
    name: str = ""
    training_start: date | None = None
    weeks: int | None = None
    taper_weeks: int | None = None
    outcome: Outcome = Outcome.ASSUMED_FINISHED
    dnf_km: float | None = None

    @property
    def is_run(self) -> bool:
        """Neither cancelled nor not started: it has a race day and what follows (P9)."""
        return self.outcome not in NOT_RUN

    @property
    def drives_a_plan(self) -> bool:
        """Only A races have sessions and the mails about them."""
        return self.priority is Priority.A and self.is_run

    def days_to(self, day: date) -> int:
        """The d of rule P1: positive before the race."""
        return (self.race_date - day).days

    def plan_weeks(self, protocol: Protocol) -> int:
        """The W of rule P2."""
        if self.training_start:
            return -(-(self.days_to(self.training_start) + 1) // 7)
        return self.weeks or protocol.distances[self.distance].default_weeks

    def plan_start(self, protocol: Protocol) -> date:
        """The first day of training (P2)."""
        if self.training_start:
            return self.training_start
        return self.race_date - self.plan_weeks(protocol) * WEEK + timedelta(days=1)

    def recovers_as(self, protocol: Protocol) -> DistanceRules:
        """The distance whose days after the race apply (P9)."""
        own = protocol.distances[self.distance]
        if self.outcome is not Outcome.DNF or self.dnf_km is None:
            return own
        if self.dnf_km >= own.dnf_full_from_km:
            return own
        return protocol.distances[protocol.unfinished_race.recovers_as(self.dnf_km)]


@dataclass(frozen=True)
class Runner:
    """What the plan needs to know of a runner besides the races.

    A new client has no completed session with the clinic when the plan is made (S7).
    `hard_efforts`: the days of hard workouts and unusually long runs (S9). `schedule`: the days of
    their own plan, where they have given it, which know more than the weekday (S10).
    """

    long_run_weekday: Weekday = Weekday.SUN
    weekly_volume_km: float = 0
    new_client: bool = False
    hard_efforts: tuple[date, ...] = ()
    schedule: Schedule = NO_SCHEDULE

    def runs_long_on(self, day: date) -> bool:
        """S10: as their plan says, as far as it goes; else by the weekday."""
        if self.schedule.tells_long_runs_on(day):
            return day in self.schedule.long_runs
        return day.weekday() == self.long_run_weekday

    def is_strained(self, day: date) -> bool:
        """S10: whether the plan has something hard on the day or the next, or beyond it a long run
        is assumed. Never, where it says what the weekday says, which the rules know already."""
        if self._says_nothing_new:
            return False
        both = (day, day + timedelta(days=1))
        hard = self.schedule.hard_days | self.schedule.long_runs
        return not hard.isdisjoint(both) or any(map(self.runs_long_on, both))

    @cached_property
    def _says_nothing_new(self) -> bool:
        return self.schedule.says_no_more_than(self.long_run_weekday)

    def efforts_until(self, as_of: date) -> list[date]:
        """S9 and S10: the days that were told, and the latest hard one that the plan has had."""
        lately = max((day for day in self.schedule.hard_days if day <= as_of), default=None)
        return sorted({*self.hard_efforts, *([lately] if lately else [])})


@dataclass(frozen=True)
class Rejection:
    """Why a race cannot be taken: which one, the field at fault, a sentence for the runner."""

    index: int
    field: str
    sentence: str


def rejections(races: Sequence[Race], protocol: Protocol, *, today: date) -> Iterator[Rejection]:
    """Everything about these races that the rules refuse; none if they can be planned."""
    taken: set[date] = set()
    for index, race in enumerate(races):
        for field, sentence in _faults(race, protocol, today):
            yield Rejection(index, field, sentence)
        if race.race_date in taken:
            yield Rejection(index, "race_date", Sentence("There is already a race on this date."))
        taken.add(race.race_date)


def _faults(race: Race, protocol: Protocol, today: date) -> Iterator[tuple[str, str]]:
    if race.days_to(today) < -protocol.distances[race.distance].return_last_day:
        next_time = today.year + (
            (race.race_date.month, race.race_date.day) < (today.month, today.day)
        )
        yield (
            "race_date",
            Sentence(
                "This race was in {year}, too long ago for a plan to help with it. Did you mean "
                "{next}?",
                year=race.race_date.year,
                next=next_time,
            ),
        )
    if race.training_start:
        days = race.days_to(race.training_start)
        if days < 0:
            yield "training_start", Sentence("Training cannot start after the race.")
        if days > LONGEST_PLAN_DAYS:
            yield (
                "training_start",
                Sentence("Training cannot start more than 52 weeks before the race."),
            )
    if race.weeks is not None and not 1 <= race.weeks <= LONGEST_PLAN_WEEKS:
        yield "weeks", Sentence("A plan lasts from 1 to 52 weeks.")
