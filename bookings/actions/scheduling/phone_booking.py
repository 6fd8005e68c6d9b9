"""Booking for somebody on the phone, or in front of the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.actions.clients import details
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import SILENTLY, Telling
from bookings.actions.refusals import AgainstTheRules, NotBookable, Refused, SlotTaken
from bookings.actions.scheduling.allocation import Choice, offering_the_nearest
from bookings.actions.scheduling.changes import (
    broken_rules,
    refuse_the_impossible,
    room_for,
)
from bookings.actions.scheduling.placement import Place
from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, MailKind, Therapist
from bookings.queries.rota import facts
from bookings.queries.scheduling.openings import diary
from bookings.queries.scheduling.phone_suggestions import as_the_desk_sees


@dataclass(frozen=True)
class Caller:
    """A client, or who a new one is: name, and e-mail or phone as far as they are told."""

    client: Client | None = None
    new: Mapping[str, str] | None = None


def book(
    caller: Caller,
    choice: Choice,
    *,
    key: str,
    knowingly: bool = False,
    telling: Telling = SILENTLY,
    by: str,
    now: datetime,
) -> Appointment:
    """Book the start for the caller, who is written down with it if they are new.

    Notice, horizon and hours of work are rules of the clinic, set aside only `knowingly`. The
    same `key` again returns the first appointment. Raises SlotTaken, NotBookable or
    AgainstTheRules, each with the nearest openings, ClientBusy or Busy.
    """
    with offering_the_nearest(choice, "", now):
        return _book(caller, choice, key, knowingly, telling, by, now)


def rules_of_booking(clinic: Clinic, start: datetime, *, now: datetime) -> list[str]:
    """The rules of notice and horizon that a start is against, a sentence each."""
    broken = []
    if now < start < clinic.first_bookable(now):
        broken.append(f"That is less than {clinic.minimum_notice_minutes / 60:g} hours' notice.")
    if start >= day_bounds(clinic.last_bookable_day(now), 1, clinic.tz).end:
        broken.append(f"That is more than {clinic.horizon_days} days ahead.")
    return broken


@changes_the_diary
def _book(
    clinic: Clinic,
    caller: Caller,
    choice: Choice,
    key: str,
    knowingly: bool,
    telling: Telling,
    by: str,
    now: datetime,
) -> Appointment:
    if Appointment.objects.filter(booking_key=key).exists():
        return Appointment.objects.with_everything().get(booking_key=key)
    if not choice.treatment.active:
        raise NotBookable(f"{choice.treatment} is not offered any more.")
    appointment = _unsaved(choice, now)
    blocked = Interval(appointment.starts_at, appointment.blocked_until)
    therapist = choice.therapist or _whoever_is_free(clinic, choice, appointment, blocked, now)
    place = Place(choice.interval, therapist)
    refuse_the_impossible(clinic, appointment, place, blocked, now)
    against = [
        *broken_rules(clinic, place, now=now),
        *rules_of_booking(clinic, choice.start, now=now),
    ]
    if against and not knowingly:
        raise AgainstTheRules(" ".join(against))
    Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)
    appointment.therapist = therapist
    appointment.room = room_for(appointment, place, blocked, now)
    client = caller.client or details.take_down(**(caller.new or {}), by=by, now=now)
    appointment.book(client, key=key, by=by, now=now)
    if client.email:  # Nothing is owed to whom no mail can reach.
        outbox.owe(MailKind.CONFIRMED, appointment, telling=telling, now=now)
    return appointment


def _unsaved(choice: Choice, now: datetime) -> Appointment:
    ends_at = choice.interval.end
    return Appointment(
        treatment=choice.treatment,
        any_therapist=choice.therapist is None,
        starts_at=choice.interval.start,
        ends_at=ends_at,
        blocked_until=ends_at + timedelta(minutes=choice.treatment.buffer_minutes),
        price=choice.treatment.price,
        created_at=now,
    )


def _whoever_is_free(
    clinic: Clinic, choice: Choice, appointment: Appointment, blocked: Interval, now: datetime
) -> Therapist:
    """Of those at work who has the fewest minutes booked; else, off hours, anybody who is free."""
    day = choice.start.astimezone(clinic.tz).date()
    shown = diary(as_the_desk_sees(clinic), choice.treatment, first=day, days=1, now=now)
    if takers := shown.takers(choice.start):
        return min(takers, key=lambda taker: (shown.booked[taker.pk], taker.name))
    for therapist in facts.offering(choice.treatment, None):
        place = Place(choice.interval, therapist)
        try:
            refuse_the_impossible(clinic, appointment, place, blocked, now)
        except Refused:
            continue
        return therapist
    raise SlotTaken("Nobody who offers it is free then.")
