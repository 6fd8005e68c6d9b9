"""Correcting the record of an appointment by hand."""

from dataclasses import replace
from datetime import datetime

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail.outbox import Notify
from bookings.actions.money import payments
from bookings.actions.scheduling.changes import allocated
from bookings.actions.scheduling.placement import rewrite
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.slots import Placement, Slot

PLACE = ["treatment", "therapist", "room", "starts_at", "ends_at"]
CORRECTABLE = [*PLACE, "price"]
TOLD_TO_THE_CLIENT = {"treatment", "therapist", "starts_at", "ends_at"}


@changes_the_diary
def correct(clinic: Clinic, appointment: Appointment, *, by: str, now: datetime) -> None:
    """Save what was changed on the object: a place as a move is kept, a price as an agreed one.

    The clinic's own rules are set aside; raises SlotTaken, ClientBusy or NotBookable for what is
    impossible. Of a visit that has begun nothing is: it says what was, and the therapist or the
    room may be gone since.
    """
    before = Appointment.objects.with_everything().get(pk=appointment.pk)
    changed = [name for name in PLACE if getattr(appointment, name) != getattr(before, name)]
    if changed:
        begun = max(before.starts_at, appointment.starts_at) <= now
        placement = (
            _as_it_was(appointment, before)
            if begun
            else _as_it_is_to_be(clinic, appointment, before, now)
        )
        notify = Notify.NONE if TOLD_TO_THE_CLIENT.isdisjoint(changed) else Notify.NOW
        rewrite(before, placement, notify=notify, by=by, now=now)
    if appointment.price != before.price:
        payments.set_price(appointment, appointment.price, by=by, now=now)


def _as_it_was(appointment: Appointment, before: Appointment) -> Placement:
    placement = Placement.of(appointment)
    same = appointment.treatment == before.treatment
    return replace(placement, price=before.price if same else appointment.treatment.price)


def _as_it_is_to_be(
    clinic: Clinic, appointment: Appointment, before: Appointment, now: datetime
) -> Placement:
    slot = Slot(
        treatment=appointment.treatment,
        start=appointment.starts_at,
        therapist=appointment.therapist,
        room=appointment.room,
        length=appointment.ends_at - appointment.starts_at,
    )
    return allocated(clinic, before, slot, Rules.OVERRIDDEN, now)
