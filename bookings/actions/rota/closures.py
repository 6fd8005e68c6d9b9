"""Days on which the whole clinic is closed, some of them proposed by the calendar."""

from collections.abc import Mapping
from datetime import date, datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.rota.asking import asking_with_places
from bookings.core.intervals import Interval, day_bounds
from bookings.models import Absence, Clinic


@changes_the_diary
def close(
    clinic: Clinic, during: Interval, *, reason: str = "", accepted: str = "", now: datetime
) -> None:
    """Raises VisitsAffected; what is closed already in just that time stays as it is."""
    with asking_with_places(clinic, accepted=accepted, during=during, now=now):
        Absence.objects.get_or_create(
            therapist=None,
            starts_at=during.start,
            ends_at=during.end,
            defaults={"reason": reason},
        )


@changes_the_diary
def close_on(
    clinic: Clinic, days: Mapping[date, str], *, accepted: str = "", now: datetime
) -> None:
    """On whole days, each with what for. Raises VisitsAffected, and then closes on none."""
    with asking_with_places(clinic, accepted=accepted, now=now):
        for day, reason in days.items():
            bounds = day_bounds(day, 1, clinic.tz)
            Absence.objects.get_or_create(
                therapist=None,
                starts_at=bounds.start,
                ends_at=bounds.end,
                defaults={"reason": reason[:120]},
            )


@changes_the_diary
def is_in(clinic: Clinic, country: str, subdivision: str) -> None:
    """Whose public holidays are proposed."""
    if (clinic.country, clinic.subdivision) != (country, subdivision):
        clinic.country, clinic.subdivision = country, subdivision
        clinic.save(update_fields=["country", "subdivision"])
