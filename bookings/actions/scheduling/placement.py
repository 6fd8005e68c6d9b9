"""Moving a visit to where it is to stand."""

from datetime import datetime
from typing import Any

from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling.holds import expire_dead_holds
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Clinic,
    MailKind,
)
from bookings.queries.scheduling.slots import Placement


def rewrite(
    appointment: Appointment,
    placement: Placement,
    *,
    notify: Notify,
    not_told: bool | None = None,
    by: str,
    now: datetime,
    facts: dict[str, str | bool] | None = None,
) -> Appointment:
    """Put it there in one UPDATE, with the event that says from where; the client is told.

    Whether they know of it (`not_told`) may not follow from `notify`; `facts` are the event's.
    """
    was, knew = Placement.of(appointment), not appointment.not_told
    stays = was.interval.start == placement.interval.start
    expire_dead_holds(now=now)
    Appointment.objects.filter(pk=appointment.pk).update(
        **_columns(placement),
        revision=appointment.revision + 1,
        confirmed_at=appointment.confirmed_at if stays else None,
        prove_by=_still_to_prove(appointment, placement, now),
        not_told=_knows_nothing(appointment, placement, notify) if not_told is None else not_told,
    )
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    moved = {"from": was.snapshot(), **placement.facts, "knew_before": knew, **(facts or {})}
    appointment.record("moved", by=by, now=now, facts=moved)
    if appointment.status == Status.BOOKED:
        outbox.owe(MailKind.MOVED, appointment, notify=notify, now=now)
    return appointment


def _columns(placement: Placement) -> dict[str, Any]:
    """What was passed on is the time that it had."""
    return {**placement.columns, "relayed_at": None}


def _knows_nothing(appointment: Appointment, placement: Placement, notify: Notify) -> bool:
    """Whoever has an address and is not told of it; another room is no news."""
    if notify.tells or not appointment.whose.email:
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
