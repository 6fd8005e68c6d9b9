"""A visit and its client as a day shows them: a day has hundreds, and models are slow to build."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from bookings.core.scheduling.statuses import Status, waits_for_a_decision
from bookings.models import STATUS_NAMES, Room, Therapist
from bookings.models.clients.clients import is_minor


class ShownClient(NamedTuple):
    pk: int
    name: str
    phone: str
    health_hold: bool
    same_address_as_id: int | None
    date_of_birth: date | None
    has_consent: bool

    def __str__(self) -> str:
        return self.name

    def is_under_age(self, on: date) -> bool:
        return is_minor(self.date_of_birth, on)

    def lacks_consent(self, on: date) -> bool:
        return self.is_under_age(on) and not self.has_consent


class KeptFor(NamedTuple):
    """Who of the waiting list is offered the time, and until when."""

    offer: int
    name: str
    until: datetime


class ShownVisit(NamedTuple):
    """`is_first`: no visit of the client came before; `client` is None while it is only held.

    `relayed`: its time is offered to the waiting list; `kept` is a hold that is offered to one.
    """

    pk: int
    starts_at: datetime
    ends_at: datetime
    blocked_until: datetime
    status: Status
    revision: int
    late_minutes: int
    desk_note: bool
    decided_on_hold: bool
    not_told: bool
    relayed: bool
    therapist: Therapist
    room: Room
    treatment: str
    price: float
    settled: float
    is_first: bool
    client: ShownClient | None
    last_event: int | None
    kept: KeptFor | None = None

    @property
    def status_name(self) -> str:
        return str(STATUS_NAMES[self.status])

    @property
    def awaits_decision(self) -> bool:
        on_hold = self.client is not None and self.client.health_hold
        return waits_for_a_decision(self.status, on_hold=on_hold, decided=self.decided_on_hold)


def shown_visit(
    row: list,
    people: dict[int, Therapist],
    rooms: dict[int, Room],
    events: dict[int, int],
    settled: dict[int, float],
    *,
    kept: dict[int, KeptFor],
) -> ShownVisit:
    """Of a row as `day_facts` has it."""
    (pk, start, end, until, status), told = row[:5], row[5:11]
    who, where, treatment, price, is_first, *client = row[11:]
    facts = (
        pk,
        *(datetime.fromtimestamp(at, UTC) for at in (start, end, until)),
        STATUS[status],
        *told,
        people[who],
        rooms[where],
        treatment,
        price,
        settled.get(pk, 0),
        is_first,
        shown_client(client) if client[0] else None,
        events.get(pk),
        kept.get(pk),
    )
    return ShownVisit._make(facts)


STATUS = {one.value: one for one in Status}


def kept_for(rows: list) -> dict[int, KeptFor]:
    """By the hold."""
    return {
        hold: KeptFor(offer, name, datetime.fromtimestamp(until, UTC))
        for offer, hold, name, until in rows
    }


def shown_client(row: Sequence) -> ShownClient:
    """Of the columns in their order, as a day's statement has them."""
    pk, name, phone, on_hold, same_as, born, has_consent = row
    birthday = date.fromisoformat(born) if born else None
    return ShownClient(pk, name, phone, on_hold, same_as, birthday, has_consent)
