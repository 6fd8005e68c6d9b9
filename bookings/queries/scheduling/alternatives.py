"""The openings to offer instead of a start that cannot be had."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic, Therapist
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.openings import horizon, nearest
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Slot

NEAREST = 3
LOOKED_THROUGH = 100  # a day or two of openings
APART = timedelta(hours=1)  # closer together two starts with one therapist are no choice


def nearest_to(
    slot: Slot, *, rules: Rules = Rules.ONLINE, ignoring: Ignoring = NOTHING, now: datetime
) -> tuple[Opening, ...]:
    """Free starts near the slot: the therapist's own, or else anybody's, in order of time."""
    clinic = Clinic.objects.the()
    start = _asked_for(slot, clinic, rules, now)
    for whose in dict.fromkeys((slot.therapist, None)):
        wanted = replace(slot, start=start, therapist=whose)
        found = nearest(clinic, wanted, count=NEAREST, rules=rules, ignoring=ignoring, now=now)
        if found:
            return tuple(found)
    return ()


def alternatives_to(
    slot: Slot,
    *,
    ignoring: Ignoring = NOTHING,
    avoid: Interval | None = None,
    now: datetime,
) -> tuple[Opening, ...]:
    """For the desk: three that really differ, in order of time, colleagues at the same hour too.

    No two with one therapist lie within an hour while there are others. None is in `avoid`, a
    time that is about to be blocked, nor where a visit that is ignored, since it is the one to
    be moved, stands already.
    """
    clinic, therapist = Clinic.objects.the(), slot.therapist
    present = _places_of(ignoring)
    start = _asked_for(slot, clinic, Rules.ONLINE, now)
    found = _with_the_therapists_own(replace(slot, start=start), clinic, ignoring, now)
    offered = [
        opening
        for one in found
        if not _is_in(avoid, one, slot)
        for opening in _with(therapist, one, present)
    ]
    ranked = sorted(offered, key=lambda one: abs(one.starts_at - start))
    return tuple(sorted(_different(ranked), key=lambda one: one.starts_at))


def _with_the_therapists_own(
    slot: Slot, clinic: Clinic, ignoring: Ignoring, now: datetime
) -> list[Opening]:
    """Anybody's openings near the slot, and its therapist's where none of these is theirs."""
    find = partial(nearest, clinic, count=LOOKED_THROUGH, ignoring=ignoring, now=now)
    found = find(replace(slot, therapist=None))
    if slot.therapist and not any(slot.therapist in one.therapists for one in found):
        found += find(slot)
    return found


def _asked_for(slot: Slot, clinic: Clinic, rules: Rules, now: datetime) -> datetime:
    """The slot's start, or the nearest moment that is not past nor too far off."""
    last = clinic.day_of(now) + timedelta(days=horizon(clinic, rules))
    return min(max(slot.start, now), day_bounds(last, 1, clinic.tz).end)


def _places_of(ignoring: Ignoring) -> Set[tuple[datetime, int]]:
    """The start of each visit that is ignored, with its therapist."""
    if not ignoring.appointments:
        return frozenset()
    visits = Appointment.objects.filter(pk__in=ignoring.appointments)
    return set(visits.values_list("starts_at", "therapist"))


def _with(
    therapist: Therapist | None, one: Opening, present: Set[tuple[datetime, int]]
) -> Iterator[Opening]:
    """With the therapist alone where they can take it, else with others; never where it stands."""
    others = tuple(each for each in one.therapists if (one.starts_at, each.pk) not in present)
    if therapist in others:
        yield Opening(one.starts_at, (therapist,))
    elif others:
        yield Opening(one.starts_at, others)


def _different(ranked: Sequence[Opening]) -> list[Opening]:
    chosen: list[Opening] = []
    for one in ranked:
        if len(chosen) < NEAREST and all(_differ(one, other) for other in chosen):
            chosen.append(one)
    left = [one for one in ranked if one not in chosen]
    return chosen + left[: NEAREST - len(chosen)]


def _differ(one: Opening, other: Opening) -> bool:
    if one.therapists[0] == other.therapists[0]:
        return abs(one.starts_at - other.starts_at) >= APART
    return one.starts_at != other.starts_at


def _is_in(avoid: Interval | None, opening: Opening, slot: Slot) -> bool:
    if avoid is None:
        return False
    return replace(slot, start=opening.starts_at).interval.overlaps(avoid)
