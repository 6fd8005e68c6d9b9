"""The facts that decide where a visit may stand, in a constant number of queries."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from math import ceil, floor
from typing import Any

from bookings.core.intervals import Interval, day_bounds, days_from
from bookings.core.scheduling.checks import Timetable, inside
from bookings.core.scheduling.codes import Code, Rules
from bookings.core.scheduling.openings import (
    Duration,
    Grid,
    Roster,
    Seconds,
    Span,
    joined,
    openings_of,
)
from bookings.models import Appointment, Client, Clinic, Room, Therapist, Treatment
from bookings.queries.list_first import Kind, kept_for_the_list
from bookings.queries.rota.facts import RotaOfDays, ask_for_rota, rota_told
from bookings.queries.rota.working_hours import timetables_as_told
from bookings.queries.scheduling.facts import (
    TAKEN_BY_PLACE,
    TAKEN_TIMES,
    Freed,
    Taken,
    ask_for_taken_times,
    taken_by_place_told,
    taken_told,
)
from bookings.queries.scheduling.slots import NOTHING, Ignoring, Placement, Slot
from bookings.queries.statements import SqlQuestion, together

# By free start, the ids of the therapists who can take it.
Starts = Mapping[Seconds, Sequence[int]]

# How far ahead the desk looks, whom the clinic's horizon does not bind.
FARTHEST_DAYS = 730


@dataclass(frozen=True)
class Opening:
    """A free start (aware, UTC) and the therapists who can take it.

    The desk is told where with each of them it is `for_the_list` first.
    """

    starts_at: datetime
    therapists: tuple[Therapist, ...]
    for_the_list: bool = False


@dataclass(frozen=True, kw_only=True)
class FreeTimes:
    """The `days` civil days from `first`, as they concern some treatments: what is free in them.

    `offered_by` and `suitable` are by treatment: the therapists at work here who offer it, and
    the rooms in use that suit it, in order. `hours` are by therapist, without what is booked;
    `rows` is all that takes time, by whom and where, `freed` what has come free lately, and
    `besides` what else was asked in the same round trip.
    """

    clinic: Clinic
    first: date
    days: int
    offered_by: dict[int, list[Therapist]]
    suitable: dict[int, list[Room]]
    hours: dict[int, Timetable]
    rows: Sequence[Sequence]
    freed: Sequence[Freed] = ()
    besides: Sequence[Sequence[Sequence]] = ()
    now: datetime

    def openings(self, treatment: Treatment, **asked: Any) -> list[Opening]:
        """The free starts in order of time; `asked` is what `starts` takes besides."""
        found = self.told(treatment, self.starts(treatment, **asked))
        if not (self.freed and asked.get("rules", Rules.ONLINE).is_staff):
            return found
        blocked = (asked.get("duration") or treatment.duration).blocked
        return [replace(one, for_the_list=self._is_all_for_the_list(one, blocked)) for one in found]

    def told(self, treatment: Treatment, starts: Starts) -> list[Opening]:
        """Such free starts as people know them."""
        people = {one.pk: one for one in self.offered_by[treatment.pk]}
        return [
            Opening(datetime.fromtimestamp(start, UTC), tuple(people[pk] for pk in takers))
            for start, takers in starts.items()
        ]

    def starts_by_day(
        self, treatment: Treatment, first: date, days: int, duration: Duration | None = None
    ) -> dict[date, dict[Seconds, list[int]]]:
        """The free starts of each of the days that has any."""
        found = self.starts(treatment, first=first, days=days, duration=duration)
        order = list(found)
        by_day = {}
        for day in days_from(first, days):
            begin, end = _seconds(day_bounds(day, 1, self.clinic.tz))
            there = order[bisect_left(order, begin) : bisect_left(order, end)]
            if there:
                by_day[day] = {start: found[start] for start in there}
        return by_day

    def starts(
        self,
        treatment: Treatment,
        *,
        first: date | None = None,
        days: int | None = None,
        duration: Duration | None = None,
        rules: Rules = Rules.ONLINE,
    ) -> dict[Seconds, list[int]]:
        """Each free start of all the days, or of some, with the ids of who can take it.

        It has no problem under the `rules`, which are those of a runner or of the desk's moves.
        """
        first, days = first or self.first, self.days if days is None else days
        if days < 1:
            return {}
        duration = duration or treatment.duration
        shown = day_bounds(first, days, self.clinic.tz)
        whole = (first, days) == (self.first, self.days)
        begin, end = _seconds(shown)
        rosters, rooms = self._of(treatment, None if whole else (begin, end + duration.blocked))
        step = self.clinic.start_step_minutes
        found = openings_of(
            rosters,
            rooms,
            duration=duration,
            grid=Grid.over(first, days, step_minutes=step, tz=self.clinic.tz),
            within=self._bookable(shown, rules),
        )
        return self._without_kept(found, duration) if rules.binds(Code.LIST_FIRST) else found

    def _is_all_for_the_list(self, opening: Opening, blocked: int) -> bool:
        start = int(opening.starts_at.timestamp())
        return all(self.is_for_the_list(start, blocked, one.pk) for one in opening.therapists)

    def is_for_the_list(self, start: Seconds, blocked: int, therapist: int) -> bool:
        """Whether the waiting list is asked first about some of that time."""
        end = start + blocked
        spans = inside(self._kept.get(therapist, []), (start, end))
        return any(since < end and start < until for since, until in spans)

    def _without_kept(
        self, found: dict[Seconds, list[int]], duration: Duration
    ) -> dict[Seconds, list[int]]:
        if not self._kept:
            return found
        open_to_all = {
            start: [pk for pk in takers if not self.is_for_the_list(start, duration.blocked, pk)]
            for start, takers in found.items()
        }
        return {start: takers for start, takers in open_to_all.items() if takers}

    @cached_property
    def _kept(self) -> dict[int, list[Span]]:
        """By therapist, in order; more is asked only where something has come free."""
        if not self.freed:
            return {}
        return kept_for_the_list(
            self.freed,
            day_bounds(self.first, self.days, self.clinic.tz),
            self.clinic,
            self._free,
            now=self.now,
        )

    def _free(self, kinds: Mapping[Kind, Treatment]) -> dict[Kind, dict[Seconds, list[int]]]:
        """The free starts of each kind of visit that is waited for, on the same days."""
        facts = free_times(
            self.clinic,
            first=self.first,
            days=self.days,
            treatments=set(kinds.values()),
            longest=timedelta(seconds=max(duration.blocked for _, duration in kinds)),
            now=self.now,
        )
        return {
            (pk, duration): facts.starts(one, duration=duration, rules=Rules.LISTED)
            for (pk, duration), one in kinds.items()
            if pk in facts.offered_by
        }

    def _of(
        self, treatment: Treatment, around: Span | None
    ) -> tuple[dict[int, Roster], list[Sequence[Span]]]:
        """Who offers it and where it may be, with all that is taken, or what touches a stretch."""
        people = {one.pk: self.timetables[one.pk] for one in self.offered_by[treatment.pk]}
        rooms = [room.pk for room in self.suitable[treatment.pk]]
        if around is None:
            return {pk: one.roster for pk, one in people.items()}, [self.rooms[pk] for pk in rooms]
        cut = {pk: _cut(one.sorted_roster, around) for pk, one in people.items()}
        return cut, [inside(self._sorted_rooms[pk], around) for pk in rooms]

    @property
    def timetables(self) -> dict[int, Timetable]:
        """By therapist, with what is booked."""
        return self._in_use[0]

    @property
    def rooms(self) -> dict[int, list[Span]]:
        """What is taken of each room that suits anything."""
        return self._in_use[1]

    @cached_property
    def _in_use(self) -> tuple[dict[int, Timetable], dict[int, list[Span]]]:
        visits: dict[int | None, list[Span]] = defaultdict(list)
        rooms: dict[int, list[Span]] = {
            room.pk: [] for there in self.suitable.values() for room in there
        }
        for person, place, spans in self._by_place:
            visits[person] += spans
            if place in rooms:
                rooms[place] += spans
        return {pk: replace(one, visits=visits[pk]) for pk, one in self.hours.items()}, rooms

    @property
    def _by_place(self) -> Iterable[tuple[int | None, int, Sequence[Span]]]:
        return self.rows  # type: ignore[return-value]

    def _bookable(self, shown: Interval, rules: Rules) -> Span:
        """Of the days shown, from the first start that the rules allow to before the last."""
        begin, end = _seconds(shown)
        begin = max(begin, floor(self.now.timestamp()) + 1)  # what starts now has begun
        if rules.binds(Code.TOO_SOON):
            begin = max(begin, ceil(self.clinic.first_bookable(self.now).timestamp()))
        if rules.binds(Code.TOO_FAR):
            last_day = day_bounds(self.clinic.last_bookable_day(self.now), 1, self.clinic.tz)
            end = min(end, int(last_day.end.timestamp()))
        return begin, end

    @cached_property
    def _sorted_rooms(self) -> dict[int, list[Span]]:
        return {pk: joined(spans) for pk, spans in self.rooms.items()}


class DiaryFacts(FreeTimes):
    """With whose each of the `rows` is (`Taken`): why a start cannot be had, and who takes it."""

    @property
    def _by_place(self) -> Iterable[tuple[int | None, int, Sequence[Span]]]:
        for _, person, room, _, start, _, blocked_until in self.rows:
            yield person, room, ((start, blocked_until),)

    def takers(self, slot: Slot) -> list[Therapist]:
        """Who offers it, and is the one wanted if anybody is: fewest minutes booked first."""
        there = self.offered_by.get(slot.treatment.pk, [])
        if slot.therapist is not None:
            there = [one for one in there if one == slot.therapist]
        booked = self._booked_on(self.clinic.day_of(slot.start))
        return sorted(there, key=lambda one: (booked[one.pk], one.name))

    def free_rooms(self, slot: Slot) -> list[Room]:
        """The suitable rooms that nothing is in then, in order."""
        start = int(slot.start.timestamp())
        end = start + slot.duration.blocked
        there = self.suitable.get(slot.treatment.pk, [])
        return [room for room in there if not self._is_taken(room, start, end)]

    def _is_taken(self, room: Room, start: Seconds, end: Seconds) -> bool:
        near = inside(self._sorted_rooms[room.pk], (start, end))
        return any(since < end and start < until for since, until in near)

    def timetable_near(self, therapist: Therapist, start: Seconds, end: Seconds) -> Timetable:
        """What touches that time; a therapist's days are many where a series is looked at."""
        return self._in_order[therapist.pk].around((start, end))

    @cached_property
    def _in_order(self) -> dict[int, Timetable]:
        return {pk: one.in_order() for pk, one in self.timetables.items()}

    def is_lent_out(self, room: Room, slot: Slot) -> bool:
        start = int(slot.start.timestamp())
        end = start + slot.duration.blocked
        return any(
            one.is_loan and one.room == room.pk and one.start < end and start < one.end
            for one in self.taken
        )

    def make_known_to(self, visit: Appointment, treatment: Treatment) -> None:
        """Who and where it is, so that nobody asks the database for them once more."""
        visit.treatment = treatment
        people, rooms = self.offered_by[treatment.pk], self.suitable[treatment.pk]
        for one in (one for one in people if one.pk == visit.therapist_id):
            visit.therapist = one
        for room in (room for room in rooms if room.pk == visit.room_id):
            visit.room = room

    def with_taken(self, placement: Placement) -> "DiaryFacts":
        """The same with one visit more in it."""
        return replace(self, rows=[*self.rows, taken_by(placement)])

    @cached_property
    def taken(self) -> Sequence[Taken]:
        return [Taken._make(row) for row in self.rows]

    @cached_property
    def taken_by_client(self) -> dict[int | None, list[Taken]]:
        found: dict[int | None, list[Taken]] = defaultdict(list)
        for one in self.taken:
            found[one.client].append(one)
        return found

    @cached_property
    def _by_start(self) -> list[Taken]:
        return sorted(self.taken, key=_start_of)

    @cached_property
    def client_names(self) -> dict[int, str]:
        """By id, all who are in the diary then; one query, asked only to say who is in the way."""
        there = {one.client for one in self.taken if one.client is not None}
        return dict(Client.objects.filter(pk__in=there).values_list("pk", "name"))

    def _booked_on(self, day: date) -> Counter[int]:
        """How many seconds each therapist's visits of the day last, without their pauses."""
        begin, until = _seconds(day_bounds(day, 1, self.clinic.tz))
        booked: Counter[int] = Counter()
        first, end = (bisect_left(self._by_start, at, key=_start_of) for at in (begin, until))
        for one in self._by_start[first:end]:
            if one.therapist is not None:
                booked[one.therapist] += one.end - one.start
        return booked


