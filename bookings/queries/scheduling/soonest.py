"""The next free times of the clinic and of each therapist, for pages that tell them at a glance."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bookings.core.intervals import days_from
from bookings.core.scheduling.openings import Seconds, Span, clock_span
from bookings.core.scheduling.parts_of_day import PARTS_BEGIN
from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.scheduling.diary import FreeTimes, Opening, Starts, free_times
from bookings.queries.scheduling.slots import Ignoring

# Ever more days at a time: mostly the first few are enough, and then the rest is not asked for,
# nor what is booked in the days of the last look.
LOOKS = (1, 2, 4, 14)
DAYS_LOOKED_AT, NEAR = sum(LOOKS), sum(LOOKS[:-1])
DAYS_TOLD = 3
# Between them lie morning, afternoon and evening.
PARTS_OF_DAY = (time.min, *PARTS_BEGIN, time.max)


@dataclass(frozen=True)
class Free:
    """A free start of a treatment."""

    treatment: Treatment
    opening: Opening


@dataclass(frozen=True)
class Soonest:
    """What is free next.

    `usual` is the treatment that most come for; `days` are the first starts of it on each of the
    next days that have one. `of_therapist` is by id, and holds nobody who has nothing free soon.
    `hours`, by id too, are the (weekday, part of day) at which somebody works.
    """

    usual: Treatment | None
    days: Sequence[Free]
    of_therapist: Mapping[int, Free]
    offered: Mapping[int, Treatment]
    hours: Mapping[int, frozenset[tuple[int, int]]]


def most_usual(treatments: Iterable[Treatment]) -> Treatment | None:
    """The one that suits most kinds of session; of several the first in the list."""
    return max(treatments, key=lambda one: len(one.kinds), default=None)


def soonest(
    clinic: Clinic,
    treatments: Sequence[Treatment],
    *,
    therapist: Therapist | None = None,
    holder: str = "",
    now: datetime,
) -> Soonest:
    """One look at the diary for everybody, or for one therapist; the `holder`'s holds are free."""
    today = clinic.day_of(now)
    asked: dict[str, Any] = {
        "therapist": therapist,
        "ignoring": Ignoring(holder=holder),
        "now": now,
    }
    look = partial(free_times, clinic, treatments=treatments, **asked)
    facts = look(first=today, days=NEAR, asked=days_from(today, DAYS_LOOKED_AT))
    far = partial(look, first=today + timedelta(days=NEAR), days=DAYS_LOOKED_AT - NEAR)
    usual = most_usual(one for one in treatments if facts.offered_by[one.pk])
    offered = _what_each_is_asked_for(facts, usual, treatments)
    days, found = _first_of_each(facts, far, usual, offered)
    return Soonest(usual, list(days.values())[:DAYS_TOLD], found, offered, _hours(facts))


def _first_of_each(
    facts: FreeTimes,
    far: Callable[[], FreeTimes],
    usual: Treatment | None,
    offered: Mapping[int, Treatment],
) -> tuple[dict[date, Free], dict[int, Free]]:
    """By day the first of the usual, by therapist the first of what they are asked for."""
    days: dict[date, Free] = {}
    found: dict[int, Free] = {}
    first = facts.first
    for look in LOOKS:
        awaited = {one.pk: one for pk, one in offered.items() if pk not in found}
        if usual and len(days) < DAYS_TOLD:
            awaited[usual.pk] = usual
        if awaited and look == LOOKS[-1]:
            facts = far()
        for treatment in awaited.values():
            waiting = {pk for pk, one in offered.items() if one.pk == treatment.pk}
            for day, starts in facts.starts_by_day(treatment, first, look).items():
                if usual and treatment.pk == usual.pk:
                    days[day] = _free(facts, treatment, starts, next(iter(starts)))
                for pk, start in _first_by_person(starts, waiting - found.keys()).items():
                    found[pk] = _free(facts, treatment, starts, start)
        first += timedelta(days=look)
    return days, found


def _first_by_person(starts: Starts, waiting: Set[int]) -> dict[int, Seconds]:
    found: dict[int, Seconds] = {}
    for start, takers in starts.items():
        if len(found) == len(waiting):
            break
        found |= {pk: start for pk in takers if pk in waiting and pk not in found}
    return found


def _free(facts: FreeTimes, treatment: Treatment, starts: Starts, start: Seconds) -> Free:
    [opening] = facts.told(treatment, {start: starts[start]})
    return Free(treatment, opening)


def _what_each_is_asked_for(
    facts: FreeTimes, usual: Treatment | None, treatments: Sequence[Treatment]
) -> dict[int, Treatment]:
    """By therapist, the usual treatment or else the first that they offer."""
    offered: dict[int, Treatment] = {}
    for treatment in [usual, *treatments] if usual else treatments:
        for one in facts.offered_by[treatment.pk]:
            offered.setdefault(one.pk, treatment)
    return offered


def _hours(facts: FreeTimes) -> dict[int, frozenset[tuple[int, int]]]:
    """By therapist, from the hours of the days looked at, whatever is booked or off in them."""
    return {
        pk: _parts_at_work(tuple(timetable.working), facts.first, facts.clinic.tz)
        for pk, timetable in facts.timetables.items()
    }


@lru_cache(maxsize=256)
def _parts_at_work(
    working: tuple[Span, ...], first: date, tz: ZoneInfo
) -> frozenset[tuple[int, int]]:
    parts = _parts(first, tz)
    begins, ends = [span[0] for span, _ in parts], [span[1] for span, _ in parts]
    return frozenset(
        name
        for start, end in working
        for _, name in parts[bisect_right(ends, start) : bisect_left(begins, end)]
    )


def _parts(first: date, tz: ZoneInfo) -> list[tuple[Span, tuple[int, int]]]:
    return [
        (span, (day.weekday(), part))
        for day in days_from(first, DAYS_LOOKED_AT)
        for part, (since, until) in enumerate(pairwise(PARTS_OF_DAY))
        if (span := clock_span(day, since, until, tz))
    ]
