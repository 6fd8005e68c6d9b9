"""Which appointments of a series a change concerns, and which of them it comes too late for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Series
from bookings.queries.series.following import still_to_book

WhyNot = Callable[..., str | None]


class Scope(StrEnum):
    """Of one alone the appointment's own pages take care."""

    LATER = "later"  # this and later
    ALL = "all"
    WAITING = "waiting"  # only what is not booked yet


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """What stands to come in the scope: what can be changed, and what not any more, with why."""

    series: Series
    scope: Scope
    visits: Sequence[Appointment]
    too_late: Sequence[tuple[Appointment, str]]
    waits_for: Sequence[date]

    @property
    def digest(self) -> str:
        """Another one as soon as one of them has changed, or it is too late for another."""
        there = [(one.pk, one.revision) for one in self.visits]
        late = [one.pk for one, _ in self.too_late]
        seen = (self.series.pk, self.scope.value, there, late, self.waits_for)
        return sha256(repr(seen).encode()).hexdigest()[:24]


def visits_of(series: Series) -> list[Appointment]:
    """All that were ever booked in it, in order of time."""
    own = Appointment.objects.visits().with_everything().filter(client=series.client_id)
    return list(own.filter(series=series).order_by("starts_at"))


def concerned(
    series: Series,
    visit: Appointment,
    scope: Scope,
    clinic: Clinic,
    *,
    why_not: WhyNot | None = None,
    now: datetime,
) -> Concerned:
    """`why_not` says of a visit why a runner cannot change it; the desk always can."""
    to_come = [one for one in visits_of(series) if one.status == Status.BOOKED]
    to_come = [one for one in to_come if one.starts_at > now and _is_in(scope, one, visit)]
    late = [(one, why_not(one, clinic, now=now)) for one in to_come] if why_not else []
    too_late = [(one, why) for one, why in late if why]
    stay = {one.pk for one, _ in too_late}
    since = clinic.day_of(visit.starts_at)
    waiting = still_to_book(series, clinic, now=now)
    waits = [day for day in waiting if scope != Scope.LATER or day >= since]
    return Concerned(
        series=series,
        scope=scope,
        visits=[one for one in to_come if one.pk not in stay],
        too_late=too_late,
        waits_for=waits,
    )


def _is_in(scope: Scope, one: Appointment, visit: Appointment) -> bool:
    if scope == Scope.LATER:
        return one.starts_at >= visit.starts_at
    return scope == Scope.ALL