def free_times(clinic: Clinic, **asked: Any) -> FreeTimes:
    """What is free, and no more: as `diary_facts`, for less where days and therapists are many."""
    return FreeTimes(**_facts(clinic, TAKEN_BY_PLACE, taken_by_place_told, **asked))


def diary_facts(clinic: Clinic, **asked: Any) -> DiaryFacts:
    """Two questions, for any number of days and treatments; what is asked is `_facts`' to say."""
    return DiaryFacts(**_facts(clinic, TAKEN_TIMES, taken_told, **asked))


def _facts(
    clinic: Clinic,
    taken_times: str,
    told: Callable[[Sequence[Sequence]], dict[str, Any]],
    *,
    first: date,
    days: int,
    treatments: Iterable[Treatment],
    therapist: Therapist | None = None,
    longest: timedelta = timedelta(),
    asked: Collection[date] = (),
    ignoring: Ignoring = NOTHING,
    besides: Sequence[SqlQuestion] = (),
    now: datetime,
) -> dict[str, Any]:
    """Of the `therapist` alone, if one is given. `longest`: of a visit that blocks longer than its
    treatment. `asked`: the days with hours."""
    blocked = {one.pk: timedelta(seconds=one.duration.blocked) for one in treatments}
    during = _longer(day_bounds(first, days, clinic.tz), [longest, *blocked.values()])
    wanted = ask_for_rota(blocked, asked or days_from(first, days), during, therapist=therapist)
    taken = ask_for_taken_times(during, ignoring, sql=taken_times, now=now)
    of_rota, of_diary, *others = together(wanted, taken, *besides)
    about = {"clinic": clinic, "first": first, "days": days, "now": now, "besides": others}
    return about | _of_the_rota(rota_told(blocked, of_rota), clinic) | told(of_diary)


