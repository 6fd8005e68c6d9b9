"""Free time in the diary: where it lies, what fits into it, and the address that books there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from bookings.core.intervals import Interval
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.openings import without
from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.desk.diary_days import DiaryDays, moment
from bookings.queries.scheduling.diary import facts_by_day
from bookings.queries.scheduling.problems import problems_with
from bookings.queries.scheduling.slots import Slot
from bookings.web.days import instant_in
from bookings.web.forms import whole_number

A_CLOCK = re.compile(r"[0-2]\d:[0-5]\d")
EARLIER_STARTS = 8  # at most so many are tried where nothing fits after what was pressed
BLOCKED_FOR = timedelta(hours=1)  # proposed where no end is known


@dataclass(frozen=True)
class BookableGap:
    """Time of a therapist's hours in which nothing stands; `url` books at its start.

    `asked_at` is when the waiting list is asked about some of it, where that is still to come.
    """

    interval: Interval
    url: str
    asked_at: datetime | None = None

    @property
    def minutes(self) -> int:
        return int((self.interval.end - self.interval.start).total_seconds()) // 60


@dataclass(frozen=True)
class PressedGap:
    """A free place of the diary that was pressed: what fits there, and what may block it.

    `when` is the start in the words of the form, where it is another than what was pressed.
    """

    start: datetime
    therapist: Therapist | None
    treatments: list[Treatment]
    blocks: str
    when: str = ""

    @classmethod
    def of(cls, data: Any, clinic: Clinic, now: datetime) -> "PressedGap | None":
        """None unless the address names a place: an instant as `gap`, or 1 and one as `when`."""
        named = data.get("gap", "") if "gap" in data else None
        pressed = instant_in(data.get("when", "") if named in ("", "1") else named or "", clinic.tz)
        if pressed is None:
            return None
        therapist = (
            Therapist.objects.active().filter(pk=whole_number(data.get("therapist"))).first()
        )
        since = instant_in(data.get("since", ""), clinic.tz) or pressed
        start, treatments = _last_that_fits(pressed, since, therapist, clinic, now)
        until = data.get("until", "")
        blocks = blocking(start, until if A_CLOCK.fullmatch(until) else "", therapist, clinic)
        return cls(
            start, therapist, treatments, blocks, "" if start == pressed else _when(start, clinic)
        )

    @property
    def pressed(self) -> str:
        """For the form, which says anew what place it is about."""
        return self.start.isoformat()


def _last_that_fits(
    pressed: datetime, since: datetime, therapist: Therapist | None, clinic: Clinic, now: datetime
) -> tuple[datetime, list[Treatment]]:
    """Near the end of free time nothing may fit any more: then what fits before, since it began."""
    start, step = pressed, timedelta(minutes=clinic.start_step_minutes)
    for _one in range(EARLIER_STARTS):
        if treatments := fitting(start, therapist, clinic, now=now):
            return start, treatments
        if start - step < since:
            break
        start -= step
    return pressed, []


def _when(start: datetime, clinic: Clinic) -> str:
    return f"{start.astimezone(clinic.tz):%Y-%m-%d %H:%M}"


def gaps_of(shown: DiaryDays, therapist: Therapist, clinic: Clinic) -> list[BookableGap]:
    """From one visit's buffer to the next visit, breaks and absences left out, and hours in which
    no room is left; what is to come.

    Only what something that the therapist offers fits into: the desk reads them out on the phone.
    """
    offered = shown.offered.get(therapist.pk, [])
    if not therapist.active or not offered:
        return []
    taken = [
        (int(start.timestamp()), int(end.timestamp())) for start, end in _taken(shown, therapist)
    ] + [*shown.without_room.get(therapist.pk, ())]
    shortest = 60 * min(minutes for minutes, _pause in offered)
    blocking = _blocking(shown, therapist)
    found = [
        (on_the_grid(max(moment(start), shown.now), clinic), moment(end))
        for start, end in without(shown.hours.get(therapist.pk, []), taken)
        if end - start >= shortest
    ]
    return [
        BookableGap(
            Interval(start, end), address_of(start, therapist, clinic), _asked_at(shown, start, end)
        )
        for start, end in found
        if any(
            start + timedelta(minutes=minutes + (pause if end in blocking else 0)) <= end
            for minutes, pause in offered
        )
    ]


def _asked_at(shown: DiaryDays, start: datetime, end: datetime) -> datetime | None:
    asked = (at for freed, at in shown.asked if freed.overlaps(Interval(start, end)))
    return min(asked, default=None)


def _blocking(shown: DiaryDays, therapist: Therapist) -> set[datetime]:
    """When a visit, an absence or a time without a room begins: the pause after a visit ends
    before it, too.

    Into a break, and past the hours of work, it may run.
    """
    visits = {one.starts_at for one in shown.visits_of.get(therapist.pk, ())}
    whose = (None, therapist.pk)
    away = {one.starts_at for one in shown.absences if one.therapist_id in whose}
    return visits | away | {moment(start) for start, _ in shown.without_room.get(therapist.pk, ())}


def on_the_grid(start: datetime, clinic: Clinic) -> datetime:
    """Or the next start that the clinic offers, as after a buffer of ten minutes."""
    local = start.astimezone(clinic.tz)
    into_the_day = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    into_the_day += timedelta(microseconds=local.microsecond)
    return start + -into_the_day % timedelta(minutes=clinic.start_step_minutes)


def _taken(shown: DiaryDays, therapist: Therapist) -> Iterator[tuple[datetime, datetime]]:
    for visit in shown.visits_of.get(therapist.pk, ()):
        yield visit.starts_at, visit.blocked_until
    for pause, during in shown.breaks:
        if pause.therapist_id == therapist.pk:
            yield during.start, during.end
    for away in shown.absences:
        if away.therapist_id in (None, therapist.pk):
            yield away.starts_at, away.ends_at


def address_of(start: datetime, therapist: Therapist, clinic: Clinic) -> str:
    """Of the booking form, filled in; the diary's script makes the same for where one presses."""
    filled = {"when": _when(start, clinic), "therapist": therapist.pk, "gap": 1}
    return f"{reverse('diary:new')}?{urlencode(filled)}"


def fitting(
    start: datetime, therapist: Therapist | None, clinic: Clinic, *, now: datetime
) -> list[Treatment]:
    """The treatments that can stand there without anything against it, but notice."""
    offered = list(Treatment.objects.filter(active=True))
    slots = [Slot(treatment=one, start=start, therapist=therapist) for one in offered]
    if not slots:
        return []
    [facts] = facts_by_day(slots, clinic, now=now).values()
    return [
        slot.treatment for slot in slots if not problems_with(slot, facts, rules=Rules.DESK_MOVE)
    ]


def blocking(start: datetime, until: str, therapist: Therapist | None, clinic: Clinic) -> str:
    """What a form that blocks the time is filled in with, as a query."""
    local = start.astimezone(clinic.tz)
    facts = {
        "first": f"{local:%Y-%m-%d}",
        "start": f"{local:%H:%M}",
        "end": until or f"{(start + BLOCKED_FOR).astimezone(clinic.tz):%H:%M}",
    }
    return urlencode(facts | ({"therapist": therapist.pk} if therapist else {}))
