"""The openings to offer instead of a start that cannot be had."""

from dataclasses import replace
from datetime import datetime, timedelta

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.models import Clinic
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.openings import closest, horizon, nearest
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Slot

NEAREST = 3
LOOKED_THROUGH = 100  # a day or two of openings


def nearest_to(
    slot: Slot,
    *,
    rules: Rules = Rules.ONLINE,
    ignoring: Ignoring = NOTHING,
    avoid: Interval | None = None,
    but: datetime | None = None,
    now: datetime,
) -> tuple[Opening, ...]:
    """Free starts near the slot: the therapist's own, or else anybody's, in order of time.

    None of them in `avoid`, a time that is about to be blocked, nor at `but`, where it stands.
    """
    clinic = Clinic.objects.the()
    start = min(max(slot.start, now), _last_moment(clinic, rules, now))
    count = LOOKED_THROUGH if avoid else NEAREST + (but is not None)
    for whose in dict.fromkeys((slot.therapist, None)):
        wanted = replace(slot, start=start, therapist=whose)
        near = nearest(clinic, wanted, count=count, rules=rules, ignoring=ignoring, now=now)
        found = [one for one in near if one.starts_at != but and not _is_in(avoid, one, slot)]
        if found:
            return tuple(closest(found, start, NEAREST))
    return ()


def _is_in(avoid: Interval | None, opening: Opening, slot: Slot) -> bool:
    if avoid is None:
        return False
    return replace(slot, start=opening.starts_at).interval.overlaps(avoid)


def _last_moment(clinic: Clinic, rules: Rules, now: datetime) -> datetime:
    last = clinic.day_of(now) + timedelta(days=horizon(clinic, rules))
    return day_bounds(last, 1, clinic.tz).end
