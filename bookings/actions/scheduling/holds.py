"""Starts that are kept for somebody while a form is filled in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import ClientBusy, NotBookable, Refused, SlotTaken, TooManyHolds
from bookings.actions.scheduling.allocation import (
    allocate,
    look_around,
    new_appointment,
    offering_the_nearest,
)
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic
from bookings.queries.scheduling.diary import DiaryFacts, facts_by_day, facts_for
from bookings.queries.scheduling.facts import (
    MadeFrom,
    ask_for_held_from,
    ask_for_holds,
    held_from_told,
    holds_of_nobody_else,
    holds_told,
)
from bookings.queries.scheduling.slots import Ignoring, Placement, Slot

MOST_STARTS = 12
AN_HOUR = timedelta(hours=1)
TWO_PLACES = gettext_lazy("You already have an appointment at that time.")


@dataclass(frozen=True, kw_only=True)
class Holder:
    """For whom it is kept: a browser's keyed hash, or an offer's name.

    `address` is the keyed hash of where it is held from, which is limited; "" is not.
    """

    key: str
    address: str = ""


NOBODY = Holder(key="")


@dataclass(frozen=True, kw_only=True)
class HoldRequest:
    """`client` is known where somebody acts behind their mailed link.

    Without `until` it is the clinic's usual time.
    """

    slots: Sequence[Slot]
    holder: Holder
    client: Client | None = None
    until: datetime | None = None
    rules: Rules = Rules.ONLINE


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A slot that could not be kept, and why; the refusal has the nearest openings."""

    slot: Slot
    why: Refused


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is kept until one common moment, what could not be, and the clinic as it was then."""

    clinic: Clinic
    kept: Sequence[Appointment]
    missed: Sequence[Missed]

    def only(self) -> Appointment:
        """The one that was asked for. Raises its refusal."""
        if self.missed:
            raise self.missed[0].why
        return self.kept[0]


def hold(request: HoldRequest, *, now: datetime) -> Held:
    """Keep what can be kept of the slots; the holder's other holds are let go.

    If nothing can be, the others stay. Starts that are kept already stay so, if they can, and
    new ones share their end, so that asking again never holds for longer. Raises NotBookable
    for more than MOST_STARTS, TooManyHolds or Busy.
    """
    refuse_too_many(request.slots)
    held = _hold(request, now=now)
    ignoring = Ignoring(holder=request.holder.key)
    for missed in held.missed:
        if isinstance(missed.why, SlotTaken | NotBookable):
            look_around(missed.why, missed.slot, rules=request.rules, ignoring=ignoring, now=now)
    return held


def expire_dead_holds(*, now: datetime) -> int:
    """Holds past their end are free, but a constraint knows that by their status only.

    Returns how many there were.
    """
    return Appointment.objects.dead_holds(now).update(status=Status.EXPIRED)


def let_go(holder: Holder, now: datetime) -> None:
    """Expire every hold that is past its end, and the holder's own."""
    expire(holds_of_nobody_else(holder.key, now))


def expire(holds: Iterable[Appointment], but: Collection[Appointment] = ()) -> None:
    """As `let_go`, of what has been looked at already."""
    if gone := {one.pk for one in holds} - {one.pk for one in but}:
        Appointment.objects.filter(pk__in=gone, status=Status.HELD).update(status=Status.EXPIRED)


def limit_holds(made: MadeFrom, now: datetime) -> None:
    """Nobody may hold the whole diary. Raises TooManyHolds."""
    if made.lately >= settings.HOLDS_PER_HOUR_PER_ADDRESS:
        raise _too_many((made.first or now) + AN_HOUR - now)
    if made.live >= settings.HOLDS_AT_ONCE_PER_ADDRESS:
        raise _too_many((made.ends or now) - now)


def _too_many(wait: timedelta) -> TooManyHolds:
    refusal = TooManyHolds()
    refusal.wait = wait
    return refusal


def holds_of(holder: Holder, slots: Sequence[Slot]) -> list[Appointment | None]:
    """The holder's hold of each slot; a late one is safe while nobody has taken it over."""
    if not holder.key:
        return [None for _ in slots]
    return meeting(slots, Appointment.objects.held_by(holder.key).with_everything(), holder)


def meeting(
    slots: Sequence[Slot], holds: Iterable[Appointment], holder: Holder
) -> list[Appointment | None]:
    """Of those holds the holder's own of each slot."""
    own = [one for one in holds if holder.key and one.visitor == holder.key]
    return [next((one for one in own if slot.is_met_by(one)), None) for slot in slots]


