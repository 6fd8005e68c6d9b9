"""The days that a report is about, as the clinic's calendar has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import Seconds
from bookings.models import Clinic

DAY = timedelta(days=1)
LONGEST_YEARS = 10
LONGEST_DAYS = 366 * LONGEST_YEARS
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
    def every_day(self) -> list[date]:
        return [self.first + n * DAY for n in range(self.days)]

    @property
    def bounds(self) -> Interval:
        return day_bounds(self.first, self.days, self.clinic.tz)

    @cached_property
    def begin(self) -> date:
        """The day that the first of the midnights begins."""
        return self.first - LOOKS_BACK * DAY

    @cached_property
    def midnights(self) -> list[datetime]:
        """When each civil day begins: with them the database finds the day of an instant, by
        what `Clinic.day_of` says and not by a zone of its own."""
        count = LOOKS_BACK + self.days + LOOKS_AHEAD + 1
        return [self.clinic.begin_of(self.begin + n * DAY) for n in range(count)]

    @property
    def begins_of_days(self) -> list[tuple[Seconds, date, int]]:
        """As `hours`, of whole days."""
        stamps = self.midnights[LOOKS_BACK : LOOKS_BACK + self.days]
        return [
            (int(stamp.timestamp()), day, 0)
            for stamp, day in zip(stamps, self.every_day, strict=True)
        ]

    @property
    def odd_days(self) -> list[date]:
        """Those on which the clocks change."""
        lengths = zip(self.midnights[LOOKS_BACK:], self.midnights[LOOKS_BACK + 1 :], strict=False)
        pairs = zip(self.every_day, lengths, strict=False)
        return [day for day, (begin, end) in pairs if end - begin != DAY]

    @property
    def hours(self) -> list[tuple[Seconds, date, int]]:
        """When each hour of the clock begins, and on which day; where the clock is put back, an
        hour stands twice."""
        return [one for day in self.every_day for one in self.hours_of(day)]

    def hours_of(self, day: date) -> Iterator[tuple[Seconds, date, int]]:
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
        return sorted({key_of(cut, day) for day in self.every_day})


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def key_of(cut: str, day: date) -> str:
    """How the rows of a day are filed under its day, week, month or weekday."""
    if cut == "week":
        return monday_of(day).isoformat()
    if cut == "month":
        return f"{day:%Y-%m}"
    return str(day.weekday()) if cut == "weekday" else day.isoformat()
