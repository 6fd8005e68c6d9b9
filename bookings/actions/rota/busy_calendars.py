"""A therapist's own private calendar: read for when they are busy, and never written to."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.actions import pasted_links
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.pasted_links import NotReadable
from bookings.core.intervals import Interval
from bookings.core.records.busy_times import BusyTimes, NoCalendar, OverfullCalendar, busy_times
from bookings.models import BusyCalendar, BusyTime, Clinic, Therapist
from bookings.models.pasted_links import NotRead

BEYOND = timedelta(days=60)  # the horizon, for the desk
FARTHEST = timedelta(days=400)


@dataclass(frozen=True)
class ReadCalendar:
    """What stands at a link."""

    url: str
    tag: str
    found: BusyTimes


def read(url: str, *, now: datetime) -> ReadCalendar:
    """At once, for who waits. Raises NotReadable and TooManyAtOnce."""
    return pasted_links.read_for_a_page(
        url,
        lambda got: ReadCalendar(url, got.tag, _read(got.content or b"", now)),
        rooms=pasted_links.THERAPISTS,
    )


@changes_the_diary
def keep(_clinic: Clinic, therapist: Therapist, calendar: ReadCalendar, *, now: datetime) -> None:
    """In the place of another one."""
    fields = pasted_links.new(calendar.url, calendar.tag, now=now)
    fields["left_out"] = calendar.found.left_out
    BusyCalendar.objects.update_or_create(therapist=therapist, defaults=fields)
    _write(therapist.pk, calendar.found.times, now)


@changes_the_diary
def remove(_clinic: Clinic, therapist: Therapist) -> None:
    """And all that it said; what is free again is offered to whoever waits."""
    BusyCalendar.objects.filter(therapist=therapist).delete()
    BusyTime.objects.filter(therapist=therapist).delete()


def fetch_due(*, now: datetime, seconds: float = 15) -> int:
    """Whatever is due, for at most so long."""
    until = time.monotonic() + seconds
    return pasted_links.fetch_due(
        BusyCalendar.objects.all(),
        lambda _link, data, at: _read(data, at),
        _follow,
        lambda _link, _at: None,
        now=now,
        until=until,
    )


def _read(data: bytes, now: datetime) -> BusyTimes:
    clinic = Clinic.objects.the()
    ahead = min(timedelta(days=clinic.horizon_days) + BEYOND, FARTHEST)
    try:
        return busy_times(data, Interval(now, now + ahead), clinic.tz)
    except OverfullCalendar:
        raise NotReadable(NotRead.MUCH) from None
    except NoCalendar:
        raise NotReadable(NotRead.UNREADABLE) from None


def _follow(calendar: BusyCalendar, found: BusyTimes, now: datetime) -> None:
    """Only what differs is written, and the diary locked for nothing else."""
    BusyCalendar.objects.still(calendar).update(left_out=found.left_out)
    if _difference(calendar.therapist_id, found.times, now) != ([], []):
        _follow_locked(calendar, found, now)


@changes_the_diary
def _follow_locked(
    _clinic: Clinic, calendar: BusyCalendar, found: BusyTimes, now: datetime
) -> None:
    if BusyCalendar.objects.still(calendar).exists():
        _write(calendar.therapist_id, found.times, now)


def _write(therapist: int, times: list[Interval], now: datetime) -> None:
    gone, new = _difference(therapist, times, now)
    BusyTime.objects.filter(pk__in=gone).delete()
    BusyTime.objects.bulk_create(
        BusyTime(therapist_id=therapist, starts_at=one.start, ends_at=one.end) for one in new
    )


def _difference(
    therapist: int, times: list[Interval], now: datetime
) -> tuple[list[int], list[Interval]]:
    """The rows that go, and what is new. One that has begun is the same while its end is."""
    there = BusyTime.objects.filter(therapist=therapist)
    known = {_of_now(Interval(one.starts_at, one.ends_at), now): one.pk for one in there}
    wanted = {_of_now(one, now): one for one in times if one.end > now}
    gone = [pk for key, pk in known.items() if key not in wanted]
    return gone, [one for key, one in wanted.items() if key not in known]


def _of_now(one: Interval, now: datetime) -> tuple[datetime, datetime]:
    return max(one.start, now), one.end
