"""The openings to offer instead of a start that cannot be had."""

from datetime import datetime, timedelta

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.models import Clinic
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.openings import horizon, nearest
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Slot

NEAREST = 3
LOOKED_THROUGH = 100  # a day or two of openings


def nearest_to(
    slot: Slot,
    *,
    rules: Rules = Rules.ONLINE,
    ignoring: Ignoring = NOTHING,
    avoid: Interval | None = None,
    count: int = NEAREST,
    now: datetime,
) -> tuple[Opening, ...]:
    """Free starts near the slot: the therapist's own, or else anybody's, in order of time.

    None of them in `avoid`, a time that is about to be blocked.
    """
    clinic = Clinic.objects.the()
    start = min(max(slot.start, now), _last_moment(clinic, rules, now))
    length = timedelta(seconds=slot.visit.length)
    for whose in dict.fromkeys((slot.therapist, None)):
        found = nearest(
            clinic,
            slot.treatment,
            start,
            count=count if avoid is None else LOOKED_THROUGH,
            therapist=whose,
            visit=slot.visit,
            rules=rules,
            ignoring=ignoring,
            now=now,
        )
        kept = [
            one
            for one in found
            if avoid is None or not Interval(one.starts_at, one.starts_at + length).overlaps(avoid)
        ]
        if kept:
            near = sorted(kept, key=lambda one: abs(one.starts_at - start))[:count]
            return tuple(sorted(near, key=lambda one: one.starts_at))
    return ()


def _last_moment(clinic: Clinic, rules: Rules, now: datetime) -> datetime:
    last = clinic.day_of(now) + timedelta(days=horizon(clinic, rules))
    return day_bounds(last, 1, clinic.tz).end
