"""A week of everybody's hours, as the owner looks at it; a constant number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bookings.core.intervals import Interval, day_bounds, days_from
from bookings.core.scheduling.hours_text import DayHours, written
from bookings.core.scheduling.openings import Span, clock_span, joined, without
from bookings.models import (
    Absence,
    Clinic,
    ExtraShift,
    Room,
    Therapist,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.queries.rota.working_hours import timetables

WEEK = 7
DAY = timedelta(days=1)
USUAL_HOURS = (8, 18)  # of the row that counts who is at work, where nobody is


@dataclass(frozen=True)
class Shown:
    """Some hours of a day: `kind` is weekly, extra, or away."""

    kind: str
    hours: str
    words: str = ""


@dataclass(frozen=True)
class DayOfOne:
    day: date
    shown: Sequence[Shown]


@dataclass(frozen=True)
class WeekOfOne:
    """`minutes` are those at work, without breaks and time off."""

    therapist: Therapist
    days: Sequence[DayOfOne]
    minutes: int


@dataclass(frozen=True)
class AtWork:
    """How many are at work in an hour; `level` from 0 to 4 is how dark it is drawn."""

    hour: int
    people: int
    rooms: int

    @property
    def level(self) -> int:
        return min(self.people, 4)

    @property
    def is_over(self) -> bool:
        return self.people > self.rooms


@dataclass(frozen=True)
class DayOfAll:
    day: date
    closed: str | None  # what for
    hours: Sequence[AtWork]

    @property
    def most(self) -> AtWork:
        return max(self.hours, key=lambda one: one.people)


@dataclass(frozen=True)
class RotaWeek:
    monday: date
    weeks: Sequence[WeekOfOne]
    days: Sequence[DayOfAll]


@dataclass(frozen=True)
class Rows:
    """What stands in the rota of that week, by kind."""

    shifts: Sequence[WeeklyShift]
    breaks: Sequence[WeeklyBreak]
    extra: Sequence[ExtraShift]
    absences: Sequence[Absence]


def rota_week(clinic: Clinic, monday: date) -> RotaWeek:
    people = list(Therapist.objects.active())
    rows, clear = _rows(clinic, monday), _clear(clinic, people, monday)
    days = [monday + n * DAY for n in range(WEEK)]
    weeks = [
        WeekOfOne(
            one,
            [DayOfOne(day, list(_shown(rows, one, day, clinic))) for day in days],
            sum(end - start for start, end in clear[one.pk]) // 60,
        )
        for one in people
    ]
    rooms = Room.objects.filter(active=True).count()
    first, last = _from_to(rows)
    return RotaWeek(
        monday,
        weeks,
        [
            DayOfAll(
                day,
                _closed(rows, day, clinic),
                _at_work(clear, day, range(first, last), rooms=rooms, tz=clinic.tz),
            )
            for day in days
        ],
    )


def _rows(clinic: Clinic, monday: date) -> Rows:
    sunday = monday + (WEEK - 1) * DAY
    holds = {"valid_from__lte": sunday}
    return Rows(
        list(WeeklyShift.objects.filter(**holds).exclude(valid_until__lt=monday)),
        list(WeeklyBreak.objects.filter(**holds).exclude(valid_until__lt=monday)),
        list(ExtraShift.objects.filter(day__range=(monday, sunday))),
        list(Absence.objects.touching(day_bounds(monday, WEEK, clinic.tz))),
    )


def _clear(clinic: Clinic, people: Sequence[Therapist], monday: date) -> dict[int, list[Span]]:
    during = day_bounds(monday, WEEK, clinic.tz)
    found = timetables([one.pk for one in people], days_from(monday, WEEK), during, clinic)
    return {
        pk: without(joined(one.working), [*one.closures, *one.absences])
        for pk, one in found.items()
    }


def _shown(rows: Rows, therapist: Therapist, day: date, clinic: Clinic) -> Iterator[Shown]:
    extra = [one for one in rows.extra if (one.therapist_id, one.day) == (therapist.pk, day)]
    if not any(one.instead for one in extra):
        for shift in rows.shifts:
            if shift.therapist_id == therapist.pk and shift.holds_on(day):
                yield Shown("weekly", _hours(shift), _breaks_in(rows, shift, day))
    for one in extra:
        yield Shown("extra", _hours(one), _breaks_in(rows, one, day))
    for off in rows.absences:
        if off.therapist_id == therapist.pk and (cut := _cut(off, day, clinic)) is not None:
            yield Shown("away", cut, off.reason)


def _hours(row: WeeklyShift | ExtraShift | WeeklyBreak) -> str:
    return written([DayHours(row.start, row.end)])


def _breaks_in(rows: Rows, shift: WeeklyShift | ExtraShift, day: date) -> str:
    return written(
        DayHours(one.start, one.end, one.reason)
        for one in rows.breaks
        if one.therapist_id == shift.therapist_id
        and one.holds_on(day)
        and one.start < shift.end
        and shift.start < one.end
    )


def _cut(off: Absence, day: date, clinic: Clinic) -> str | None:
    """Its hours of that day, nothing for all of it; None where it does not touch the day."""
    bounds = day_bounds(day, 1, clinic.tz)
    if not bounds.overlaps(Interval(off.starts_at, off.ends_at)):
        return None
    start, end = max(off.starts_at, bounds.start), min(off.ends_at, bounds.end)
    if (start, end) == (bounds.start, bounds.end):
        return ""
    clocks = [at.astimezone(clinic.tz).time() for at in (start, end)]
    last = clocks[1] if end < bounds.end else time(23, 59)
    return written([DayHours(clocks[0], last)])


def _closed(rows: Rows, day: date, clinic: Clinic) -> str | None:
    """Why the clinic is closed on that day; None where it is open."""
    for off in rows.absences:
        if off.therapist_id is None and (cut := _cut(off, day, clinic)) is not None:
            return f"{off.reason} {cut}".strip()
    return None


def _from_to(rows: Rows) -> tuple[int, int]:
    worked: list[WeeklyShift | ExtraShift] = [*rows.shifts, *rows.extra]
    if not worked:
        return USUAL_HOURS
    first, last = min(one.start for one in worked), max(one.end for one in worked)
    return first.hour, min(last.hour + (last.minute > 0), 24)


def _at_work(
    clear: dict[int, list[Span]], day: date, hours: Iterable[int], *, rooms: int, tz: ZoneInfo
) -> list[AtWork]:
    """None where the clock has no such hour."""
    found = []
    for hour in hours:
        during = clock_span(day, time(hour), time(hour, 59), tz)
        there = [spans for spans in clear.values() if during and _touches(spans, during)]
        found.append(AtWork(hour, len(there), rooms))
    return found


def _touches(spans: Sequence[Span], during: Span) -> bool:
    return any(start < during[1] and during[0] < end for start, end in spans)
