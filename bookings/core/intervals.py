"""Half-open stretches of time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Interval:
    """The time in [start, end), aware and kept in UTC; touching intervals do not overlap.

    UTC, because Python compares and adds wall-clock time within one zone.
    Raises ValueError for a naive or an empty stretch.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("An interval needs aware datetimes.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError("An interval ends after it starts.")

    @classmethod
    def lasting(cls, start: datetime, minutes: int) -> Self:
        """The interval of so many real minutes from `start`."""
        start = start.astimezone(UTC)
        return cls(start, start + timedelta(minutes=minutes))

    @classmethod
    def on_clock(cls, day: date, start: time, end: time, tz: ZoneInfo) -> Self | None:
        """Wall-clock `start` to `end` on `day`; None where a clock change leaves nothing of it.

        A time that the spring change skips means the same distance after the gap; a time
        that autumn repeats means the first for a start and the last for an end, so that a
        night shift covers both.
        """
        begins = datetime.combine(day, start, tz).astimezone(UTC)
        ends = max(datetime.combine(day, end, tz).replace(fold=f).astimezone(UTC) for f in (0, 1))
        return cls(begins, ends) if begins < ends else None

    def overlaps(self, other: Self) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Self) -> bool:
        return self.start <= other.start and other.end <= self.end


def day_bounds(day: date, days: int, tz: ZoneInfo) -> Interval:
    """The `days` civil days from `day` in the zone: 23, 24 or 25 hours each."""
    start = datetime.combine(day, time.min, tz)
    end = datetime.combine(day + timedelta(days=days), time.min, tz)
    return Interval(start, end)


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]
