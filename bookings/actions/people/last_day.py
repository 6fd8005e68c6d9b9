"""The time off that begins when somebody's last day is over: it comes and goes with it alone."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from bookings.models import Absence, Clinic, Therapist
from bookings.models.rota.shifts import FOR_GOOD


def is_off_after(clinic: Clinic, therapist: Therapist, last_day: date) -> None:
    """In place of what an earlier last day has made."""
    forget(therapist)
    first = clinic.begin_of(last_day + timedelta(days=1))
    until = first + 2 * FOR_GOOD
    Absence.objects.create(therapist=therapist, starts_at=first, ends_at=until, reason=_("Leaves"))


def forget(therapist: Therapist) -> None:
    """While their login still says that they leave."""
    Absence.objects.of_leaving().filter(therapist=therapist).delete()
