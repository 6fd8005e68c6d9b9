"""Which starts are free: shifts minus absences minus what is booked, with a room for each.

Everything here is whole seconds since the epoch, because a clinic of fifty therapists asks
about some ten thousand stretches at once; datetimes come back at the edge of the query.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from bookings.core.intervals import Interval

Key = TypeVar("Key")
Seconds = int
Span = tuple[Seconds, Seconds]  # half-open [start, end)
Reach = tuple[Seconds, Seconds]  # starts that fit, both ends included

DAY = timedelta(days=1)


@lru_cache(maxsize=8192)
def clock_span(day: date, start: time, end: time, tz: ZoneInfo) -> Span | None:
    """Wall-clock hours on a day; cached, since colleagues share their hours."""
    hours = Interval.on_clock(day, start, end, tz)
    return (int(hours.start.timestamp()), int(hours.end.timestamp())) if hours else None


@dataclass(frozen=True)
class Roster:
    """What one therapist's diary says: `working` hours, and what is `taken` out of them.

    `taken` is absences, closures, appointments and live holds, buffers included.
    """

    working: Sequence[Span]
    taken: Sequence[Span] = ()


@dataclass(frozen=True)
class Duration:
    """How long a treatment lasts, and how long after it therapist and room stay blocked."""

    length: Seconds
    buffer: Seconds = 0

    @property
    def blocked(self) -> Seconds:
        return self.length + self.buffer


@dataclass(frozen=True)
class Grid:
    """The starts a clinic offers: wall-clock multiples of its step, as instants in order.

    On the day the clocks go back a repeated wall-clock time is two starts; on the day they
    go forward a skipped one is none.
    """

    starts: Sequence[Seconds] = field(repr=False)

    @classmethod
    def over(cls, first: date, days: int, *, step_minutes: int, tz: ZoneInfo) -> "Grid":
        starts: list[Seconds] = []
        for offset in range(days):
            starts.extend(_starts_on(first + offset * DAY, step_minutes, tz))
        return cls(starts)


def _starts_on(day: date, step_minutes: int, tz: ZoneInfo) -> Sequence[Seconds]:
    midnight = datetime.combine(day, time.min, tz)
    next_midnight = datetime.combine(day + DAY, time.min, tz)
    if midnight.utcoffset() == next_midnight.utcoffset():
        begin = int(midnight.timestamp())
        return range(begin, begin + 86400, step_minutes * 60)
    return _starts_on_a_clock_change(midnight, step_minutes, tz)


def _starts_on_a_clock_change(midnight: datetime, step_minutes: int, tz: ZoneInfo) -> list[Seconds]:
    clock = midnight.replace(tzinfo=None)
    walls = [clock + timedelta(minutes=m) for m in range(0, 24 * 60, step_minutes)]
    instants = {
        wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for wall in walls for fold in (0, 1)
    }
    on_the_clock = set(walls)
    return sorted(
        int(instant.timestamp())
        for instant in instants
        if instant.astimezone(tz).replace(tzinfo=None) in on_the_clock
        and instant.astimezone(tz).date() == midnight.date()
    )


def openings_of(
    rosters: Mapping[Key, Roster],
    rooms: Iterable[Sequence[Span]],
    *,
    duration: Duration,
    grid: Grid,
    within: Span,
) -> dict[Seconds, list[Key]]:
    """Each free start in `within`, in order, with the therapists who can take it.

    `rooms` are the suitable rooms' taken spans. A visit ends within one stretch of working
    hours; its buffer may run past the stretch's end but not into anything taken.
    """
    first_of_all, end = within
    roomy = _with_a_room(rooms, duration.blocked, (first_of_all, end - 1))
    starts = grid.starts
    takers: list[list[Key]] = [[] for _ in starts]
    for key, roster in rosters.items():
        for first, last in _common(_reaches(roster, duration), roomy):
            for there in takers[bisect_left(starts, first) : bisect_right(starts, last)]:
                there.append(key)
    return {start: there for start, there in zip(starts, takers, strict=True) if there}


def _with_a_room(
    rooms: Iterable[Sequence[Span]], blocked: Seconds, within: Reach
) -> Sequence[Reach]:
    """The starts at which the visit fits into some of the rooms."""
    fitting = [one for taken in rooms for one in _clear_of(taken, blocked, within)]
    return [(first, end - 1) for first, end in joined((first, last + 1) for first, last in fitting)]


def _reaches(roster: Roster, duration: Duration) -> Sequence[Reach]:
    """The starts at which the visit fits the working hours and touches nothing taken."""
    at_work = [
        (start, end - duration.length)
        for start, end in joined(roster.working)
        if end - start >= duration.length
    ]
    if not at_work:
        return []
    within = at_work[0][0], at_work[-1][1]
    return _common(at_work, _clear_of(roster.taken, duration.blocked, within))


def _clear_of(taken: Iterable[Span], blocked: Seconds, within: Reach) -> list[Reach]:
    """The starts that leave `blocked` seconds free of every taken span, in order."""
    free: list[Reach] = []
    first, last = within
    for start, end in sorted(taken):
        if start - blocked >= last:
            break
        if start - blocked >= first:
            free.append((first, start - blocked))
        if end > first:
            first = end
    if first <= last:
        free.append((first, last))
    return free


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as few sorted spans: overlapping and touching ones become one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The time of `spans` that lies in none of `holes`, as few sorted spans."""
    gaps = joined(holes)
    begins, ends = [gap[0] for gap in gaps], [gap[1] for gap in gaps]
    left: list[Span] = []
    for start, end in joined(spans):
        for begin, until in gaps[bisect_right(ends, start) : bisect_left(begins, end)]:
            if start < begin:
                left.append((start, begin))
            start = until
        if start < end:
            left.append((start, end))
    return left


def _common(left: Sequence[Reach], right: Sequence[Reach]) -> list[Reach]:
    """The intersection of two sorted, disjoint lists of reaches."""
    result: list[Reach] = []
    i = j = 0
    while i < len(left) and j < len(right):
        left_first, left_last = left[i]
        right_first, right_last = right[j]
        # Comparisons rather than max() and min(): this is the innermost loop of all.
        first = left_first if left_first > right_first else right_first
        last = left_last if left_last < right_last else right_last
        if first <= last:
            result.append((first, last))
        if left_last < right_last:
            i += 1
        else:
            j += 1
    return result
