"""The desk changes where an appointment stands, and puts it back.

The clinic's own rules (hours of work, the grid, the past) are for the desk to set aside
knowingly; a conflict, time off and a therapist who does not offer the treatment are not.
"""

from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import SILENTLY, Telling
from bookings.actions.refusals import AgainstTheRules, NotBookable, SlotTaken, Stale
from bookings.actions.scheduling.allocation import Choice, offering_the_nearest
from bookings.actions.scheduling.placement import (
    Place,
    price_before,
    remember,
    remembered,
    stands_at,
)
from bookings.core import wording
from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import joined
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Absence,
    Appointment,
    Clinic,
    Mail,
    MailKind,
    MailState,
    Room,
    Treatment,
)
from bookings.queries.rota import facts
from bookings.queries.scheduling.openings import hours_of_work

CAN_STILL_BE_STOPPED = (MailState.SCHEDULED, MailState.CANCELLED, MailState.SUPERSEDED)


def change(
    appointment: Appointment,
    place: Place,
    *,
    revision: int,
    knowingly: bool = False,
    telling: Telling = SILENTLY,
    by: str,
    now: datetime,
) -> Appointment:
    """Give the appointment another time, length, therapist, room or treatment, in one UPDATE.

    Raises Stale when it is no longer at `revision`; SlotTaken, NotBookable, or, unless done
    `knowingly`, AgainstTheRules, each with the nearest openings.
    """
    treatment = place.treatment or appointment.treatment
    choice = Choice(treatment, place.interval.start, place.therapist)
    with offering_the_nearest(choice, "", now, _as_asked(appointment, place, treatment)):
        return _change(appointment.pk, place, revision, knowingly, telling, by, now)


@changes_the_diary
def put_back(
    clinic: Clinic, appointment: Appointment, *, revision: int, by: str, now: datetime
) -> Appointment:
    """Undo the last change, if what was is still free. The client who was told is told again."""
    appointment = _at(appointment.pk, revision)
    last = appointment.events.filter(kind="moved").last()
    if last is None or "ends_at" not in last.facts["from"]:
        raise Stale("There is nothing to undo.")
    place = remembered(last.facts["from"])
    price = price_before(last.facts)
    telling = Telling.from_the_desk() if _has_been_told(appointment) else SILENTLY
    return _rewrite(clinic, appointment, place, telling, by, now, price)


@changes_the_diary
def tell(
    _clinic: Clinic,
    appointment: Appointment,
    *,
    revision: int,
    note: str = "",
    by: str,
    now: datetime,
) -> Appointment:
    """Tell the client of a change that was made silently; telling twice sends one mail."""
    appointment = _at(appointment.pk, revision)
    telling = Telling.from_the_desk(note)
    outbox.owe(MailKind.MOVED, appointment, telling=telling, now=now)
    appointment.record("told", by=by, now=now)
    return appointment


@changes_the_diary
def _change(clinic, pk, place, revision, knowingly, telling, by, now) -> Appointment:
    appointment = Appointment.objects.with_everything().get(pk=pk)
    if appointment.revision == revision + 1 and stands_at(appointment, place):
        return appointment  # The same form sent twice.
    appointment = _at(pk, revision)
    if not knowingly and (broken := broken_rules(clinic, place, now=now)):
        raise AgainstTheRules(" ".join(broken))
    return _rewrite(clinic, appointment, place, telling, by, now)


def broken_rules(clinic: Clinic, place: Place, *, now: datetime) -> list[str]:
    """The clinic's rules that the place is against, a sentence each."""
    start = place.interval.start.astimezone(clinic.tz)
    broken = []
    if place.interval.start <= now:
        broken.append("That time is in the past.")
    if (start.hour * 60 + start.minute) % clinic.start_step_minutes or start.second:
        broken.append(f"Appointments do not usually start at {start:%H:%M}.")
    if not _at_work(clinic, place):
        why = "has a break" if _has_a_break(clinic, place) else "does not work"
        broken.append(f"{place.therapist} {why} then.")
    return broken


def _has_a_break(clinic: Clinic, place: Place) -> bool:
    day = place.interval.start.astimezone(clinic.tz).date()
    pauses = (
        Interval.on_clock(day, pause.start, pause.end, clinic.tz)
        for pause in place.therapist.breaks.filter(weekday=day.weekday())
        if pause.holds_on(day)
    )
    return any(pause.overlaps(place.interval) for pause in pauses if pause)


def _at_work(clinic: Clinic, place: Place) -> bool:
    day = place.interval.start.astimezone(clinic.tz).date()
    hours = hours_of_work([place.therapist.pk], day, 1, clinic)[place.therapist.pk]
    start, end = place.interval.start.timestamp(), place.interval.end.timestamp()
    return any(since <= start and end <= until for since, until in joined(hours))


