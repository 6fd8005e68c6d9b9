"""Who came: arrived, done, did not come, and the way back within minutes."""

from datetime import datetime, timedelta

from bookings.actions.refusals import Stale, TooEarly, TooLate
from bookings.actions.writing import changes_the_diary
from bookings.core.intervals import day_bounds
from bookings.core.statuses import Status
from bookings.models import Appointment, Clinic, WrongStatus

MARKS = (Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)
UNDONE_WITHIN = timedelta(minutes=15)


@changes_the_diary
def mark(
    clinic: Clinic, appointment: Appointment, status: Status, *, by: str, now: datetime
) -> Appointment:
    """Say what became of a visit, from its civil day on; saying so again changes nothing.

    Raises TooEarly before that day, for a no-show before the start, and Stale when the visit's
    status does not lead there.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.status == status:
        return appointment
    if now < _not_before(appointment, status, clinic):
        raise TooEarly
    return _become(appointment, status, by, now, {"from": appointment.status})


@changes_the_diary
def undo(_clinic: Clinic, appointment: Appointment, *, by: str, now: datetime) -> Appointment:
    """Take the last mark back. Raises TooLate after a quarter of an hour, Stale without one."""
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    last = appointment.events.filter(kind=appointment.status, facts__has_key="from").last()
    if appointment.status not in MARKS or last is None:
        raise Stale
    if now > last.at + UNDONE_WITHIN:
        raise TooLate("It is too late to undo this here; the desk can still correct it.")
    return _become(appointment, Status(last.facts["from"]), by, now, {"undone": last.kind})


def _become(
    appointment: Appointment, status: Status, by: str, now: datetime, facts: dict
) -> Appointment:
    try:
        appointment.become(status, by=by, now=now, facts=facts)
    except WrongStatus:
        raise Stale from None
    return appointment


def _not_before(appointment: Appointment, status: Status, clinic: Clinic) -> datetime:
    if status == Status.NO_SHOW:
        return appointment.starts_at
    return day_bounds(appointment.starts_at.astimezone(clinic.tz).date(), 1, clinic.tz).start
