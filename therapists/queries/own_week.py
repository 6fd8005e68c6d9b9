"""A therapist's week: hours of work without the breaks, what is off, and how many are booked."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from bookings.core.intervals import day_bounds, days_from
from bookings.core.scheduling.openings import Span
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, Clinic, Therapist
from bookings.queries.rota.working_hours import hours_of_work

WEEK = 7


@dataclass(frozen=True)
class RotaDay:
    """One civil day: stretches at work as instants, what falls on it, and how many come."""

    day: date
    hours: Sequence[tuple[datetime, datetime]]
    away: Sequence[Absence]
    visits: int


@dataclass(frozen=True)
class OwnWeek:
    days: Sequence[RotaDay]

    @property
    def before(self) -> date:
        return self.days[0].day - timedelta(days=WEEK)

    @property
    def after(self) -> date:
        return self.days[0].day + timedelta(days=WEEK)


def week_of(therapist: Therapist, day: date, clinic: Clinic) -> OwnWeek:
    """From Monday to Sunday around the day, in a constant number of queries."""
    monday = day - timedelta(days=day.weekday())
    bounds = day_bounds(monday, WEEK, clinic.tz)
    hours: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
    for span in hours_of_work([therapist.pk], days_from(monday, WEEK), clinic).get(
        therapist.pk, []
    ):
        start, end = _instants(span)
        hours[clinic.day_of(start)].append((start, end))
    off = list(Absence.objects.touching(bounds).filter(Q(therapist=therapist) | Q(therapist=None)))
    visits = therapist.appointments.visits().exclude(status=Status.CANCELLED)
    starts = visits.filter(starts_at__gte=bounds.start, starts_at__lt=bounds.end)
    counted = Counter(clinic.day_of(at) for at in starts.values_list("starts_at", flat=True))
    return OwnWeek(
        [
            RotaDay(one, sorted(hours[one]), _on(one, off, clinic), counted[one])
            for one in (monday + timedelta(days=n) for n in range(WEEK))
        ]
    )


def _instants(span: Span) -> tuple[datetime, datetime]:
    start, end = span
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


def _on(day: date, absences: Sequence[Absence], clinic: Clinic) -> list[Absence]:
    bounds = day_bounds(day, 1, clinic.tz)
    return [one for one in absences if one.starts_at < bounds.end and bounds.start < one.ends_at]
