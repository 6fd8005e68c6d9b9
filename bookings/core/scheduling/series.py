"""The days of a series: every so many weeks from its first day, on the clinic's wall clock.

The days of a race's sessions are its plan's; here is only how far they are settled.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_DATES = 26
MOST_WEEKS_BETWEEN = 12
A_WEEK = timedelta(weeks=1)
# What is near one date is so to no other: half the week between the closest two.
AROUND = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Counted from the first day and from nothing else, so that every other week stays that one."""

    first_day: date
    at: time
    every_weeks: int
    last_day: date

    @property
    def days(self) -> tuple[date, ...]:
        """In order; MOST_DATES at most."""
        count = (self.last_day - self.first_day) // self._step + 1
        return tuple(self.first_day + n * self._step for n in range(min(count, MOST_DATES)))

    def start_on(self, day: date, tz: ZoneInfo) -> datetime:
        """The wall time of that day, in UTC; one that spring skips is as far behind the gap."""
        return datetime.combine(day, self.at, tz).astimezone(UTC)

    def nearest_to(self, day: date) -> date:
        """The date of the series that a visit on that day stands for."""
        return min(self.days, key=lambda one: (abs(one - day), one))

    def moved(self, *, by: timedelta, at: time) -> "Rule":
        """Each of its dates as many days later, at another time."""
        return replace(self, first_day=self.first_day + by, last_day=self.last_day + by, at=at)

    @property
    def _step(self) -> timedelta:
        return self.every_weeks * A_WEEK


def settled_by_now(settled: date, *, race_was_on: date, race_is_on: date) -> date:
    """The last day that is settled of a race's sessions: a race that comes earlier takes along
    those that wait, and one that comes later brings no day back that was settled."""
    return settled + min(race_is_on - race_was_on, timedelta())


def last_of(first_day: date, every_weeks: int, count: int) -> date:
    """The day on which so many of them end."""
    return first_day + (count - 1) * every_weeks * A_WEEK
