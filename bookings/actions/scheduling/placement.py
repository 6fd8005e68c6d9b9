"""Where an appointment stands in the diary: to be asked for, remembered, and put back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.actions.refusals import Refused
from bookings.core.intervals import Interval
from bookings.models import Appointment, Room, Therapist, Treatment


@dataclass(frozen=True)
class Place:
    """When, with whom and where; without a room the present one is kept if it is free.

    Without a treatment the present one is; another one comes with its own price.
    """

    interval: Interval
    therapist: Therapist
    room: Room | None = None
    treatment: Treatment | None = None

    @classmethod
    def of(cls, appointment: Appointment) -> "Place":
        return cls(
            appointment.interval, appointment.therapist, appointment.room, appointment.treatment
        )


def remember(appointment: Appointment) -> dict:
    return {
        "starts_at": appointment.starts_at,
        "ends_at": appointment.ends_at,
        "therapist": appointment.therapist.name,
        "therapist_id": appointment.therapist_id,
        "room": appointment.room.name,
        "room_id": appointment.room_id,
        "treatment": appointment.treatment.name,
        "treatment_id": appointment.treatment_id,
        "price": appointment.price,
    }


def price_before(change: dict) -> Decimal | None:
    """The price that came with another treatment; None where the treatment stayed."""
    was, became = change["from"], change.get("to", {})
    same = was.get("treatment_id") == became.get("treatment_id")
    return None if same else Decimal(was["price"])


def remembered(was: dict) -> Place:
    starts_at, ends_at = (datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
    try:
        therapist = Therapist.objects.get(pk=was["therapist_id"])
        room = Room.objects.get(pk=was["room_id"])
        treatment = Treatment.objects.filter(pk=was.get("treatment_id") or 0).first()
    except (Therapist.DoesNotExist, Room.DoesNotExist):
        raise Refused("It cannot be put back: the therapist or the room is gone.") from None
    return Place(Interval(starts_at, ends_at), therapist, room, treatment)


def stands_at(appointment: Appointment, place: Place) -> bool:
    return (
        appointment.interval == place.interval
        and appointment.therapist_id == place.therapist.pk
        and (place.room is None or appointment.room_id == place.room.pk)
        and (place.treatment is None or appointment.treatment_id == place.treatment.pk)
    )
