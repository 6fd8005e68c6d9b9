"""When somebody works: their weeks, one day that is different, the same as a colleague.

What is not different is not written: no row of it changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Stale
from bookings.actions.rota.asking import asking_with_places
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.hours_text import DayHours
from bookings.models import (
    Absence,
    Clinic,
    ExtraShift,
    Therapist,
    Weekly,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.queries.rota.patterns import (
    Pattern,
    Rhythm,
    day_stamp,
    patterns,
    stamp_of,
    usual_hours,
)

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A week as it should be: of `before`, as the page showed it, or a new one.

    `hours` and `breaks` are those of the weekdays that are different. They hold from the day
    `since`; what was until then stays as it was.
    """

    rhythm: Rhythm
    since: date
    before: Pattern | None = None
    hours: Mapping[int, Sequence[DayHours]] = field(default_factory=dict)
    breaks: Mapping[int, Sequence[DayHours]] = field(default_factory=dict)

    @property
    def is_different(self) -> bool:
        rhythm = self.before.rhythm if self.before else None
        return bool(self.hours or self.breaks) or (rhythm is not None and rhythm != self.rhythm)

    @property
    def begins_anew(self) -> bool:
        """Whether what was worked until then is kept beside what is worked from then on."""
        if self.before is None:
            return False
        old = self.before.rhythm
        weeks = (old.every_weeks, old.counted_from)
        other_weeks = weeks != (self.rhythm.every_weeks, self.rhythm.counted_from)
        return bool(self.hours or self.breaks or other_weeks) and old.valid_from < self.since


@changes_the_diary
def keep(
    clinic: Clinic,
    therapist: Therapist,
    wanted: Sequence[Wanted],
    *,
    seen: str,
    accepted: str = "",
    now: datetime,
) -> None:
    """Raises Stale where the weeks are no longer as they were `seen`, and VisitsAffected."""
    if stamp_of(therapist) != seen:
        raise Stale(_("The hours have been changed meanwhile. Please look again."))
    with asking_with_places(clinic, accepted=accepted, therapist=therapist, now=now):
        for one in wanted:
            if one.is_different:
                _write(therapist, one)


@changes_the_diary
def copy_to(
    clinic: Clinic,
    source: Therapist,
    others: Sequence[Therapist],
    *,
    since: date,
    accepted: str = "",
    now: datetime,
) -> None:
    """From the day on the others work as the source does. Raises VisitsAffected."""
    weeks = patterns(source, since=since)
    with asking_with_places(clinic, accepted=accepted, now=now):
        for other in others:
            for row in (row for one in patterns(other, since=since) for row in one.rows):
                _end_before(row, since)
            for one in weeks:
                begins = max(since, one.rhythm.valid_from)
                for row in one.rows:
                    _copied(row, therapist=other, valid_from=begins).save()


@changes_the_diary
def keep_day(
    clinic: Clinic,
    therapist: Therapist,
    day: date,
    hours: Sequence[DayHours],
    *,
    reason: str = "",
    seen: str,
    accepted: str = "",
    now: datetime,
) -> None:
    """That day's hours alone are these. Raises Stale and VisitsAffected.

    None at all is a day off. What only adds to the weekly hours stays beside them.
    """
    if day_stamp(therapist, day) != seen:
        raise Stale(_("The hours have been changed meanwhile. Please look again."))
    usual = usual_hours(therapist, day)
    with asking_with_places(clinic, accepted=accepted, therapist=therapist, now=now):
        extra = list(therapist.extra_shifts.filter(day=day))
        if not hours:
            therapist.extra_shifts.filter(day=day).delete()
            bounds = day_bounds(day, 1, clinic.tz)
            Absence.objects.create(
                therapist=therapist, starts_at=bounds.start, ends_at=bounds.end, reason=reason
            )
        else:
            adds = set(usual) <= set(hours)
            more = [one for one in hours if not (adds and one in usual)]
            _pair(extra, more, ExtraShift(therapist=therapist, day=day), instead=not adds)


def _write(therapist: Therapist, wanted: Wanted) -> None:
    before, rhythm = wanted.before, wanted.rhythm
    if before is not None and wanted.begins_anew:
        for row in before.rows:
            _end_before(row, wanted.since)
        rhythm = replace(rhythm, valid_from=wanted.since)
    for kind in (WeeklyShift, WeeklyBreak):
        for weekday in range(7):
            blank = kind(therapist=therapist, weekday=weekday, **asdict(rhythm))
            rows, hours = _of_weekday(wanted, kind, weekday)
            if wanted.begins_anew:
                _pair([], hours, blank)
            else:
                _pair(rows, hours, blank)


def _of_weekday(
    wanted: Wanted, kind: type[Weekly], weekday: int
) -> tuple[Sequence[Weekly], Sequence[DayHours]]:
    """Its rows as they are, and the hours as they should be: what was not touched as it is."""
    before = wanted.before
    if kind is WeeklyShift:
        rows: Sequence[Weekly] = before.shifts.get(weekday, []) if before else []
        there = before.hours_of(weekday) if before else []
        return rows, wanted.hours.get(weekday, there)
    rows = before.breaks.get(weekday, []) if before else []
    there = before.breaks_of(weekday) if before else []
    return rows, wanted.breaks.get(weekday, there)


def _pair(
    rows: Sequence[Any], hours: Sequence[DayHours], blank: Weekly | ExtraShift, **facts: Any
) -> None:
    """One row for each, the ones there are before new ones; a row that is right is left alone."""
    there = {(row.start, row.end): row for row in rows}
    kept = [there.get((one.start, one.end)) for one in hours]
    spare = [row for row in rows if row not in kept]
    for one, row in zip(hours, kept, strict=True):
        _fill(row or (spare.pop(0) if spare else None), one, blank, facts)
    for row in spare:
        row.delete()


def _fill(row: Any, hours: DayHours, blank: Weekly | ExtraShift, facts: dict[str, Any]) -> None:
    wanted = {"start": hours.start, "end": hours.end, **facts}
    for name in ("valid_from", "valid_until", "every_weeks", "counted_from"):
        if isinstance(blank, Weekly):
            wanted[name] = getattr(blank, name)
    if isinstance(blank, WeeklyBreak):
        wanted["reason"] = hours.what
    row = row or _copied(blank)
    if row.pk is None or any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save()


def _copied(row: Any, **facts: Any) -> Any:
    """The same again, not saved yet."""
    columns = {
        one.attname: getattr(row, one.attname)
        for one in row._meta.concrete_fields
        if not one.primary_key
    }
    new = type(row)(**columns)
    for name, value in facts.items():
        setattr(new, name, value)
    return new


def _end_before(row: Weekly, day: date) -> None:
    """Its last day is the one before; what would not have begun by then never was."""
    if row.valid_from >= day:
        row.delete()
    elif row.valid_until is None or row.valid_until >= day:
        row.valid_until = day - DAY
        row.save()
