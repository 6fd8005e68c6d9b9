"""Until when runners may change an appointment themselves."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core.scheduling.codes import HOURS
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, OfferState, WaitlistOffer
from bookings.queries.scheduling.conflicts import codes_against


def move_until(appointment: Appointment, clinic: Clinic) -> datetime:
    return clinic.last_move(appointment.starts_at)


def cancel_until(appointment: Appointment, clinic: Clinic) -> datetime:
    """Just after booking anybody may think again, whatever the cut-off, until it starts.

    Not about a time that was passed on: nobody would pay for it then. What its runner has moved
    when it was too late already stays so, wherever it has been moved to.
    """
    if late := moved_late_at(appointment, clinic):
        return late
    until = clinic.last_cancellation(appointment.starts_at)
    if appointment.booked_at:
        again = appointment.booked_at + timedelta(minutes=clinic.undo_minutes)
        if again > until and not took_over(appointment):
            until = again
    return min(until, appointment.starts_at)


def moved_late_at(visit: Appointment, clinic: Clinic) -> datetime | None:
    """When its runner moved it first after the time for cancelling it was over.

    Asked only where that can be: moving may last longer than cancelling.
    """
    if visit.pk is None or not visit.revision:
        return None
    if clinic.move_cutoff_hours >= clinic.cancel_cutoff_hours:
        return None
    late = visit.events.filter(kind="moved", facts__late=True).order_by("at").first()
    return late.at if late else None


def took_over(visit: Appointment, at: datetime | None = None) -> bool:
    """Whether it has a time that somebody passed on, since `at`; they pay no fee any more."""
    if visit.pk is None:
        return False
    taken = taken_over().filter(by_visit(visit))
    return (taken if at is None else taken.filter(ended_at=at)).exists()


def taken_over() -> QuerySet[WaitlistOffer]:
    return WaitlistOffer.objects.filter(state=OfferState.ACCEPTED, relayed__isnull=False)


def by_visit(visit: Appointment) -> Q:
    """As a booking, or as a move of it."""
    return Q(hold=visit) | Q(entry__appointment=visit)


def is_late_to_cancel(appointment: Appointment, clinic: Clinic, *, now: datetime) -> bool:
    """Too late to do it online, and for the desk a matter of the clinic's fee."""
    return now >= cancel_until(appointment, clinic) and not _has_to_go(appointment, now)


def why_not_move(appointment: Appointment, clinic: Clinic, *, now: datetime) -> str | None:
    """Why a runner cannot move it online, in a sentence; None when they can.

    What cannot stay where it is may always be moved: nothing is given back too late.
    """
    if now < move_until(appointment, clinic) or _has_to_go(appointment, now):
        return None
    hours = clinic.move_cutoff_hours
    return ngettext(
        "Appointments can be moved online until {hours} hour before they start, because a time "
        "given back later can hardly be offered to somebody else.",
        "Appointments can be moved online until {hours} hours before they start, because a time "
        "given back later can hardly be offered to somebody else.",
        hours,
    ).format(hours=hours)


def why_not_cancel(appointment: Appointment, clinic: Clinic, *, now: datetime) -> str | None:
    """Why a runner cannot cancel it online, in a sentence; None when they can."""
    if now >= appointment.starts_at:
        return _("This appointment has already begun.")
    if not is_late_to_cancel(appointment, clinic, now=now):
        return None
    if moved_late_at(appointment, clinic):
        return _(
            "This appointment was moved when it was too late to cancel it, so it cannot be "
            "cancelled online any more."
        )
    hours = clinic.cancel_cutoff_hours
    return ngettext(
        "Appointments can be cancelled online until {hours} hour before they start, because a "
        "time given back later can hardly be offered to somebody else.",
        "Appointments can be cancelled online until {hours} hours before they start, because a "
        "time given back later can hardly be offered to somebody else.",
        hours,
    ).format(hours=hours)


def _has_to_go(appointment: Appointment, now: datetime) -> bool:
    """Outside the hours it may be meant to stand; with nobody there, or nowhere, it may not."""
    booked = appointment.status == Status.BOOKED and now < appointment.starts_at
    return booked and bool(codes_against(appointment) - HOURS)