def _rewrite(
    clinic: Clinic,
    appointment: Appointment,
    place: Place,
    telling: Telling,
    by: str,
    now: datetime,
    price: Decimal | None = None,
) -> Appointment:
    before = remember(appointment)
    buffer, was = appointment.blocked_until - appointment.ends_at, appointment.treatment
    same_start = appointment.starts_at == place.interval.start
    if place.treatment is not None and place.treatment != was:
        appointment.treatment, appointment.price = place.treatment, place.treatment.price
        buffer = timedelta(minutes=place.treatment.buffer_minutes)
    blocked = Interval(place.interval.start, place.interval.end + buffer)
    refuse_the_impossible(clinic, appointment, place, blocked, now)
    Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)
    room = room_for(appointment, place, blocked, now)
    Appointment.objects.filter(pk=appointment.pk).update(
        starts_at=place.interval.start,
        ends_at=place.interval.end,
        blocked_until=blocked.end,
        therapist=place.therapist,
        room=room,
        treatment=appointment.treatment,
        price=appointment.price if price is None else price,
        revision=appointment.revision + 1,
        confirmed_at=appointment.confirmed_at if same_start else None,
    )
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    facts_of_it = {"from": before, "to": remember(appointment)}
    appointment.record("moved", by=by, now=now, facts=facts_of_it)
    outbox.owe(MailKind.MOVED, appointment, telling=telling, now=now)
    return appointment


def refuse_the_impossible(
    clinic: Clinic, appointment: Appointment, place: Place, blocked: Interval, now: datetime
) -> None:
    """Raises SlotTaken or NotBookable for what nobody may set aside."""
    therapist, treatment = place.therapist, appointment.treatment
    if not facts.offering(treatment, therapist):
        raise NotBookable(f"{therapist} does not offer {treatment}.")
    away = Absence.objects.touching(place.interval).filter(
        Q(therapist=None) | Q(therapist=therapist)
    )
    for absence in away[:1]:
        if absence.therapist_id is None:
            raise NotBookable("The clinic is closed then.")
        raise NotBookable(f"{therapist} is away then.")
    for other in _others(appointment, blocked, now).filter(therapist=therapist)[:1]:
        raise SlotTaken(f"{therapist} already has {_described(other, clinic)}.")


def room_for(appointment: Appointment, place: Place, blocked: Interval, now: datetime) -> Room:
    """The wanted room, or the present one, or any that suits and is free."""
    suitable = facts.suitable_rooms(appointment.treatment)
    taken = set(_others(appointment, blocked, now).values_list("room", flat=True))
    if place.room is not None:
        if place.room.pk in taken:
            raise SlotTaken(f"{place.room} is taken then.")
        if place.room.pk not in suitable:
            raise NotBookable(f"{place.room} does not suit {appointment.treatment}.")
        return place.room
    free = [room for room in suitable if room not in taken]
    if not free:
        raise SlotTaken(f"No room for {appointment.treatment} is free then.")
    return Room.objects.get(pk=appointment.room_id if appointment.room_id in free else free[0])


def _others(appointment: Appointment, blocked: Interval, now: datetime):
    found = Appointment.objects.blocking(now).touching(blocked).exclude(pk=appointment.pk)
    return found.select_related("client").order_by("starts_at")


def _described(other: Appointment, clinic: Clinic) -> str:
    start, end = (wording.clock(at, clinic.tz) for at in (other.starts_at, other.blocked_until))
    return f"{other.client or 'somebody who is booking this minute'} from {start} to {end}"


def _at(pk: int, revision: int) -> Appointment:
    """The appointment as the form knew it. Raises Stale with what has changed since."""
    appointment = Appointment.objects.with_everything().get(pk=pk)
    if appointment.status != Status.BOOKED:
        raise Stale(f"It cannot be moved any more: {Status(appointment.status).label.lower()}.")
    if appointment.revision != revision:
        raise Stale(_what_changed(appointment))
    return appointment


def _what_changed(appointment: Appointment) -> str:
    last = appointment.events.last()
    tz = Clinic.objects.the().tz
    now_at = wording.day_and_time(appointment.starts_at, tz)
    by = f" by {last.by}" if last else ""
    return f"It has been changed{by} meanwhile: now {now_at} with {appointment.therapist}."


def _as_asked(appointment: Appointment, place: Place, treatment: Treatment) -> Appointment:
    """The appointment, not saved, with the length it would have: what is free for that?"""
    asked = copy(appointment)
    asked.starts_at, asked.ends_at = place.interval.start, place.interval.end
    asked.blocked_until = asked.ends_at + timedelta(minutes=treatment.buffer_minutes)
    return asked


def _has_been_told(appointment: Appointment) -> bool:
    told = Mail.objects.filter(
        appointment=appointment, kind=MailKind.MOVED, revision=appointment.revision
    )
    return told.exclude(state__in=CAN_STILL_BE_STOPPED).exists()
