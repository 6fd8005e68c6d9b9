"""The next good time for what somebody has had before: same treatment, therapist and hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.core import training
from bookings.models import Appointment, Clinic, Therapist
from bookings.queries.scheduling.diary import Opening, free_times
from bookings.queries.scheduling.slots import Ignoring

LOOKED_AT = 28  # days
A_WEEK = timedelta(days=7)
AN_HOUR = 60  # minutes: further from the usual hour than this is another time of day


@dataclass(frozen=True)
class SameAgain:
    """A free start, with the same therapist where they are free then, else with anybody."""

    starts_at: datetime
    therapist: Therapist | None


def next_again(
    visit: Appointment,
    clinic: Clinic,
    plan: training.Plan | None,
    *,
    holder: str = "",
    now: datetime,
) -> SameAgain | None:
    """Within four weeks, at the earliest tomorrow and a week after the visit.

    A good day counts most, then the same therapist, then an hour about the usual one, and of what
    is left the first is taken. None when nothing is free, or it cannot be booked online any more.
    """
    if not (visit.treatment.active and visit.treatment.online):
        return None
    first = max(clinic.day_of(now) + timedelta(days=1), clinic.day_of(visit.starts_at) + A_WEEK)
    facts = free_times(
        clinic,
        first=first,
        days=LOOKED_AT,
        treatments=[visit.treatment],
        ignoring=Ignoring(holder=holder),
        now=now,
    )
    found = facts.openings(visit.treatment)
    best = min(found, key=lambda one: _rank(one, visit, clinic, plan), default=None)
    if best is None:
        return None
    kept = visit.therapist if visit.therapist in best.therapists else None
    return SameAgain(best.starts_at, kept)


def _rank(
    opening: Opening, visit: Appointment, clinic: Clinic, plan: training.Plan | None
) -> tuple[bool, bool, bool, int, datetime]:
    day = clinic.day_of(opening.starts_at)
    is_good = plan is None or training.advice_on(day, plan).verdict is training.Verdict.GOOD
    away = abs(_minute(opening.starts_at, clinic) - _minute(visit.starts_at, clinic))
    same_person = visit.therapist in opening.therapists
    near = away <= AN_HOUR
    return not is_good, not same_person, not near, away if near else 0, opening.starts_at


def _minute(instant: datetime, clinic: Clinic) -> int:
    clock = instant.astimezone(clinic.tz)
    return clock.hour * 60 + clock.minute
