"""Booking: of starts that were held, or that are still free; all of them or none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from bookings.actions.clients import details, legal
from bookings.actions.clients.details import NewClient
from bookings.actions.clients.identity import write_down
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import AlreadyRead, Notify
from bookings.actions.scheduling import unproved
from bookings.actions.scheduling.allocation import (
    new_appointment,
    offering_the_nearest,
)
from bookings.actions.scheduling.holds import (
    MOST_STARTS,
    NOBODY,
    Holder,
    allocate_again,
    expire,
    meeting,
    refuse_too_many,
    stand_at,
)
from bookings.actions.training import brought
from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import same_name
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.series import MOST_DATES
from bookings.core.training import Protocol
from bookings.links import still_goes_to
from bookings.models import Appointment, Client, Clinic, MailKind, Series, Told
from bookings.queries.clients.in_a_browser import ask_for_booked_for, booked_for_told
from bookings.queries.scheduling.diary import DiaryFacts, facts_by_day
from bookings.queries.scheduling.facts import ask_for_holds, holds_told
from bookings.queries.scheduling.slots import Ignoring, Placement, Slot
from bookings.queries.training import protocol


@dataclass(frozen=True, kw_only=True)
class BookingRequest:
    """The same `key` again returns what was booked first.

    The client is one in the books, a newcomer who fills in a public form, or what the desk has
    been told of somebody new: written down with the booking or not at all. `proved_address` is
    the one that a newcomer has signed in with, if any: theirs needs no further proof, and neither
    do those whose mailed links this browser has answered (`proved_here`, digests). `language`
    is that of the page they book on; it is kept where none is known. What a newcomer has `told`
    of their training goes with them. `series` is what the slots are dates of; `corrects` what
    was booked with a mistyped address.
    """

    slots: Sequence[Slot]
    client: Client | NewClient
    key: str
    rules: Rules
    holder: Holder = NOBODY
    proved_address: str = ""
    proved_here: Collection[str] = ()
    agrees_to_terms: bool = False
    language: str = ""
    told: Told | None = None
    series: Series | None = None
    corrects: Appointment | None = None
    notify: Notify = Notify.NOW
    by: str


def book(request: BookingRequest, *, now: datetime) -> list[Appointment]:
    """Book every slot, held or still free, or none of them; one mail confirms them.

    A hold is asked again: what has made it possible may be gone. Its price and length stand.
    Raises SlotTaken, NotBookable or AgainstTheRules, each with the nearest openings, ClientBusy,
    TooManyAhead, TooManyUnproved, NewcomersPaused or Busy; whatever was held then stays held.
    """
    refuse_too_many(request.slots, MOST_DATES if request.series else MOST_STARTS)
    protocol.default()  # read once in a process, before the lock: nobody waits for it then
    if len(request.slots) > 1:
        return _book(request, now=now)
    ignoring = Ignoring(holder=request.holder.key)
    with offering_the_nearest(request.slots[0], rules=request.rules, ignoring=ignoring, now=now):
        return _book(request, now=now)


@changes_the_diary
def book_at_another_address(
    _clinic: Clinic, visit: Appointment, request: BookingRequest, *, now: datetime
) -> list[Appointment]:
    """What waits at a mistyped address, anew for the client of `request`, whose slots it gets.

    It is kept no longer for that than it was. Raises Stale when it waits no more, or as `book`;
    then all stays as it was.
    """
    slots = unproved.hold_again(visit, request.holder, now=now)
    visits = book(replace(request, slots=slots, corrects=visit), now=now)
    return unproved.keep_no_longer_than(visit, visits, now=now)


def booked_with(appointment: Appointment) -> list[Appointment]:
    """All that were booked together with it, whatever has become of them since."""
    together = Appointment.objects.visits().with_everything().order_by("starts_at")
    if not appointment.together:
        return [together.get(pk=appointment.pk)]
    return list(together.filter(together=appointment.together))


class _LookedUp(NamedTuple):
    """What decides by day; the holds, and what the key has booked; whom this browser has booked
    for at that address, or begun to, since other browsers' gain nothing by it; the protocol; and
    the newest terms' id, if they are a row."""

    facts: dict[date, DiaryFacts]
    there: list[Appointment]
    known_here: list[Client]
    rules: Protocol
    terms: int | None


@changes_the_diary
def _book(clinic: Clinic, request: BookingRequest, *, now: datetime) -> list[Appointment]:
    facts, there, known_here, rules, terms = _looked_up(clinic, request, now)
    if first := next((one for one in there if one.booking_key == request.key), None):
        return booked_with(first)
    holds = meeting(request.slots, there, request.holder)
    placements = _placed(request, holds, facts, clinic)
    expire(there, but=[held for held in holds if held])
    is_new = isinstance(request.client, Client) and request.client._state.adding
    client = _written_down(request, known_here, now)
    stranger = _is_a_stranger(request, client)
    wait = stranger and not _has_answered(request, client, known_here)
    starts = [one.interval.start for one in placements]
    prove_by = unproved.deadline(clinic, starts, told_at=now) if wait else None
    places = list(zip(holds, placements, strict=True))
    visits = _write(request, client, places, prove_by, now)
    has_no_races = is_new and client is request.client
    known = AlreadyRead(clinic=clinic, rules=rules, races=() if has_no_races else None)
    if request.agrees_to_terms:
        legal.agree(client, how="booking", text=terms, now=now)
    _keep_what_comes_with_it(request, client, visits, known, now)
    if wait:
        unproved.limit(clinic, visits, corrects=request.corrects, now=now)
    elif request.by == Role.RUNNER:
        unproved.limit_what_is_ahead(clinic, client, now=now)
        if stranger:
            unproved.limit_a_family(client, now=now)
    return visits


