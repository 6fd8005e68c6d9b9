"""Holding, booking, moving and cancelling: the only writers of online appointments."""

from datetime import datetime, timedelta

from django.db.models import F

from bookings.actions.clients import legal
from bookings.actions.clients.identity import write_down
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import AT_ONCE, Telling
from bookings.actions.money import payments
from bookings.actions.optimistic_lock import refuse_if_changed
from bookings.actions.refusals import Stale, TooLate
from bookings.actions.scheduling.allocation import (
    Choice,
    choose,
    held_for,
    let_go,
    limit_holds,
    offering_the_nearest,
    open_day,
    place,
)
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, MailKind, Therapist, Treatment
from bookings.queries.scheduling.openings import Diary

RUNNER = "runner"


def hold(
    *,
    treatment: Treatment,
    start: datetime,
    therapist: Therapist | None,
    visitor: str,
    address: str = "",
    now: datetime,
) -> Appointment:
    """Keep a start for the visitor while the form is filled in; an earlier hold is let go.

    Raises NotBookable, SlotTaken (both with the nearest openings), TooManyHolds or Busy.
    """
    choice = Choice(treatment, start, therapist)
    with offering_the_nearest(choice, visitor, now):
        return _hold(choice, visitor, address, now)


def book(
    *,
    treatment: Treatment,
    start: datetime,
    therapist: Therapist | None,
    visitor: str,
    client: Client,
    key: str,
    address: str = "",
    by: str = RUNNER,
    now: datetime,
) -> Appointment:
    """Turn the visitor's hold into a booking, or book the start directly if it is still free.

    The client is a newcomer, who is written down now, or one who acts behind their mailed link.
    The same `key` again returns the first appointment. Raises NotBookable, SlotTaken (both with
    the nearest openings), ClientBusy or Busy.
    """
    choice = Choice(treatment, start, therapist)
    with offering_the_nearest(choice, visitor, now):
        return _book(choice, visitor, address, client, key, by, now)


def move(
    appointment: Appointment,
    *,
    start: datetime,
    therapist: Therapist | None,
    revision: int,
    telling: Telling = AT_ONCE,
    by: str,
    now: datetime,
) -> Appointment:
    """Give the appointment another start in one UPDATE; the old one stands if this fails.

    With no therapist named, the present one is kept where possible. Raises Stale when the
    appointment is no longer at `revision`, TooLate, NotBookable, SlotTaken or Busy.
    """
    choice = Choice(appointment.treatment, start, therapist)
    with offering_the_nearest(choice, "", now, appointment):
        return _move(appointment.pk, start, therapist, revision, telling, by, now)


@changes_the_diary
def cancel(
    clinic: Clinic,
    appointment: Appointment,
    *,
    reason: str = "",
    telling: Telling = AT_ONCE,
    charging: bool = False,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """Cancel a booked appointment; cancelling again changes nothing. Raises TooLate or Stale.

    With `charging`, a client who cancels too late owes the clinic's fee.
    """
    appointment = _fresh(appointment.pk)
    if appointment.status == Status.CANCELLED:
        return appointment
    refuse_if_changed(clinic, appointment, seen)
    _refuse_if(why_not_cancel(appointment, clinic, now=now), by)
    if appointment.status != Status.BOOKED:
        raise Stale
    appointment.become(
        Status.CANCELLED,
        by=by,
        now=now,
        facts={"reason": reason} if reason else {},
        revision=appointment.revision + 1,
    )
    if charging:
        payments.charge_for_cancelling(clinic, appointment, by=by, now=now)
    outbox.owe(MailKind.CANCELLED, appointment, telling=telling, now=now)
    return appointment


@changes_the_diary
def release(_clinic: Clinic, *, visitor: str, now: datetime) -> None:
    """Let the visitor's holds go."""
    let_go(visitor, now)


def expire_dead_holds(*, now: datetime) -> int:
    """Tidy up: holds past their end are free already, this only says so. Returns how many."""
    return Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)


def why_not_move(appointment: Appointment, clinic: Clinic, *, now: datetime) -> str | None:
    """Why a runner cannot move it online, in a sentence; None when they can."""
    if now >= appointment.starts_at - timedelta(hours=clinic.move_cutoff_hours):
        return _cutoff("moved", clinic.move_cutoff_hours)
    return None


