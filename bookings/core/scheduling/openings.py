"""Which starts are free: shifts minus absences minus what is booked, with a room for each.

Everything here is whole seconds since the epoch, because a clinic of fifty therapists asks
about some ten thousand stretches at once; datetimes come back at the edge of the query.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from bookings.core.intervals import Interval

Key = TypeVar("Key")
Seconds = int
Span = tuple[Seconds, Seconds]  # half-open [start, end)
NEVER, FOREVER = -(10**12), 10**12  # before and after all that a calendar has

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
    starts = _inside(grid.starts, within)
    takers: list[list[Key]] = [[] for _ in starts]
    off_work = cache(_off_work)  # colleagues share their hours
    for key, roster in rosters.items():
        not_free = [*off_work(tuple(roster.working), duration.buffer), *roster.taken]
        for first, end in _clear_of(not_free, duration.blocked):
            for there in takers[bisect_left(starts, first) : bisect_left(starts, end)]:
                there.append(key)
    return {
        starts[n]: takers[n]
        for first, end in _with_a_room(rooms, duration.blocked)
        for n in range(bisect_left(starts, first), bisect_left(starts, end))
        if takers[n]
    }


def _inside(starts: Sequence[Seconds], within: Span) -> Sequence[Seconds]:
    begin, end = within
    return starts[bisect_left(starts, begin) : bisect_left(starts, end)]


def _off_work(working: Iterable[Span], buffer: Seconds) -> Sequence[Span]:
    """What is not worked, as if it were taken: a buffer's length after hours it begins to bind."""
    stretches = joined(working)
    ends = [NEVER, *(end + buffer for _, end in stretches)]
    begins = [*(start for start, _ in stretches), FOREVER]
    return list(zip(ends, begins, strict=True))


def _with_a_room(rooms: Iterable[Sequence[Span]], blocked: Seconds) -> list[Span]:
    """The starts at which the visit fits into some of the rooms."""
    return joined({one for taken in rooms for one in _clear_of(taken, blocked)})


def _clear_of(taken: Iterable[Span], blocked: Seconds) -> list[Span]:
    """The starts that leave `blocked` seconds free of every taken span, in order.

    A clinic of fifty has ten thousand of these in two weeks: the innermost loop of all.
    """
    free: list[Span] = []
    first, enough = NEVER, NEVER + blocked
    for start, end in sorted(taken):
        if start >= enough:
            free.append((first, start - blocked + 1))
        if end > first:
            first, enough = end, end + blocked
    if first < FOREVER:
        free.append((first, FOREVER))
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
