"""Moving a visit to where it is to stand, and finding where it stood before."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling.holds import expire_dead_holds
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Clinic,
    MailKind,
    Room,
    Therapist,
    Treatment,
)
from bookings.queries.scheduling.slots import Placement, Slot


def rewrite(
    appointment: Appointment,
    placement: Placement,
    *,
    notify: Notify,
    not_told: bool | None = None,
    by: str,
    now: datetime,
    **facts: Any,
) -> Appointment:
    """Put it there in one UPDATE, with the event that says from where; the client is told.

    Whether they know of it (`not_told`) may not follow from `notify`; `facts` are the event's.
    """
    was, knew = Placement.of(appointment), not appointment.not_told
    stays = was.interval.start == placement.interval.start
    expire_dead_holds(now=now)
    Appointment.objects.filter(pk=appointment.pk).update(
        **placement.columns,
        revision=appointment.revision + 1,
        confirmed_at=appointment.confirmed_at if stays else None,
        prove_by=_still_to_prove(appointment, placement, now),
        not_told=_knows_nothing(appointment, placement, notify) if not_told is None else not_told,
    )
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    moved = {"from": was.snapshot(), **placement.facts, "knew_before": knew, **facts}
    appointment.record("moved", by=by, now=now, facts=moved)
    if appointment.status == Status.BOOKED:
        outbox.owe(MailKind.MOVED, appointment, notify=notify, now=now)
    return appointment


def _knows_nothing(appointment: Appointment, placement: Placement, notify: Notify) -> bool:
    """Whoever has an address and is not told of it; another room is no news."""
    if notify.by_mail or not appointment.whose.email:
        return False
    was = Placement.of(appointment)
    news = [(one.interval, one.treatment, one.therapist) for one in (was, placement)]
    return appointment.not_told or news[0] != news[1]


def _still_to_prove(
    appointment: Appointment, placement: Placement, now: datetime
) -> datetime | None:
    """Moving gives nobody longer; what comes sooner leaves less time."""
    if appointment.prove_by is None:
        return None
    clinic = Clinic.objects.the()
    anew = clinic.prove_until(placement.interval.start, told_at=now)
    return min(appointment.prove_by, anew)


@dataclass(frozen=True, kw_only=True)
class Undo:
    """Where a visit stood before its last move, and its price if that came with the move.

    `knew` is whether the client knew of that place; None for a move of long ago.
    """

    slot: Slot
    price: Decimal | None
    knew: bool | None


def last_move(appointment: Appointment) -> Undo | None:
    """What undoing would do; None when it was never moved, or by its runner, or long ago.

    Long ago, less was kept of a move than it takes to undo it; and a room may be no more.
    """
    event = appointment.events.filter(kind="moved").last()
    return None if event is None or event.by == Role.RUNNER else before(appointment, event)


def before(appointment: Appointment, event: AppointmentEvent) -> Undo | None:
    """What it would take to be where it stood before that move."""
    slot = _slot_before(appointment, event.facts["from"])
    if slot is None:
        return None
    knew = event.facts.get("knew_before")
    return Undo(slot=slot, price=_price_before(event.facts), knew=knew)


def _slot_before(appointment: Appointment, was: dict[str, Any]) -> Slot | None:
    if not {"starts_at", "ends_at", "therapist_id", "room_id"} <= was.keys():
        return None
    therapist = Therapist.objects.filter(pk=was["therapist_id"]).first()
    room = Room.objects.filter(pk=was["room_id"]).first()
    treatment = _treatment(appointment, was)
    if therapist is None or room is None or treatment is None:
        return None
    start, end = (datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
    pause = Placement.of(appointment).pause
    if "blocked_until" in was:
        pause = datetime.fromisoformat(was["blocked_until"]) - end
    return Slot(
        treatment=treatment,
        start=start,
        therapist=therapist,
        room=room,
        length=end - start,
        pause=pause,
    )


def _treatment(appointment: Appointment, was: dict[str, Any]) -> Treatment | None:
    wanted = was.get("treatment_id", appointment.treatment_id)
    if wanted == appointment.treatment_id:
        return appointment.treatment
    return Treatment.objects.filter(pk=wanted).first()


def _price_before(change: dict[str, Any]) -> Decimal | None:
    """The price that came with another treatment; None where the treatment stayed."""
    was, became = change["from"], change.get("to", {})
    same = was.get("treatment_id") == became.get("treatment_id")
    return None if same else Decimal(was["price"])
