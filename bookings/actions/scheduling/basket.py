"""Several starts held together and booked at once: a runner's plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.actions.clients import legal
from bookings.actions.clients.identity import write_down
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.refusals import ClientBusy, NotBookable, Refused, SlotTaken
from bookings.actions.scheduling.allocation import (
    Choice,
    held_for,
    let_go,
    limit_holds,
    nearest_to,
    place,
)
from bookings.actions.scheduling.booking import RUNNER
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, MailKind

MOST_STARTS = 12


@dataclass(frozen=True)
class Missed:
    """A choice that could not be kept, and why; the refusal has the nearest openings."""

    choice: Choice
    why: Refused


@dataclass(frozen=True)
class Basket:
    """What is kept for a visitor until one common moment, and what could not be."""

    held: Sequence[Appointment]
    missed: Sequence[Missed]


def hold_all(
    choices: Sequence[Choice],
    *,
    visitor: str,
    client: Client | None = None,
    address: str = "",
    now: datetime,
) -> Basket:
    """Keep what can be kept of the chosen starts; the visitor's other holds are let go.

    Starts that are kept already stay so, and new ones share their end, so that asking again
    never holds for longer. `client` is known where somebody acts behind their mailed link.
    Raises NotBookable for more than MOST_STARTS, TooManyHolds or Busy.
    """
    _refuse_too_many(choices)
    basket = _hold_all(choices, visitor, client, address, now)
    for missed in basket.missed:
        missed.why.nearest = nearest_to(missed.choice, visitor, now)
    return basket


@changes_the_diary
def book_all(
    clinic: Clinic,
    choices: Sequence[Choice],
    *,
    visitor: str,
    client: Client,
    key: str,
    address: str = "",
    by: str,
    now: datetime,
) -> list[Appointment]:
    """Book every choice, held or still free, or none of them; one mail confirms them.

    The same `key` again returns what was booked first. Raises NotBookable, SlotTaken,
    ClientBusy or Busy, and then whatever was held stays held.
    """
    if first := Appointment.objects.filter(booking_key=key).first():
        return booked_with(first)
    _refuse_too_many(choices)
    holds = [held_for(choice, visitor, now) for choice in choices]
    let_go(visitor, now, but=[held for held in holds if held])
    client = write_down(client)
    visits: list[Appointment] = []
    for number, (choice, held) in enumerate(zip(choices, holds, strict=True), start=1):
        visit = held or place(clinic, choice, now)
        row_key = key if number == 1 else f"{key}:{number}"
        together = visits[0].public_id if visits else visit.public_id
        visit.book(client, key=row_key, together=together, address=address, by=by, now=now)
        visits.append(visit)
    if by == RUNNER:
        legal.agree(client, how="booking", now=now)
    if client.email:  # Nothing is owed to whom no mail can reach.
        _owe_the_confirmation(visits, now)
    return visits


def booked_with(appointment: Appointment) -> list[Appointment]:
    """All that were booked together with it, whatever has become of them since."""
    together = Appointment.objects.visits().with_everything().order_by("starts_at")
    if not appointment.together:
        return [together.get(pk=appointment.pk)]
    return list(together.filter(together=appointment.together))


def _owe_the_confirmation(visits: Sequence[Appointment], now: datetime) -> None:
    if len(visits) == 1:
        outbox.owe(MailKind.CONFIRMED, visits[0], now=now)
    else:
        outbox.owe_together(visits, now=now)


def _refuse_too_many(choices: Sequence[Choice]) -> None:
    if len(choices) > MOST_STARTS:
        raise NotBookable(f"At most {MOST_STARTS} appointments can be booked at once.")


@changes_the_diary
def _hold_all(
    clinic: Clinic,
    choices: Sequence[Choice],
    visitor: str,
    client: Client | None,
    address: str,
    now: datetime,
) -> Basket:
    live = list(Appointment.objects.live_holds(now).held_by(visitor).with_everything())
    kept = [hold for hold in live if any(choice.is_met_by(hold) for choice in choices)]
    let_go(visitor, now, but=kept)
    filling = _Filling(clinic, visitor, address, kept, _busy(client, choices), now)
    missed = [missed for choice in choices if (missed := filling.add(choice))]
    return Basket(filling.held, missed)


def _busy(client: Client | None, choices: Sequence[Choice]) -> list[Appointment]:
    """The client's own appointments at the time of any choice."""
    if client is None or not choices:
        return []
    first, last = min(c.interval.start for c in choices), max(c.interval.end for c in choices)
    own = client.appointments.filter(status=Status.BOOKED)
    return list(own.filter(starts_at__lt=last, ends_at__gt=first))


class _Filling:
    """Puts one choice after the other into the basket, under the lock."""

    def __init__(
        self,
        clinic: Clinic,
        visitor: str,
        address: str,
        kept: Sequence[Appointment],
        busy: Sequence[Appointment],
        now: datetime,
    ):
        self._clinic, self._visitor, self._address, self._now = clinic, visitor, address, now
        self._kept, self._busy = kept, busy
        ends = [hold.held_until for hold in kept if hold.held_until]
        self._until = min(ends, default=clinic.held_until(now))
        self.held: list[Appointment] = []

    def add(self, choice: Choice) -> Missed | None:
        try:
            self._refuse_two_places_at_once(choice)
            self.held.append(self._already(choice) or self._placed(choice))
        except (SlotTaken, NotBookable, ClientBusy) as refusal:
            return Missed(choice, refusal)
        return None

    def _refuse_two_places_at_once(self, choice: Choice) -> None:
        for other in (*self.held, *self._busy):
            if choice.interval.overlaps(other.interval):
                raise ClientBusy("You would be in two places: another of yours is at that time.")

    def _already(self, choice: Choice) -> Appointment | None:
        return next((hold for hold in self._kept if choice.is_met_by(hold)), None)

    def _placed(self, choice: Choice) -> Appointment:
        limit_holds(self._address, self._now)
        appointment = place(self._clinic, choice, self._now)
        appointment.keep_for(self._visitor, until=self._until, address=self._address)
        return appointment