def why_not_cancel(appointment: Appointment, clinic: Clinic, *, now: datetime) -> str | None:
    """Why a runner cannot cancel it online, in a sentence; None when they can.

    Just after booking anybody may think again, whatever the cut-off.
    """
    if now >= appointment.starts_at:
        return "This appointment has already begun."
    if appointment.booked_at and now < appointment.booked_at + timedelta(
        minutes=clinic.undo_minutes
    ):
        return None
    if now >= clinic.last_cancellation(appointment.starts_at):
        return _cutoff("cancelled", clinic.cancel_cutoff_hours)
    return None


def _cutoff(done: str, hours: int) -> str:
    return (
        f"Appointments can be {done} online until {hours} hours before they start, "
        "because a time given back later can hardly be offered to somebody else."
    )


def _refuse_if(why_not: str | None, by: str) -> None:
    """A runner's rules do not bind the clinic."""
    if why_not and by == RUNNER:
        raise TooLate(why_not)


@changes_the_diary
def _hold(clinic: Clinic, choice: Choice, visitor: str, address: str, now: datetime) -> Appointment:
    let_go(visitor, now)
    limit_holds(address, now)
    appointment = place(clinic, choice, now)
    appointment.keep_for(visitor, until=clinic.held_until(now), address=address)
    return appointment


@changes_the_diary
def _book(
    clinic: Clinic,
    choice: Choice,
    visitor: str,
    address: str,
    client: Client,
    key: str,
    by: str,
    now: datetime,
) -> Appointment:
    if Appointment.objects.filter(booking_key=key).exists():
        return Appointment.objects.with_everything().get(booking_key=key)
    held = held_for(choice, visitor, now)
    let_go(visitor, now, but=[held] if held else [])
    appointment = held or place(clinic, choice, now)
    known = write_down(client)
    appointment.book(known, key=key, address=address, by=by, now=now)
    if by == RUNNER:
        legal.agree(known, how="booking", now=now)
    outbox.owe(MailKind.CONFIRMED, appointment, now=now)
    return appointment


@changes_the_diary
def _move(clinic, pk, start, therapist, revision, telling, by, now) -> Appointment:
    appointment = _fresh(pk)
    if _is_already_there(appointment, start, therapist, revision):
        return appointment
    if appointment.status != Status.BOOKED or appointment.revision != revision:
        raise Stale
    _refuse_if(why_not_move(appointment, clinic, now=now), by)
    before = {"starts_at": appointment.starts_at, "therapist": appointment.therapist.name}
    Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)
    choice = Choice(appointment.treatment, start, therapist)
    day = open_day(clinic, choice, now, moving=appointment)
    taker = choose(day, start, therapist or _if_free(appointment.therapist, day, start))
    rooms = day.rooms_free_at(start)
    room = appointment.room_id if appointment.room_id in rooms else rooms[0]
    shift = start - appointment.starts_at
    moved = Appointment.objects.filter(pk=pk, status=Status.BOOKED, revision=revision)
    moved.update(
        starts_at=start,
        ends_at=F("ends_at") + shift,
        blocked_until=F("blocked_until") + shift,
        therapist=taker,
        room=room,
        revision=F("revision") + 1,
        confirmed_at=None,
    )
    appointment = _fresh(pk)
    after = {"starts_at": start, "therapist": taker.name}
    appointment.record("moved", by=by, now=now, facts={"from": before, "to": after})
    outbox.owe(MailKind.MOVED, appointment, telling=telling, now=now)
    return appointment


def _fresh(pk: int) -> Appointment:
    return Appointment.objects.with_everything().get(pk=pk)


def _is_already_there(appointment, start, therapist, revision) -> bool:
    """Whether this very move has been made: the same form sent twice."""
    return (
        appointment.revision == revision + 1
        and appointment.starts_at == start
        and therapist in (None, appointment.therapist)
        and appointment.status == Status.BOOKED
    )


def _if_free(therapist: Therapist, day: Diary, start: datetime) -> Therapist | None:
    return therapist if therapist in day.takers(start) else None
