"""Runners take back a cancelling or a move of their own, for as long as they may cancel anew.

It stands again where it stood, if that is still free. Whoever has not been told of the change
meanwhile hears nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Stale, TooLate
from bookings.actions.scheduling import unproved
from bookings.actions.scheduling.changes import BOOKED_ALREADY, allocated
from bookings.actions.scheduling.placement import before, rewrite
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, AppointmentEvent, Clinic, Mail, MailKind
from bookings.queries.scheduling.diary import facts_for
from bookings.queries.scheduling.problems import problems_with
from bookings.queries.scheduling.slots import Ignoring, Placement, Slot

MOVED = "moved"


@dataclass(frozen=True)
class SecondThought:
    """What would be undone, until when, and where the visit would stand."""

    what: str
    until: datetime
    slot: Slot
    price: Decimal | None = None


def offered(appointment: Appointment, clinic: Clinic, *, now: datetime) -> SecondThought | None:
    """None also where the time has gone meanwhile: a page offers only what works."""
    thought = _of(appointment, clinic, now)
    if thought is None:
        return None
    ignoring = Ignoring(appointments=(appointment.pk,))
    against = problems_with(
        thought.slot,
        facts_for(thought.slot, clinic, ignoring=ignoring, now=now),
        rules=Rules.OVERRIDDEN,
        client=appointment.client,
        excused=BOOKED_ALREADY,
    )
    return None if against else thought


@changes_the_diary
def undo(clinic: Clinic, appointment: Appointment, *, revision: int, now: datetime) -> Appointment:
    """Take the runner's last change back; sent twice it is done once.

    Raises Stale, TooLate, SlotTaken or NotBookable, and what limits a booking.
    """
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    last = appointment.events.last()
    if appointment.revision == revision + 1 and last and last.facts.get("undone"):
        return appointment
    if appointment.revision != revision:
        raise Stale
    thought = _of(appointment, clinic, now)
    if thought is None:
        raise TooLate(_("It is too late to undo this."))
    placement = allocated(clinic, appointment, thought.slot, Rules.OVERRIDDEN, now)
    if thought.price is not None:
        placement = replace(placement, price=thought.price)
    if thought.what == MOVED:
        return rewrite(
            appointment,
            placement,
            notify=_notify(appointment),
            not_told=False,  # they have done it themselves
            by=Role.RUNNER,
            now=now,
            undone=MOVED,
        )
    return _stands_again(clinic, appointment, placement, now)


def _of(appointment: Appointment, clinic: Clinic, now: datetime) -> SecondThought | None:
    last = appointment.events.last()
    if last is None or last.by != Role.RUNNER or last.facts.get("undone"):
        return None
    until = last.at + timedelta(minutes=clinic.undo_minutes)
    thought = _thought(appointment, last, until)
    return thought if thought and now < min(until, thought.slot.start) else None


def _thought(
    appointment: Appointment, last: AppointmentEvent, until: datetime
) -> SecondThought | None:
    if last.kind == Status.CANCELLED == appointment.status:
        place = Placement.of(appointment)
        slot = Slot(
            treatment=place.treatment,
            start=place.interval.start,
            therapist=place.therapist,
            length=place.interval.end - place.interval.start,
            pause=place.pause,
        )
        return SecondThought(last.kind, until, slot)
    if last.kind == MOVED and appointment.status == Status.BOOKED:
        was = before(appointment, last)
        if was is not None:
            return SecondThought(MOVED, until, replace(was.slot, room=None), was.price)
    return None


def _stands_again(
    clinic: Clinic, appointment: Appointment, placement: Placement, now: datetime
) -> Appointment:
    """Under the limits of a booking, or who cancels and undoes could have more than these."""
    notify = _notify(appointment)
    appointment.become(
        Status.BOOKED,
        by=Role.RUNNER,
        now=now,
        facts={"undone": Status.CANCELLED},
        revision=appointment.revision + 1,
        room=placement.room,
    )
    if Appointment.objects.awaiting_proof().filter(pk=appointment.pk).exists():
        unproved.limit(clinic, [appointment], now=now)
    else:
        unproved.limit_what_is_ahead(clinic, appointment.whose, now=now)
    outbox.owe(MailKind.CONFIRMED, appointment, notify=notify, now=now)
    return appointment


def _notify(appointment: Appointment) -> Notify:
    """Nobody is told again of what they were told last."""
    revisions = Mail.objects.told_of(appointment).values_list("revision", flat=True)
    knows = max(revisions, default=None)
    return Notify.NONE if knows == appointment.revision - 1 else Notify.NOW