def _of_the_rota(found: RotaOfDays, clinic: Clinic) -> dict[str, Any]:
    hours = timetables_as_told(found.people, found.time_off, found.hours, clinic)
    return {"offered_by": found.offered_by, "suitable": found.suitable, "hours": hours}


def _longer(shown: Interval, by: Iterable[timedelta]) -> Interval:
    return Interval(shown.start, shown.end + max(by))


def _start_of(taken: Taken) -> Seconds:
    return taken.start


def taken_by(placement: Placement) -> Taken:
    start, end = _seconds(placement.interval)
    until = int(placement.blocked_until.timestamp())
    return Taken(None, placement.therapist.pk, placement.room.pk, None, start, end, until)


def facts_by_day(
    slots: Sequence[Slot],
    clinic: Clinic,
    *,
    ignoring: Ignoring = NOTHING,
    besides: Sequence[SqlQuestion] = (),
    now: datetime,
) -> dict[date, DiaryFacts]:
    """What decides about each of them, once for each day of a start; `besides` with the first."""
    by_day: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_day[clinic.day_of(slot.start)].append(slot)
    found: dict[date, DiaryFacts] = {}
    for day, there in by_day.items():
        asked = {"ignoring": ignoring, "besides": () if found else besides, "now": now}
        found[day] = _facts_of_day(day, there, clinic, **asked)
    return found


def facts_for(
    slot: Slot, clinic: Clinic, *, ignoring: Ignoring = NOTHING, now: datetime
) -> DiaryFacts:
    """What decides about the very slot: the day of its start, and its therapist alone."""
    [facts] = facts_by_day([slot], clinic, ignoring=ignoring, now=now).values()
    return facts


def _facts_of_day(day: date, slots: Sequence[Slot], clinic: Clinic, **asked: Any) -> DiaryFacts:
    wanted = {slot.therapist for slot in slots}
    return diary_facts(
        clinic,
        first=day,
        days=1,
        treatments={slot.treatment for slot in slots},
        therapist=wanted.pop() if len(wanted) == 1 else None,
        longest=timedelta(seconds=max(slot.duration.blocked for slot in slots)),
        **asked,
    )


def _cut(roster: Roster, around: Span) -> Roster:
    return Roster(inside(roster.working, around), inside(roster.taken, around))


def _seconds(interval: Interval) -> Span:
    return int(interval.start.timestamp()), int(interval.end.timestamp())
