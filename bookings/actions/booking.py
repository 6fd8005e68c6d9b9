"""Holding, booking, moving and cancelling: the only writers of online appointments."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Q

from bookings.actions import mailing
from bookings.actions.refusals import (
    NotBookable,
    SlotTaken,
    Stale,
    TooLate,
    TooManyHolds,
)
from bookings.actions.writing import changes_the_diary
from bookings.core.intervals import day_bounds
from bookings.core.statuses import Status
from bookings.models import Appointment, Client, Clinic, MailKind, Therapist, Treatment
from bookings.queries.openings import Diary, diary, nearest

RUNNER = "runner"


def hold(
    *,
    treatment: Treatment,
    start: datetime,
    therapist: Therapist | None,
    visitor: str,
    address: str = "",
    by: str = RUNNER,
    now: datetime,
) -> Appointment:
    """Keep a start for the visitor while the form is filled in; an earlier hold is let go.

    Raises NotBookable, SlotTaken (both with the nearest openings), TooManyHolds or Busy.
    """
    with _offering_the_nearest(treatment, start, therapist, visitor, now):
        return _hold(treatment, start, therapist, visitor, address, by, now)


def book(
    *,
    treatment: Treatment,
    start: datetime,
    therapist: Therapist | None,
    visitor: str,
    name: str,
    email: str,
    phone: str = "",
    key: str,
    address: str = "",
    by: str = RUNNER,
    now: datetime,
) -> Appointment:
    """Turn the visitor's hold into a booking, or book the start directly if it is still free.

    The same `key` again returns the first appointment. The client is provisional. Raises
    NotBookable, SlotTaken (both with the nearest openings), TooManyHolds or Busy.
    """
    client = Client(name=name, email=email, phone=phone, created_at=now, terms_agreed_at=now)
    with _offering_the_nearest(treatment, start, therapist, visitor, now):
        return _book(treatment, start, therapist, visitor, address, client, key, by, now)


def move(
    appointment: Appointment,
    *,
    start: datetime,
    therapist: Therapist | None,
    revision: int,
    by: str,
    now: datetime,
) -> Appointment:
    """Give the appointment another start in one UPDATE; the old one stands if this fails.

    With no therapist named, the present one is kept where possible. Raises Stale when the
    appointment is no longer at `revision`, TooLate, NotBookable, SlotTaken or Busy.
    """
    with _offering_the_nearest(appointment.treatment, start, therapist, "", now, appointment):
        return _move(appointment.pk, start, therapist, revision, by, now)


@changes_the_diary
def cancel(
    clinic: Clinic, appointment: Appointment, *, reason: str = "", by: str, now: datetime
) -> Appointment:
    """Cancel a booked appointment; cancelling again changes nothing. Raises TooLate or Stale."""
    appointment = _fresh(appointment.pk)
    if appointment.status == Status.CANCELLED:
        return appointment
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
    mailing.owe(MailKind.CANCELLED, appointment, now=now)
    return appointment


@changes_the_diary
def release(_clinic: Clinic, *, visitor: str, now: datetime) -> None:
    """Let the visitor's holds go."""
    _let_go(visitor, now)


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
def _hold(clinic, treatment, start, therapist, visitor, address, by, now) -> Appointment:
    _let_go(visitor, now)
    _limit_holds(address, now)
    appointment = _place(clinic, treatment, start, therapist, now)
    appointment.status = Status.HELD
    appointment.held_until = clinic.held_until(now)
    appointment.visitor = visitor
    appointment.held_from = address
    appointment.save(force_insert=True)
    return appointment


@changes_the_diary
def _book(
    clinic, treatment, start, therapist, visitor, address, client, key, by, now
) -> Appointment:
    if Appointment.objects.filter(booking_key=key).exists():
        return Appointment.objects.with_everything().get(booking_key=key)
    held = _held(treatment, start, therapist, visitor, now)
    _let_go(visitor, now, but=held)
    client.pk = None  # A first try that was rolled back has left its number here.
    client.save(force_insert=True)
    if held is None:
        held = _place(clinic, treatment, start, therapist, now)
        held.status = Status.BOOKED
        held.client, held.booking_key, held.booked_at = client, key, now
        held.held_from = address
        held.save(force_insert=True)
        held.record(Status.BOOKED, by=by, now=now)
    else:
        held.become(Status.BOOKED, by=by, now=now, client=client, booking_key=key, booked_at=now)
    mailing.owe(MailKind.CONFIRMED, held, now=now)
    return held


@changes_the_diary
def _move(clinic, pk, start, therapist, revision, by, now) -> Appointment:
    appointment = _fresh(pk)
    if _is_already_there(appointment, start, therapist, revision):
        return appointment
    if appointment.status != Status.BOOKED or appointment.revision != revision:
        raise Stale
    _refuse_if(why_not_move(appointment, clinic, now=now), by)
    before = {"starts_at": appointment.starts_at, "therapist": appointment.therapist.name}
    Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)
    day = _day(clinic, appointment.treatment, start, therapist, now, moving=appointment)
    taker = _choose(day, start, therapist or _if_free(appointment.therapist, day, start))
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
    mailing.owe(MailKind.MOVED, appointment, now=now)
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


