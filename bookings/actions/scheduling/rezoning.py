"""The clinic's clock becomes that of another zone, while visits are booked.

What is booked keeps its hour on the clock, and then happens at another instant, or its instant,
and then stands at another hour. Hours of work, time off and closures are the clock's either way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling.placement import rewrite
from bookings.core import wording
from bookings.core.intervals import Interval
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, Appointment, Clinic, RoomLoan
from bookings.queries.scheduling.slots import Placement


class Keeps(StrEnum):
    """What of a booked visit stays as it is."""

    CLOCK = "clock"
    INSTANT = "instant"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a change would come to. `moved`: visits at another instant; `told`: those by mail."""

    zone: str
    keeps: Keeps
    visits: Sequence[Appointment]
    moved: Sequence[Appointment]
    too_early: int  # would have begun by now

    @property
    def told(self) -> int:
        return sum(bool(visit.whose.email) for visit in self.moved)

    @property
    def digest(self) -> str:
        """Another one as soon as another visit is booked, or one of them has changed."""
        seen = [self.zone, self.keeps, *((one.pk, one.revision) for one in self.visits)]
        return sha256(repr(seen).encode()).hexdigest()[:24]


class Unseen(Refused):
    """Nothing was changed; `effect` is what would be. Its digest accepts it."""

    def __init__(self, effect: Effect):
        super().__init__(_("Please look at what that comes to first."))
        self.effect = effect


def effect_of(clinic: Clinic, zone: str, keeps: Keeps, *, now: datetime) -> Effect:
    """Of what is booked now."""
    visits = list(Appointment.objects.upcoming(now).with_everything())
    moved = [one for one in visits if _moves(one, clinic, zone, keeps)]
    starts = (on_that_clock(one.starts_at, clinic.tz, ZoneInfo(zone)) for one in moved)
    return Effect(
        zone=zone, keeps=keeps, visits=visits, moved=moved,
        too_early=sum(start <= now for start in starts),
    )  # fmt: skip


def on_that_clock(instant: datetime, before: ZoneInfo, after: ZoneInfo) -> datetime:
    """When it is as late there as it is here at that instant; an hour that is skipped, after it."""
    return instant.astimezone(before).replace(tzinfo=after).astimezone(UTC)


@changes_the_diary
def change_zone(
    clinic: Clinic, zone: str, keeps: Keeps, *, accepted: str, by: str, now: datetime
) -> Effect:
    """All of it or nothing; who is to come at another instant is told, by one mail for each visit.

    Raises Unseen unless exactly that has been `accepted`, Stale where it is that zone by now, and
    Refused where a visit would have begun already.
    """
    if clinic.timezone == zone:
        raise Stale(_("It is the clinic’s zone already."))
    effect = effect_of(clinic, zone, keeps, now=now)
    if effect.digest != accepted:
        raise Unseen(effect)
    if effect.too_early:
        raise Refused(_in_the_past(effect.too_early))
    before, after = clinic.tz, ZoneInfo(zone)
    Appointment.objects.filter(status=Status.HELD).update(status=Status.EXPIRED)
    Clinic.objects.filter(pk=clinic.pk).update(timezone=zone)
    _keep_time_off_on_the_clock(before, after, now)
    for visit in _in_order(effect.moved, before, after):
        _move(visit, before, after, by=by, now=now)
    return effect


def _moves(visit: Appointment, clinic: Clinic, zone: str, keeps: Keeps) -> bool:
    there = on_that_clock(visit.starts_at, clinic.tz, ZoneInfo(zone))
    return keeps is Keeps.CLOCK and there != visit.starts_at


def _in_order(
    visits: Sequence[Appointment], before: ZoneInfo, after: ZoneInfo
) -> Iterator[Appointment]:
    """So that none is put where the next one still stands: the last first of those put off."""
    later = [one for one in visits if on_that_clock(one.starts_at, before, after) > one.starts_at]
    yield from reversed(later)
    put_off = {one.pk for one in later}
    yield from (one for one in visits if one.pk not in put_off)


def _move(visit: Appointment, before: ZoneInfo, after: ZoneInfo, *, by: str, now: datetime) -> None:
    was = Placement.of(visit)
    start = on_that_clock(visit.starts_at, before, after)
    interval = Interval(start, start + (was.interval.end - was.interval.start))
    placement = replace(was, interval=interval, blocked_until=interval.end + was.pause)
    sentence = _("Our clock is {zone} from now on: you are expected at {hour} there, as agreed.")
    note = sentence.format(zone=dates.zone_name(after), hour=wording.clock(start, after))
    rewrite(visit, placement, notify=Notify(note=note), by=by, now=now, facts={"zone": before.key})


def _keep_time_off_on_the_clock(before: ZoneInfo, after: ZoneInfo, now: datetime) -> None:
    """A closed day is the clock's day, and so is one on which a room is lent out."""
    for kind in (Absence, RoomLoan):
        off = list(kind._default_manager.filter(ends_at__gt=now))
        for one in off:
            one.starts_at = on_that_clock(one.starts_at, before, after)
            one.ends_at = on_that_clock(one.ends_at, before, after)
        kind._default_manager.bulk_update(off, ["starts_at", "ends_at"])


def _in_the_past(count: int) -> str:
    sentence = ngettext(
        "{count} appointment would have begun already. Settle it first, or let it keep its "
        "instant.",
        "{count} appointments would have begun already. Settle them first, or let them keep their "
        "instant.",
        count,
    )
    return sentence.format(count=count)