def as_held(slot: Slot, held: Appointment) -> Slot:
    """With the length and the pause that the hold was made with."""
    length, pause = held.ends_at - held.starts_at, held.blocked_until - held.ends_at
    return replace(slot, length=length, pause=pause)


def refuse_what_is_gone(slot: Slot, holder: Holder, *, now: datetime) -> None:
    """Of a time that is only looked at. Raises what holding it would, with the nearest openings."""
    ignoring = Ignoring(holder=holder.key)
    with offering_the_nearest(slot, rules=Rules.ONLINE, ignoring=ignoring, now=now):
        facts = facts_for(slot, Clinic.objects.the(), ignoring=ignoring, now=now)
        allocate(slot, facts, rules=Rules.ONLINE)


def refuse_too_many(slots: Sequence[Slot], most: int = MOST_STARTS) -> None:
    if len(slots) > most:
        sentence = _("At most {count} appointments can be booked at once.")
        raise NotBookable(sentence.format(count=most))


@changes_the_diary
def _hold(clinic: Clinic, request: HoldRequest, *, now: datetime) -> Held:
    facts, there, made = _looked_up(clinic, request, now)
    kept: list[tuple[Appointment, Placement]] = []
    missed: list[Missed] = []
    live = [
        one if one and one.is_live_hold(now) else None
        for one in meeting(request.slots, there, request.holder)
    ]
    for slot, held in zip(request.slots, live, strict=True):
        day = clinic.day_of(slot.start)
        try:
            if any(slot.interval.overlaps(other.interval) for _, other in kept):
                raise ClientBusy(str(TWO_PLACES))
            placement = allocate_again(
                slot, held, facts[day], rules=request.rules, client=request.client
            )
        except (SlotTaken, NotBookable, ClientBusy) as refusal:
            missed.append(Missed(slot=slot, why=refusal))
            continue
        facts[day] = facts[day].with_taken(placement)
        kept.append((held or new_appointment(placement, now=now), placement))
    if kept:
        expire(there, but=[one for one, _ in kept if one.pk is not None])
        _write_down(clinic, request, kept, made, now)
    return Held(clinic=clinic, kept=[appointment for appointment, _ in kept], missed=missed)


def _looked_up(
    clinic: Clinic, request: HoldRequest, now: datetime
) -> tuple[dict[date, DiaryFacts], list[Appointment], MadeFrom]:
    """What decides by day, the holds that are there, and what the address has made."""
    holder = request.holder
    besides = (
        ask_for_holds(holder.key, now),
        ask_for_held_from(holder.address, holder.key, since=now - AN_HOUR, now=now),
    )
    ignoring = Ignoring(holder=holder.key)
    facts = facts_by_day(request.slots, clinic, ignoring=ignoring, besides=besides, now=now)
    there, made = next(iter(facts.values())).besides
    return facts, holds_told(there), held_from_told(made)


def allocate_again(
    slot: Slot, held: Appointment | None, facts: DiaryFacts, *, rules: Rules, client: Client | None
) -> Placement:
    """As `allocate`; what is held already keeps its place, as far as it could still be had."""
    if held is None:
        return allocate(slot, facts, rules=rules, client=client)
    facts.make_known_to(held, slot.treatment)
    prefer = Placement.of(held)
    return allocate(as_held(slot, held), facts, rules=Rules.KEPT, client=client, prefer=prefer)


def _write_down(
    clinic: Clinic,
    request: HoldRequest,
    kept: Sequence[tuple[Appointment, Placement]],
    made: MadeFrom,
    now: datetime,
) -> None:
    holder = request.holder
    stay = [one for one, _ in kept if one.pk is not None]
    ends = [one.held_until for one in stay if one.held_until]
    until = request.until or min(ends, default=clinic.held_until(now))
    made = made.holding(one for one in stay if one.held_from == holder.address)
    for appointment, placement in kept:
        if appointment.pk is None:
            if holder.address:
                limit_holds(made, now)
            appointment.keep_for(holder.key, until=until, address=holder.address)
            made = made.having_made(appointment)
        else:
            stand_at(appointment, placement)


def stand_at(held: Appointment, placement: Placement) -> None:
    """Change the hold's therapist or room, if what it was made for has gone meanwhile."""
    if (held.therapist, held.room) != (placement.therapist, placement.room):
        held.therapist, held.room = placement.therapist, placement.room
        held.save(update_fields=["therapist", "room"])
