"""The statuses of an appointment, and the one table of moves between them."""

from enum import StrEnum


class Status(StrEnum):
    HELD = "held"
    EXPIRED = "expired"
    BOOKED = "booked"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


# Fails closed: a status added later occupies its time unless it is named here.
FREES_ITS_TIME = (Status.CANCELLED, Status.EXPIRED)
HAS_BEEN = (Status.ARRIVED, Status.COMPLETED)

NEXT: dict[Status, frozenset[Status]] = {
    Status.HELD: frozenset({Status.BOOKED, Status.EXPIRED}),
    Status.EXPIRED: frozenset(),
    Status.BOOKED: frozenset({Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}),
    Status.ARRIVED: frozenset({Status.BOOKED, Status.COMPLETED}),
    Status.COMPLETED: frozenset({Status.BOOKED, Status.ARRIVED}),
    Status.NO_SHOW: frozenset({Status.BOOKED, Status.ARRIVED}),
    Status.CANCELLED: frozenset({Status.BOOKED}),  # undone within minutes, where its time is free
}


def comes_from(status: Status) -> list[Status]:
    """The statuses that may become this one."""
    return [before for before, after in NEXT.items() if status in after]


def waits_for_a_decision(status: str, *, on_hold: bool, decided: bool) -> bool:
    """Its client is on hold, and nobody who treats them has decided about this visit.

    What was done before the hold stays done.
    """
    return on_hold and not decided and status != Status.COMPLETED
