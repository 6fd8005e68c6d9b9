"""What somebody waits for, and the free starts that might be it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core.intervals import Interval
from bookings.core.waiting_list.holding import Kept


@dataclass(frozen=True, kw_only=True)
class Start:
    """A free start of a treatment on the clinic's clock, and who can take it.

    `came_free` is when somebody could book it first with each of them; nothing where that is
    nobody's yet.
    """

    at: datetime
    day: date
    part: int  # of the day: 0 in the morning, 1 in the afternoon, 2 in the evening
    therapists: frozenset[int]
    came_free: Mapping[int, datetime] | None = None


@dataclass(frozen=True, kw_only=True)
class ListedWish:
    """One entry of the waiting list, with what is known of its client.

    One `mailbox` has one offer at a time and one a day, under however many names. Empty days and
    parts are any; without a therapist anybody will do. `earlier_than` is when the visit starts
    that should be earlier, `better_on` are the days on which it would suit their training better,
    and `until` is the last moment at which it may be moved. `tried` are the starts that have been
    offered, `given_up` those that they have cancelled or moved away from, `asked_on` the day of the
    last offer, `worn_out` what is offered to newcomers no more; `weeks_with_one` the ISO years and
    weeks in which they have got what they wait for, since they joined. `asked_at` is when they said
    just this: what was on sale then is not kept from others for them.
    """

    entry: int
    client: int
    mailbox: str = ""
    treatment: int
    length: timedelta
    since: datetime
    asked_at: datetime | None = None
    therapist: int | None = None
    weekdays: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    first: date
    last: date
    notice: timedelta = timedelta()
    earlier_than: datetime | None = None
    better_on: Container[date] | None = None
    until: datetime | None = None
    tried: frozenset[datetime] = frozenset()
    given_up: frozenset[datetime] = frozenset()
    asked_on: date | None = None
    has_an_offer: bool = False
    worn_out: tuple[Kept, ...] = ()
    is_confirmed: bool = True
    is_reachable: bool = True
    busy: tuple[Interval, ...] = ()
    weeks_with_one: frozenset[tuple[int, int]] = frozenset()

    def cut_off(self, start: datetime, notice: timedelta) -> datetime:
        """Until when the start can be taken: the clinic's notice, theirs, and that of a move."""
        latest = start - max(self.notice, notice)
        return latest if self.until is None else min(latest, self.until)
