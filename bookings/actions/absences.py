"""Time off in the diary. What is booked in it stays, for a person to move."""

from bookings.actions.writing import changes_the_diary
from bookings.core.intervals import Interval
from bookings.models import Absence, Clinic, Therapist


@changes_the_diary
def take_off(_clinic: Clinic, therapist: Therapist, away: Interval, *, reason: str) -> Absence:
    """Nothing new can be booked with the therapist in it; the same again changes nothing."""
    absence, _ = Absence.objects.get_or_create(
        therapist=therapist, starts_at=away.start, ends_at=away.end, defaults={"reason": reason}
    )
    return absence
