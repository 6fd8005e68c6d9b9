"""Correcting the record of an appointment by hand."""

from datetime import datetime

from django.db.models import Model

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, MailKind

CORRECTABLE = ["treatment", "therapist", "room", "starts_at", "ends_at", "price"]
TOLD_TO_THE_CLIENT = {"treatment", "therapist", "starts_at", "ends_at"}


@changes_the_diary
def correct(_clinic: Clinic, appointment: Appointment, *, by: str, now: datetime) -> None:
    """Save what was changed on the object, with an event that says from what to what.

    Raises SlotTaken or ClientBusy when the time, the therapist or the room is not free.
    """
    before = Appointment.objects.with_everything().get(pk=appointment.pk)
    changed = [name for name in CORRECTABLE if getattr(appointment, name) != getattr(before, name)]
    if not changed:
        return
    told = not TOLD_TO_THE_CLIENT.isdisjoint(changed)
    appointment.revision = before.revision + told
    if told:
        appointment.confirmed_at = None
    appointment.save(update_fields=[*changed, "blocked_until", "revision", "confirmed_at"])
    facts = {"from": _facts(before, changed), "to": _facts(appointment, changed)}
    appointment.record("corrected", by=by, now=now, facts=facts)
    if told and appointment.status == Status.BOOKED:
        outbox.owe(MailKind.MOVED, appointment, now=now)


def _facts(appointment: Appointment, names: list[str]) -> dict:
    """Values as an event can keep them: people, rooms and treatments by name."""
    values = {name: getattr(appointment, name) for name in names}
    return {
        name: str(value) if isinstance(value, Model) else value for name, value in values.items()
    }