def _let_go(visitor: str, now: datetime, but: Appointment | None = None) -> None:
    """Expire every hold that is past its end, and the visitor's own."""
    gone = Appointment.objects.filter(status=Status.HELD).filter(
        Q(held_until__lte=now) | Q(visitor=visitor)
    )
    if but is not None:
        gone = gone.exclude(pk=but.pk)
    gone.update(status=Status.EXPIRED)


def _limit_holds(address: str, now: datetime) -> None:
    """Nobody may hold the whole diary. Raises TooManyHolds."""
    if not address:
        return
    made = Appointment.objects.filter(
        held_from=address, created_at__gt=now - timedelta(hours=1)
    ).aggregate(
        live=Count("pk", filter=Q(status=Status.HELD)),
        lately=Count("pk"),
    )
    if (
        made["live"] >= settings.HOLDS_AT_ONCE_PER_ADDRESS
        or made["lately"] >= settings.HOLDS_PER_HOUR_PER_ADDRESS
    ):
        raise TooManyHolds


def _held(treatment, start, therapist, visitor, now) -> Appointment | None:
    """The visitor's hold of that start; late is safe while nobody has taken it over."""
    if not visitor or start <= now:
        return None
    held = Appointment.objects.held_by(visitor).filter(treatment=treatment, starts_at=start)
    if therapist is not None:
        held = held.filter(therapist=therapist)
    return held.first()


def _place(clinic, treatment, start, therapist, now) -> Appointment:
    """A new appointment at that start with a therapist and a room that are free."""
    if not (treatment.active and treatment.online):
        raise NotBookable(f"{treatment} cannot be booked online at the moment.")
    day = _day(clinic, treatment, start, therapist, now)
    taker = _choose(day, start, therapist)
    ends_at = start + timedelta(minutes=treatment.minutes)
    return Appointment(
        treatment=treatment,
        therapist=taker,
        any_therapist=therapist is None,
        room_id=day.rooms_free_at(start)[0],
        starts_at=start,
        ends_at=ends_at,
        blocked_until=ends_at + timedelta(minutes=treatment.buffer_minutes),
        price=treatment.price,
        created_at=now,
    )


def _day(clinic, treatment, start, therapist, now, moving=None) -> Diary:
    """The diary of the start's day. Raises NotBookable for a start that can never be offered."""
    if start < clinic.first_bookable(now):
        raise NotBookable(_too_soon(clinic, start, now))
    if start >= _end_of_horizon(clinic, now):
        raise NotBookable(f"The diary is open {clinic.horizon_days} days ahead.")
    local = start.astimezone(clinic.tz)
    day = diary(
        clinic, treatment, first=local.date(), days=1, now=now, therapist=therapist, moving=moving
    )
    if not day.is_on_the_grid(start):
        raise NotBookable(f"Appointments do not start at {local:%H:%M}.")
    if not day.therapists:
        raise NotBookable(
            f"{therapist.name} does not offer {treatment}."
            if therapist
            else f"Nobody offers {treatment} at the moment."
        )
    return day


def _end_of_horizon(clinic: Clinic, now: datetime) -> datetime:
    return day_bounds(clinic.last_bookable_day(now), 1, clinic.tz).end


def _too_soon(clinic: Clinic, start: datetime, now: datetime) -> str:
    if start <= now:
        return "That time is in the past."
    hours = clinic.minimum_notice_minutes / 60
    return f"We need at least {hours:g} hours' notice; please ring us for anything sooner."


def _choose(day: Diary, start: datetime, wanted: Therapist | None) -> Therapist:
    """The wanted therapist, else whoever has the fewest minutes booked that day."""
    takers = day.takers(start)
    if wanted is not None:
        takers = [taker for taker in takers if taker == wanted]
    if not takers:
        raise SlotTaken
    return min(takers, key=lambda taker: (day.booked[taker.pk], taker.name))


def _if_free(therapist: Therapist, day: Diary, start: datetime) -> Therapist | None:
    return therapist if therapist in day.takers(start) else None


@contextmanager
def _offering_the_nearest(treatment, start, therapist, visitor, now, moving=None) -> Iterator[None]:
    """Adds the nearest openings to a refusal, once the lock has been given back."""
    try:
        yield
    except (SlotTaken, NotBookable) as refusal:
        refusal.nearest = _nearest(treatment, start, therapist, visitor, now, moving)
        raise


def _nearest(treatment, start, therapist, visitor, now, moving):
    if moving is None and not (treatment.active and treatment.online):
        return ()
    clinic = Clinic.objects.the()
    start = min(max(start, now), _end_of_horizon(clinic, now))
    asked = {"now": now, "visitor": visitor, "moving": moving}
    found = nearest(clinic, treatment, start, therapist=therapist, **asked)
    return tuple(found or nearest(clinic, treatment, start, **asked))
