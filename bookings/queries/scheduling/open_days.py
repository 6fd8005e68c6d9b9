"""Some days of the diary, each with its openings or the reason why it has none."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import Span, joined
from bookings.models import Absence, Clinic, Treatment
from bookings.queries.scheduling.openings import Diary, Opening, diary


class Why(StrEnum):
    """Why a day has no openings."""

    FULL = "full"
    CLOSED = "closed"
    OVER = "over"
    NOT_YET = "not open yet"


@dataclass(frozen=True)
class Day:
    """A civil day of the clinic; `why_none` is set when it has no openings."""

    date: date
    openings: tuple[Opening, ...]
    why_none: Why | None


def days_of(
    clinic: Clinic, treatment: Treatment, *, first: date, days: int, now: datetime, **asked
) -> list[Day]:
    """`days` days from `first`; `asked` is what the diary takes besides."""
    found = diary(clinic, treatment, first=first, days=days, now=now, **asked)
    by_day = defaultdict(list)
    for opening in found.openings():
        by_day[opening.starts_at.astimezone(clinic.tz).date()].append(opening)
    at_work = list(_at_work(found, day_bounds(first, days, clinic.tz)))
    return [
        _day(clinic, day, by_day[day], at_work, now)
        for day in (first + timedelta(days=n) for n in range(days))
    ]


def _day(
    clinic: Clinic, day: date, openings: list[Opening], at_work: list[Span], now: datetime
) -> Day:
    why_none = None if openings else _why_none(clinic, day, at_work, now)
    return Day(day, tuple(openings), why_none)


def _why_none(clinic: Clinic, day: date, at_work: list[Span], now: datetime) -> Why:
    if day > clinic.last_bookable_day(now):
        return Why.NOT_YET
    whole = day_bounds(day, 1, clinic.tz)
    begin, end = whole.start.timestamp(), whole.end.timestamp()
    ends = [min(until, end) for since, until in at_work if since < end and begin < until]
    if not ends:
        return Why.CLOSED
    return Why.OVER if max(ends) <= clinic.first_bookable(now).timestamp() else Why.FULL


def _at_work(found: Diary, shown: Interval) -> Iterator[Span]:
    """Everybody's hours, but those that lie wholly in time off."""
    away = _away(found.therapists, shown)
    for therapist, roster in found.rosters.items():
        off = joined(away[therapist] + away[None])
        for since, until in roster.working:
            if not any(start <= since and until <= end for start, end in off):
                yield since, until


def _away(therapists: Iterable[int], shown: Interval) -> dict[int | None, list[Span]]:
    """Time off by therapist; the clinic's closures are under None."""
    away = defaultdict(list)
    absences = Absence.objects.touching(shown).filter(
        Q(therapist=None) | Q(therapist__in=therapists)
    )
    for therapist, starts_at, ends_at in absences.values_list("therapist", "starts_at", "ends_at"):
        away[therapist].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    return away
