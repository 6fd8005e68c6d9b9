"""Some days of the diary, each with its openings or the reason why it has none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from bookings.core.intervals import day_bounds, days_from
from bookings.core.scheduling.openings import Duration, Span, joined
from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.scheduling.diary import FreeTimes, Opening, Starts, free_times
from bookings.queries.scheduling.slots import NOTHING, Ignoring


class Why(StrEnum):
    """Why a day has no openings."""

    FULL = "full"
    CLOSED = "closed"
    OVER = "over"
    NOT_YET = "not open yet"


class Openings(Sequence[Opening]):
    """Of a day; made when they are looked at, for of most days it is only asked how many."""

    def __init__(self, facts: FreeTimes, treatment: Treatment, starts: Starts):
        self.facts, self.treatment, self.starts = facts, treatment, starts

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, place: Any) -> Any:
        return self._made[place]

    @cached_property
    def _made(self) -> list[Opening]:
        return self.facts.told(self.treatment, self.starts)


@dataclass(frozen=True)
class Day:
    """A civil day of the clinic; `why_none` is set when it has no openings."""

    date: date
    openings: Sequence[Opening]
    why_none: Why | None


def days_of(
    clinic: Clinic,
    treatment: Treatment,
    *,
    first: date,
    days: int,
    therapist: Therapist | None = None,
    duration: Duration | None = None,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> list[Day]:
    """`days` days from `first`; `duration` is how long it lasts, if not as its treatment."""
    found = free_times(
        clinic,
        first=first,
        days=days,
        treatments=[treatment],
        therapist=therapist,
        longest=timedelta(seconds=duration.blocked if duration else 0),
        ignoring=ignoring,
        now=now,
    )
    by_day = found.starts_by_day(treatment, first, days, duration=duration)
    at_work = list(_at_work(found))
    return [
        _day(clinic, day, Openings(found, treatment, by_day.get(day, {})), at_work, now)
        for day in days_from(first, days)
    ]


def _day(clinic: Clinic, day: date, openings: Openings, at_work: list[Span], now: datetime) -> Day:
    why_none = None if openings else _why_none(clinic, day, at_work, now)
    return Day(day, openings, why_none)


def _why_none(clinic: Clinic, day: date, at_work: list[Span], now: datetime) -> Why:
    if day > clinic.last_bookable_day(now):
        return Why.NOT_YET
    whole = day_bounds(day, 1, clinic.tz)
    begin, end = whole.start.timestamp(), whole.end.timestamp()
    ends = [min(until, end) for since, until in at_work if since < end and begin < until]
    if not ends:
        return Why.CLOSED
    return Why.OVER if max(ends) <= clinic.first_bookable(now).timestamp() else Why.FULL


def _at_work(found: FreeTimes) -> Iterator[Span]:
    """Everybody's hours, but those that lie wholly in time off."""
    for timetable in found.timetables.values():
        off = joined([*timetable.closures, *timetable.absences])
        for since, until in timetable.working:
            if not any(start <= since and until <= end for start, end in off):
                yield since, until
