"""Free starts: the facts in a constant number of queries, the answer from the core."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from bookings.core.scheduling.codes import Code, Rules
from bookings.core.scheduling.openings import Duration
from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.scheduling.diary import FARTHEST_DAYS, Opening, free_times
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Slot

DAYS_TO_LOOK_AROUND = 3
# How many days of therapists are gone through for what is near, so that a full clinic does not
# keep anybody waiting: a week of fifty therapists, or a year of one.
MOST_LOOKED_AT = 365
AT_LEAST_DAYS = 2 * DAYS_TO_LOOK_AROUND + 1


def openings(
    clinic: Clinic,
    treatment: Treatment,
    *,
    first: date,
    days: int,
    therapist: Therapist | None = None,
    duration: Duration | None = None,
    rules: Rules = Rules.ONLINE,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> list[Opening]:
    """The free starts in order of time; the therapist's own, if one is given.

    `duration` is how long it lasts, if not as long as its treatment.
    """
    facts = free_times(
        clinic,
        first=first,
        days=days,
        treatments=[treatment],
        therapist=therapist,
        longest=timedelta(seconds=duration.blocked if duration else 0),
        ignoring=ignoring,
        now=now,
    )
    return facts.openings(treatment, duration=duration, rules=rules)


def nearest(
    clinic: Clinic,
    slot: Slot,
    *,
    count: int = 3,
    rules: Rules = Rules.ONLINE,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> list[Opening]:
    """The `count` openings nearest to the slot, in order of time; fewer where little is free.

    It goes through ever more days after the start, but no more than MOST_LOOKED_AT of them.
    """
    found: list[Opening] = []
    for first, days in _looks(clinic, slot, rules, now):
        if len(found) >= count:
            break
        found += openings(
            clinic,
            slot.treatment,
            first=first,
            days=days,
            therapist=slot.therapist,
            duration=slot.duration,
            rules=rules,
            ignoring=ignoring,
            now=now,
        )
    return closest(found, slot.start, count)


def _looks(clinic: Clinic, slot: Slot, rules: Rules, now: datetime) -> Iterator[tuple[date, int]]:
    """Which days to go through, as first day and number: ever more, and at last some before."""
    today = clinic.day_of(now)
    last = today + timedelta(days=horizon(clinic, rules))
    first = max(today, clinic.day_of(slot.start) - timedelta(days=DAYS_TO_LOOK_AROUND))
    left = max(AT_LEAST_DAYS, MOST_LOOKED_AT // _how_many_give(slot))
    before = min((first - today).days, left // 3)
    if left <= AT_LEAST_DAYS:  # so few that one look takes in the days before as well
        first, before = first - timedelta(days=before), 0
    left -= before
    look, begin = AT_LEAST_DAYS, first
    while left > 0 and begin <= last:
        days = min(look, left, (last - begin).days + 1)
        yield begin, days
        begin, left, look = begin + timedelta(days=days), left - days, 2 * look
    if before > 0:
        yield first - timedelta(days=before), before


def _how_many_give(slot: Slot) -> int:
    return 1 if slot.therapist else max(1, slot.treatment.therapists.filter(active=True).count())


def closest(found: Iterable[Opening], start: datetime, count: int) -> list[Opening]:
    """The `count` of them nearest to `start`, in order of time."""
    near = sorted(found, key=lambda opening: abs(opening.starts_at - start))[:count]
    return sorted(near, key=lambda opening: opening.starts_at)


def next_free(
    clinic: Clinic, treatment: Treatment, *, after: datetime, now: datetime, **asked: Any
) -> Opening | None:
    """The first opening at or after a moment; None when there is none within the horizon.

    `asked` is what `openings` takes besides.
    """
    first = clinic.day_of(max(after, now))
    days = (clinic.last_bookable_day(now) - first).days + 1
    if days < 1:
        return None
    found = openings(clinic, treatment, first=first, days=days, now=now, **asked)
    return next((opening for opening in found if opening.starts_at >= after), None)


def horizon(clinic: Clinic, rules: Rules) -> int:
    """How many days ahead one looks under the rules."""
    return clinic.horizon_days if rules.binds(Code.TOO_FAR) else FARTHEST_DAYS
