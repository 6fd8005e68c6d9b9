"""The days that a report is about, and as many before them, as the clinic's calendar has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import Seconds
from bookings.models import Clinic

DAY = timedelta(days=1)
LONGEST_DAYS = 366
DAYS_OF_A_WEEK = 7
# Around the days themselves: to say how long before a visit was booked, and what came after it.
LOOKS_BACK = 28
LOOKS_AHEAD = 12 * DAYS_OF_A_WEEK + 1
QUARTER = 900  # seconds: no clock changes at another time


@dataclass(frozen=True)
class Period:
    """[first, last], both included; at most `LONGEST_DAYS`."""

    clinic: Clinic
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> date:
        """The first of as many days before."""
        return self.first - self.days * DAY

    @property
    def bounds(self) -> Interval:
        return day_bounds(self.first, self.days, self.clinic.tz)

    @cached_property
    def with_before(self) -> Interval:
        return day_bounds(self.before, 2 * self.days, self.clinic.tz)

    @cached_property
    def begin(self) -> date:
        """The day that the first of the midnights begins."""
        return self.before - LOOKS_BACK * DAY

    @cached_property
    def midnights(self) -> list[datetime]:
        """When each civil day begins: with them the database finds the day of an instant, by
        what `Clinic.day_of` says and not by a zone of its own."""
        count = LOOKS_BACK + 2 * self.days + LOOKS_AHEAD + 1
        return [self.clinic.begin_of(self.begin + n * DAY) for n in range(count)]

    @cached_property
    def hours(self) -> list[tuple[Seconds, date, int]]:
        """When each hour of the clock begins, on which day, of both periods; where the clock is
        put back, an hour stands twice."""
        every = (self.before + n * DAY for n in range(2 * self.days))
        return [one for day in every for one in self._hours_of(day)]

    def _hours_of(self, day: date) -> Iterator[tuple[Seconds, date, int]]:
        tz = self.clinic.tz
        midnight = datetime.combine(day, time.min, tz)
        begin = int(midnight.timestamp())
        end = int(datetime.combine(day + DAY, time.min, tz).timestamp())
        if midnight.utcoffset() == datetime.combine(day + DAY, time.min, tz).utcoffset():
            yield from ((begin + 3600 * hour, day, hour) for hour in range(24))
            return
        shown = None
        for second in range(begin, end, QUARTER):
            hour = datetime.fromtimestamp(second, tz).hour
            if hour != shown or datetime.fromtimestamp(second, tz).minute == 0:
                yield second, day, hour
            shown = hour

    def keys(self, cut: str) -> list[str]:
        """All days, weeks (their Mondays) or months there are in it, those with nothing too."""
        every = [self.first + n * DAY for n in range(self.days)]
        return sorted({key_of(cut, day) for day in every})


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def key_of(cut: str, day: date) -> str:
    """How the rows of a day are filed under its day, week or month."""
    if cut == "week":
        return monday_of(day).isoformat()
    return f"{day:%Y-%m}" if cut == "month" else day.isoformat()
