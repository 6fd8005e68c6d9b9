"""Where each stands on the list, by the very order in which offers go."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import without
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.waiting_list.order import Rank, in_order, need_on
from bookings.models import Clinic, Therapist, Treatment, WaitlistEntry
from bookings.queries.rota.working_hours import timetables
from bookings.queries.waiting_list.better import better_days
from bookings.queries.waiting_list.plans import plans_of
from bookings.queries.waiting_list.wishes import duration_of

DAY, HALF_AN_HOUR = timedelta(days=1), timedelta(minutes=30)


@dataclass(frozen=True)
class InLine:
    """An entry as it ranks on the first day that can still come; on the first that they want where
    none can."""

    entry: WaitlistEntry
    day: date
    rank: Rank
    can_come: bool


@dataclass(frozen=True)
class PlaceInLine:
    """Of those who would take the same treatment on that day."""

    number: int
    of: int
    day: date


def in_line(
    entries: Iterable[WaitlistEntry], clinic: Clinic, *, day: date | None = None, now: datetime
) -> list[InLine]:
    """Whoever comes first; each on the first day for them, or all on one. Constant queries."""
    there = list(entries)
    if not there:
        return []
    plans = plans_of([one.client for one in there], clinic, now=now)
    first = {} if day else first_days(there, clinic, now=now)
    lines: dict[int, InLine] = {}
    for one in there:
        on = day or first.get(one.pk) or max(one.first_day, clinic.day_of(now))
        need = need_on(on, one.kinds, plans.get(one.client_id))
        rank = Rank(entry=one.pk, need=need, since=one.joined_at, now=now)
        lines[one.pk] = InLine(one, on, rank, can_come=bool(day) or one.pk in first)
    return [lines[rank.entry] for rank in in_order(line.rank for line in lines.values())]


def place_of(entry: WaitlistEntry, clinic: Clinic, *, now: datetime) -> PlaceInLine:
    """Among all who could be offered what comes free on the first day that can
    still come."""
    found = first_days([entry], clinic, now=now)
    day = found.get(entry.pk) or max(entry.first_day, clinic.day_of(now))
    alike = WaitlistEntry.objects.wanting(day, day).filter(treatment=entry.treatment)
    alike = alike.with_everything()
    others = [one for one in alike.exclude(pk=entry.pk) if not one.client.is_provisional]
    line = in_line([entry, *others], clinic, day=day, now=now)
    number = [one.entry.pk for one in line].index(entry.pk) + 1
    return PlaceInLine(number=number, of=len(line), day=day)


def first_days(
    entries: Sequence[WaitlistEntry], clinic: Clinic, *, now: datetime
) -> dict[int, date]:
    """By entry, the first of the days they want on which somebody who gives it works at such a
    time, late enough for everybody's notice; nothing where there is none in the diary."""
    today, last = clinic.day_of(now), clinic.last_bookable_day(now)
    hours, better = _hours(today, last, clinic), better_days(entries, clinic, now=now)
    given_by = _given_by(entries)
    found: dict[int, date] = {}
    for one in entries:
        wanted = _days_wanted(one, today, last, better.get(one.pk))
        who = given_by[one.treatment_id] if one.therapist_id is None else {one.therapist_id}
        days = (
            day
            for day in wanted
            for person, there in hours.get(day, ())
            if person in who and _has_a_start(one, there, clinic, now)
        )
        if first := next(days, None):
            found[one.pk] = first
    return found


def _days_wanted(
    entry: WaitlistEntry, today: date, last: date, better: Container[date] | None
) -> Iterator[date]:
    day = max(entry.first_day, today)
    while day <= min(entry.last_day, last):
        if (not entry.weekdays or day.weekday() in entry.weekdays) and (
            better is None or day in better
        ):
            yield day
        day += DAY


def _has_a_start(entry: WaitlistEntry, there: Interval, clinic: Clinic, now: datetime) -> bool:
    """Whatever is booked then, which may come free."""
    notice = max(entry.notice, timedelta(minutes=clinic.minimum_notice_minutes))
    start, length = there.start, timedelta(seconds=duration_of(entry).length)
    while start + length <= there.end:
        part = part_of_day(start.astimezone(clinic.tz).time())
        if start >= now + notice and (not entry.parts or part in entry.parts):
            return True
        start += HALF_AN_HOUR
    return False


def _hours(first: date, last: date, clinic: Clinic) -> dict[date, list[tuple[int, Interval]]]:
    """What is worked, by day and therapist, without closures and time off."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    people = list(Therapist.objects.active().values_list("pk", flat=True))
    found: dict[date, list[tuple[int, Interval]]] = defaultdict(list)
    told = timetables(people, days, day_bounds(first, len(days), clinic.tz), clinic)
    for person, table in told.items():
        away = [*table.closures, *table.absences, *table.elsewhere, *table.breaks]
        for start, end in without(table.working, away):
            there = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
            found[clinic.day_of(there.start)].append((person, there))
    return found


def _given_by(entries: Iterable[WaitlistEntry]) -> dict[int, set[int]]:
    treatments = {one.treatment_id for one in entries}
    found: dict[int, set[int]] = defaultdict(set)
    given = Treatment.therapists.through.objects.filter(treatment__in=treatments)
    for treatment, therapist in given.values_list("treatment", "therapist"):
        found[treatment].add(therapist)
    return found
