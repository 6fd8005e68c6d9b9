"""Finding a place in the diary for a slot: who takes it, in which room, or why nobody."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from bookings.actions.diary_lock import is_locked
from bookings.actions.refusals import NotBookable, Refused, SlotTaken, refusal_of
from bookings.core.scheduling.codes import Code, Rules, Severity
from bookings.models import Appointment, Client, Room, Therapist
from bookings.queries.scheduling.alternatives import alternatives_to, nearest_to
from bookings.queries.scheduling.diary import DiaryFacts, Opening
from bookings.queries.scheduling.problems import (
    NO_EXCUSE,
    problems_of_start,
    problems_with,
    takers,
)
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Placement, Slot


def allocate(
    slot: Slot,
    facts: DiaryFacts,
    *,
    rules: Rules,
    client: Client | None = None,
    excused: Collection[Code] = NO_EXCUSE,
    prefer: Placement | None = None,
) -> Placement:
    """Where the slot is to stand. Raises the refusal of its problems under the rules.

    What the slot leaves open stays as in `prefer` where that is free; else the therapist is
    whoever has the fewest minutes booked that day, in the first free room. The price is the
    preferred one's as long as the treatment is.
    """
    if found := problems_with(slot, facts, rules=rules, client=client, excused=excused):
        raise refusal_of(found)
    therapist, against = _taker(slot, facts, rules, excused, prefer)
    same = prefer if prefer and prefer.treatment == slot.treatment else None
    return Placement(
        treatment=slot.treatment,
        therapist=therapist,
        room=_room(slot, facts, prefer),
        interval=slot.interval,
        blocked_until=slot.blocked.end,
        price=(same or slot.treatment).price,
        any_therapist=prefer.any_therapist if prefer else slot.therapist is None,
        set_aside=_set_aside(slot, facts, against, prefer) if rules is Rules.OVERRIDDEN else (),
    )


def new_appointment(placement: Placement, *, now: datetime, **facts: str) -> Appointment:
    """Not saved yet."""
    facts_of_it = {**placement.columns, "any_therapist": placement.any_therapist, **facts}
    return Appointment(**facts_of_it, created_at=now)


@contextmanager
def offering_the_nearest(
    slot: Slot,
    *,
    rules: Rules,
    is_booked: bool = False,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> Iterator[None]:
    """Adds the nearest openings to a refusal, once the lock has been given back."""
    try:
        yield
    except (SlotTaken, NotBookable) as refusal:
        look_around(refusal, slot, rules=rules, is_booked=is_booked, ignoring=ignoring, now=now)
        raise


def look_around(
    refusal: Refused,
    slot: Slot,
    *,
    rules: Rules,
    is_booked: bool = False,
    ignoring: Ignoring = NOTHING,
    now: datetime,
) -> None:
    """Openings as runners see them, for the desk as well: what it offers should break no rule.

    The desk hears of colleagues too. What `is_booked` is offered others of its kind, also if
    nobody could book it today.
    """

    def near() -> tuple[Opening, ...]:
        if rules.is_staff:
            return alternatives_to(slot, ignoring=ignoring, now=now)
        if rules in (Rules.ONLINE, Rules.LISTED) and not (is_booked or slot.is_offered_online):
            return ()
        return nearest_to(slot, ignoring=ignoring, now=now)

    refusal.look_around = near
    if not is_locked():
        refusal.find_nearest()


def _taker(
    slot: Slot,
    facts: DiaryFacts,
    rules: Rules,
    excused: Collection[Code],
    prefer: Placement | None,
) -> tuple[Therapist, list[Code]]:
    """The therapist, and the clinic's rules that are against it."""
    free = [
        (one, codes)
        for one, codes in takers(slot, facts)
        if not any(rules.binds(code) and code not in excused for code in codes)
    ]
    kept = (one for one in free if prefer and one[0] == prefer.therapist)
    return next(kept, free[0])


def _room(slot: Slot, facts: DiaryFacts, prefer: Placement | None) -> Room:
    free = facts.free_rooms(slot)
    wanted = slot.room or (prefer and prefer.room)
    return next((room for room in free if room == wanted), free[0])


def _set_aside(
    slot: Slot, facts: DiaryFacts, against: list[Code], prefer: Placement | None
) -> tuple[Code, ...]:
    """With what the desk was told of the start itself: of a move less than of a booking."""
    told = Rules.DESK_MOVE if prefer else Rules.DESK
    found = problems_of_start(slot.start, facts.clinic, rules=told, now=facts.now)
    return (*(one.code for one in found if one.severity is Severity.CLINIC_RULE), *against)
