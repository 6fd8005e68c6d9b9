"""Requests to the diary with boring answers; a test names only what it is about."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from bookings.actions.clients.identity import newcomer
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling import booking, changes, holds
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.changes import MoveRequest
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Treatment
from bookings.queries.scheduling.slots import Slot

OF_A_SLOT = ("therapist", "room", "length", "pause")


def slot_of(treatment: Treatment, start: datetime, data: dict[str, Any]) -> Slot:
    """Takes what is the slot's out of `asked`."""
    own = {name: data.pop(name) for name in OF_A_SLOT if name in data}
    return Slot(treatment=treatment, start=start, **own)


def hold_one(
    treatment: Treatment,
    start: datetime,
    *,
    visitor: str = "ana",
    address: str = "",
    now: datetime,
    **data: Any,
) -> Appointment:
    slot = slot_of(treatment, start, data)
    request = HoldRequest(slots=[slot], holder=Holder(key=visitor, address=address), **data)
    return holds.hold(request, now=now).only()


def book_one(
    treatment: Treatment,
    start: datetime,
    *,
    visitor: str = "",
    address: str = "",
    now: datetime,
    **data: Any,
) -> Appointment:
    """A runner's booking, by Ana, who is new."""
    slot = slot_of(treatment, start, data)
    data = {
        "client": newcomer(name="Ana Demo", email="ana@example.com", now=now),
        "key": token_hex(16),
        "rules": Rules.ONLINE,
        "agrees_to_terms": True,
        "by": "runner",
        **data,
    }
    request = BookingRequest(slots=[slot], holder=Holder(key=visitor, address=address), **data)
    [visit] = booking.book(request, now=now)
    return visit


def move_one(
    visit: Appointment, start: datetime, *, by: str = "runner", now: datetime, **data: Any
) -> Appointment:
    """A runner's move, or the desk's, with whomever is free."""
    slot = slot_of(data.pop("treatment", visit.treatment), start, data)
    data = {
        "revision": visit.revision,
        "rules": Rules.ONLINE if by == "runner" else Rules.DESK_MOVE,
        "notify": Notify.NOW,
        **data,
    }
    request = MoveRequest(appointment=visit, slot=slot, by=by, **data)
    return changes.move(request, now=now)
