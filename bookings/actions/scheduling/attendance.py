"""Who came: arrived, late, done, did not come, the way back, and the desk's note of it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.money import payments
from bookings.actions.optimistic_lock import refuse_if_changed
from bookings.actions.refusals import OnHold, Stale, TooEarly, TooLate
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.statuses import NEXT, Status
from bookings.models import STATUS_NAMES, Appointment, Clinic, WrongStatus

MARKS = (Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)
ASKS_FIRST = (Status.ARRIVED, Status.COMPLETED)  # where the client is on hold
WAITS = "held_here"
UNDONE_WITHIN = timedelta(minutes=15)


def marks_after(status: str) -> list[tuple[Status, str]]:
    """Those that may be said next of a visit of that status, each with its name."""
    return [(one, str(STATUS_NAMES[one])) for one in MARKS if one in NEXT[Status(status)]]


@changes_the_diary
def mark(
    clinic: Clinic,
    appointment: Appointment,
    status: Status,
    *,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """Say what became of a visit, from its civil day on; saying so again changes nothing.

    Not coming is charged by the clinic's rule. Raises TooEarly before that day, for a no-show
    before the start, OnHold until a therapist has decided about a client on hold, and Stale when
    the visit's status does not lead there or the page that was `seen` is out of date.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.status == status:
        return appointment
    refuse_if_changed(clinic, appointment, seen)
    if now < _not_before(appointment, status, clinic):
        raise TooEarly
    before = appointment.status
    appointment = _become(appointment, status, by, now, {"from": before})
    if status == Status.NO_SHOW:
        payments.charge_for_not_coming(clinic, appointment, by=by, now=now)
    elif before == Status.NO_SHOW:
        payments.take_fees_back(appointment, by=by, now=now)
    return appointment


@changes_the_diary
def undo(
    clinic: Clinic,
    appointment: Appointment,
    *,
    within: timedelta | None = UNDONE_WITHIN,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """Take the last mark back, and its fee; the desk may at any time (`within` None).

    Raises TooLate after that time, Stale without a mark or when the page is out of date, and
    OnHold where the way back leads to a mark that asks a therapist first.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    refuse_if_changed(clinic, appointment, seen)
    last = appointment.events.filter(kind=appointment.status, facts__has_key="from").last()
    if appointment.status not in MARKS or last is None:
        raise Stale
    if within is not None and now > last.at + within:
        raise TooLate(_("It is too late to undo this here; the desk can still correct it."))
    appointment = _become(appointment, Status(last.facts["from"]), by, now, {"undone": last.kind})
    if last.kind == Status.NO_SHOW:
        payments.take_fees_back(appointment, by=by, now=now)
    return appointment


@changes_the_diary
def note_lateness(
    clinic: Clinic,
    appointment: Appointment,
    minutes: int,
    *,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """The client is, or has rung to be, so many minutes late; 0 takes it back.

    Raises Stale for a visit that is over or cancelled, or when the page is out of date.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.late_minutes == minutes:
        return appointment
    refuse_if_changed(clinic, appointment, seen)
    if appointment.status not in (Status.BOOKED, Status.ARRIVED):
        raise Stale
    Appointment.objects.filter(pk=appointment.pk).update(late_minutes=minutes)
    appointment.record("late", by=by, now=now, facts={"minutes": minutes})
    appointment.late_minutes = minutes
    return appointment


@changes_the_diary
def note_waiting(_clinic: Clinic, appointment: Appointment, *, by: str, now: datetime) -> None:
    """The client is here, and on hold: they wait for a therapist. Once a visit."""
    if not appointment.events.filter(kind=WAITS).exists():
        appointment.record(WAITS, by=by, now=now)


@changes_the_diary
def write_note(
    clinic: Clinic,
    appointment: Appointment,
    text: str,
    *,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """The desk's own note about the visit; the same again changes nothing.

    Raises Stale when another one was written since; whatever else has become of it is no matter.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.desk_note == text:
        return appointment
    refuse_if_changed(clinic, appointment, seen, of="noted")
    Appointment.objects.filter(pk=appointment.pk).update(desk_note=text)
    appointment.record("noted", by=by, now=now)
    appointment.desk_note = text
    return appointment


def _become(
    appointment: Appointment, status: Status, by: str, now: datetime, facts: dict
) -> Appointment:
    """Every change of status here, back as well as forth."""
    if status in ASKS_FIRST and appointment.awaits_decision:
        raise OnHold
    try:
        appointment.become(status, by=by, now=now, facts=facts)
    except WrongStatus:
        raise Stale from None
    return appointment


def _not_before(appointment: Appointment, status: Status, clinic: Clinic) -> datetime:
    if status == Status.NO_SHOW:
        return appointment.starts_at
    return day_bounds(clinic.day_of(appointment.starts_at), 1, clinic.tz).start
