"""Until when runners may change an appointment themselves."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Appointment, Clinic


def why_not_move(appointment: Appointment, clinic: Clinic, *, now: datetime) -> str | None:
    """Why a runner cannot move it online, in a sentence; None when they can."""
    hours = clinic.move_cutoff_hours
    if now < appointment.starts_at - timedelta(hours=hours):
        return None
    return ngettext(
        "Appointments can be moved online until {hours} hour before they start, because a time "
        "given back later can hardly be offered to somebody else.",
        "Appointments can be moved online until {hours} hours before they start, because a time "
        "given back later can hardly be offered to somebody else.",
        hours,
    ).format(hours=hours)


def why_not_cancel(appointment: Appointment, clinic: Clinic, *, now: datetime) -> str | None:
    """Why a runner cannot cancel it online, in a sentence; None when they can.

    Just after booking anybody may think again, whatever the cut-off.
    """
    if now >= appointment.starts_at:
        return _("This appointment has already begun.")
    soon_after = timedelta(minutes=clinic.undo_minutes)
    if appointment.booked_at and now < appointment.booked_at + soon_after:
        return None
    if now < clinic.last_cancellation(appointment.starts_at):
        return None
    hours = clinic.cancel_cutoff_hours
    return ngettext(
        "Appointments can be cancelled online until {hours} hour before they start, because a "
        "time given back later can hardly be offered to somebody else.",
        "Appointments can be cancelled online until {hours} hours before they start, because a "
        "time given back later can hardly be offered to somebody else.",
        hours,
    ).format(hours=hours)
