"""How long an offered time is kept for whom it is offered to, and how often for newcomers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from bookings.core.intervals import Interval

LONGEST, SHORTEST = timedelta(hours=2), timedelta(minutes=15)
A_SHARE = 4  # of the time to the cut-off, so that others can be asked after them


@dataclass(frozen=True)
class Kept:
    therapist: int
    time: Interval


def held_until(now: datetime, cut_off: datetime) -> datetime | None:
    """None: so near to the cut-off that nobody is written to; the desk rings."""
    left = cut_off - now
    if left < SHORTEST:
        return None
    return now + max(SHORTEST, min(LONGEST, left / A_SHARE))


def kept_twice(offers: Iterable[Kept]) -> tuple[Kept, ...]:
    """What any two of them have in common."""
    return tuple(
        Kept(one.therapist, Interval(*_both(one.time, other.time)))
        for one, other in combinations(offers, 2)
        if one.therapist == other.therapist and one.time.overlaps(other.time)
    )


def _both(one: Interval, other: Interval) -> tuple[datetime, datetime]:
    return max(one.start, other.start), min(one.end, other.end)