def _looked_up(clinic: Clinic, request: BookingRequest, now: datetime) -> _LookedUp:
    """In one round trip, where it is one day's."""
    holder, client = request.holder.key, request.client
    besides = [
        ask_for_holds(holder, now, booking_key=request.key),
        protocol.ask_for_current(),
        legal.NEWEST_TERMS,
    ]
    if holder and isinstance(client, Client) and client.is_provisional:
        besides.append(ask_for_booked_for(holder, client.email))
    ignoring = Ignoring(holder=holder)
    facts = facts_by_day(request.slots, clinic, ignoring=ignoring, besides=besides, now=now)
    there, rules, terms, *booked_for = next(iter(facts.values())).besides
    return _LookedUp(
        facts,
        holds_told(there),
        booked_for_told(booked_for[0]) if booked_for else [],
        protocol.current_told(rules),
        terms[0][0] if terms else None,
    )


def _placed(
    request: BookingRequest,
    holds: Sequence[Appointment | None],
    facts: dict[date, DiaryFacts],
    clinic: Clinic,
) -> list[Placement]:
    placements: list[Placement] = []
    for slot, held in zip(request.slots, holds, strict=True):
        day = clinic.day_of(slot.start)
        placements.append(_place(slot, held, facts[day], request))
        if len(request.slots) > 1:
            facts[day] = facts[day].with_taken(placements[-1])
    return placements


def _is_a_stranger(request: BookingRequest, client: Client) -> bool:
    """Whom the desk books, and who has proved their address, is none."""
    if request.by != Role.RUNNER or not client.is_provisional:
        return False
    return compared(client.email) != compared(request.proved_address)


def _has_answered(request: BookingRequest, client: Client, known_here: Sequence[Client]) -> bool:
    """Whether this browser has proved the address: by a link mailed there that was opened in it,
    or pressed anywhere about what was booked in it. No other browser gains by that."""
    if any(still_goes_to(one, client) for one in request.proved_here):
        return True
    return any(one.proved_at for one in known_here)


def _place(
    slot: Slot, held: Appointment | None, facts: DiaryFacts, request: BookingRequest
) -> Placement:
    client = request.client if isinstance(request.client, Client) else None
    return allocate_again(slot, held, facts, rules=request.rules, client=client)


def _written_down(request: BookingRequest, known_here: Sequence[Client], now: datetime) -> Client:
    if isinstance(request.client, NewClient):
        return details.take_down(**request.client.facts, by=request.by, now=now)
    client = write_down(_same_in_this_browser(request.client, known_here))
    if request.language and not client.language:
        client.language = request.language
        client.save(update_fields=["language"])
    return client


def _same_in_this_browser(client: Client, known_here: Sequence[Client]) -> Client:
    """Who books once more before pressing the link in the first mail is one person, not two.

    The same browser, name and address; to anybody else a form says nothing of who is there.
    """
    if not client._state.adding:
        return client
    for known in known_here:
        may_be = known.is_provisional and known.user_id is None and not known.disowned
        if may_be and same_name(known.name, client.name):
            known.phone = client.phone or known.phone
            known.save(update_fields=["phone"])
            return known
    return client


def _write(
    request: BookingRequest,
    client: Client,
    places: Sequence[tuple[Appointment | None, Placement]],
    prove_by: datetime | None,
    now: datetime,
) -> list[Appointment]:
    visits: list[Appointment] = []
    maker = {"visitor": request.holder.key, "held_from": request.holder.address}
    for number, (held, placement) in enumerate(places, start=1):
        visit = held or new_appointment(placement, now=now, **maker)
        if held:
            stand_at(held, placement)
        visit.series = request.series
        first = visits[0] if visits else visit
        visit.book(
            client,
            key=request.key if number == 1 else f"{request.key}:{number}",
            together=first.public_id if len(places) > 1 else "",
            prove_by=prove_by,
            not_told=bool(client.email) and not request.notify.by_mail,
            facts=placement.facts,
            by=request.by,
            now=now,
        )
        visits.append(visit)
    return visits


def _keep_what_comes_with_it(
    request: BookingRequest,
    client: Client,
    visits: Sequence[Appointment],
    known: AlreadyRead,
    now: datetime,
) -> None:
    if request.told:
        brought.bring(client, request.told, now=now)
    if client.email:  # Nothing is owed to whom no mail can reach.
        _owe_the_confirmation(visits, request.notify, known, now)


def _owe_the_confirmation(
    visits: Sequence[Appointment], notify: Notify, known: AlreadyRead, now: datetime
) -> None:
    if len(visits) > 1 and notify.by_mail:
        outbox.owe_together(visits, notify=notify, known=known, now=now)
        return
    for visit in visits:
        outbox.owe(MailKind.CONFIRMED, visit, notify=notify, known=known, now=now)
