"""When a start that is free came free: nobody is offered what was on sale as they joined."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from bookings.core.intervals import Interval
from bookings.core.waiting_list.wishes import ListedWish
from bookings.models import FreedBy, FreedTime


class CameFree(NamedTuple):
    """A stretch with the last time that it came free, and whose and where; None is anybody's."""

    interval: Interval
    since: datetime
    therapist: int | None = None
    room: int | None = None


def came_free_since(during: Interval, wishes: Iterable[ListedWish]) -> list[CameFree]:
    """Each stretch once, since the first of them said what they wait for."""
    since = min(wish.asked_at or wish.since for wish in wishes)
    there = FreedTime.objects.exclude(cause=FreedBy.LOOK).filter(
        starts_at__lt=during.end, ends_at__gt=during.start, freed_at__gte=since
    )
    what = there.order_by().values_list("starts_at", "ends_at", "therapist", "room")
    return [
        CameFree(Interval(start, end), last, therapist, room)
        for start, end, therapist, room, last in what.annotate(last=Max("freed_at"))
    ]


def with_each(
    takers: Iterable[int], rooms: Collection[int], there: Sequence[CameFree], opened: datetime
) -> dict[int, datetime]:
    """When it came free last with each who can take it now; `opened` is when the diary reached it.

    It is another's than whose time it was where it is in no other of the free `rooms`.
    """
    by_room = all(any(one.room == room for one in there) for room in rooms)
    return {
        taker: max(
            [
                opened,
                *(one.since for one in there if by_room or one.therapist in (None, taker)),
            ]
        )
        for taker in takers
    }
