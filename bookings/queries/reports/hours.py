"""Time on the hours of the clock, told from how often each stretch of a day there is.

Stretches of a day are few (who works 8 to 12 does so for years), so that nothing has to be cut
into hours row by row. A day on which the clocks change has stretches of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bookings.queries.reports.periods import Period

CLOCK = ("odd_day", "begins", "ends")  # seconds from the day's beginning
HOUR, HOURS = 3600, 24
Values = tuple[Decimal, ...]


def by_hour(
    period: Period, stretches: Mapping[tuple[Any, ...], Values], nothing: Values
) -> dict[str, Values]:
    """What the stretches, by CLOCK, come to in each hour; their values are seconds."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: list(nothing))
    for (odd_day, begins, ends), values in stretches.items():
        for hour, seconds in _in_hours(period, odd_day, begins, ends):
            line = sums[str(hour)]
            for place, value in enumerate(values):
                line[place] += value // (ends - begins) * seconds
    return {hour: tuple(line) for hour, line in sums.items()}


def _in_hours(
    period: Period, odd_day: date | None, begins: int, ends: int
) -> Iterator[tuple[int, int]]:
    """How many seconds of it lie in which hour."""
    for start, end, hour in _hours_of(period, odd_day, ends):
        seconds = min(end, ends) - max(start, begins)
        if seconds > 0:
            yield hour, seconds


def _hours_of(period: Period, odd_day: date | None, ends: int) -> list[tuple[int, int, int]]:
    if odd_day is None:
        return [(HOUR * hour, HOUR * (hour + 1), hour) for hour in range(HOURS)]
    there = list(period.hours_of(odd_day))
    midnight = there[0][0]
    starts = [second - midnight for second, _day, _hour in there]
    hours = [hour for _second, _day, hour in there]
    return list(zip(starts, [*starts[1:], ends], hours, strict=True))
