"""Free starts: the facts in a constant number of queries, the answer from the core."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from math import ceil

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import (
    Grid,
    Roster,
    Seconds,
    Span,
    Visit,
    clock_span,
    openings_of,
    without,
)
from bookings.models import Appointment, Clinic, Therapist, Treatment
from bookings.queries.rota import facts

DAYS_TO_LOOK_AROUND = 3


@dataclass(frozen=True)
class Opening:
    """A free start (aware, UTC) and the therapists who can take it."""

    starts_at: datetime
    therapists: tuple[Therapist, ...]


@dataclass(frozen=True)
class Diary:
    """The facts about some days, as they concern one treatment.

    `booked` is how long each therapist's visits of those days last, without their buffers.
    """

    therapists: dict[int, Therapist]
    rosters: dict[int, Roster]
    rooms: dict[int, list[Span]]
    booked: dict[int, Seconds]
    visit: Visit
    grid: Grid
    within: Span

    @cached_property
    def starts(self) -> dict[Seconds, list[int]]:
        """Each free start with the ids of the therapists who can take it, in order."""
        return openings_of(
            self.rosters,
            self.rooms.values(),
            visit=self.visit,
            grid=self.grid,
            within=self.within,
        )

    def openings(self) -> list[Opening]:
        return [
            Opening(datetime.fromtimestamp(start, UTC), tuple(self.therapists[i] for i in ids))
            for start, ids in self.starts.items()
        ]

    def takers(self, start: datetime) -> list[Therapist]:
        """Who can take that very start; nobody when it is not an opening."""
        return [self.therapists[i] for i in self.starts.get(start.timestamp(), ())]

    def rooms_free_at(self, start: datetime) -> list[int]:
        begin = int(start.timestamp())
        end = begin + self.visit.blocked
        return [
            room
            for room, taken in self.rooms.items()
            if all(end <= span[0] or span[1] <= begin for span in taken)
        ]

    def is_on_the_grid(self, start: datetime) -> bool:
        second = start.timestamp()
        place = bisect_left(self.grid.starts, second)
        return place < len(self.grid.starts) and self.grid.starts[place] == second


def diary(
    clinic: Clinic,
    treatment: Treatment,
    *,
    first: date,
    days: int,
    now: datetime,
    therapist: Therapist | None = None,
    visitor: str = "",
    moving: Appointment | None = None,
) -> Diary:
    """The diary of `days` civil days of the clinic from `first`.

    The visitor's own holds, holds past their end, and an appointment about to be moved do
    not take time. A moved appointment keeps the length it was booked with.
    """
    visit = treatment.visit if moving is None else _visit_of(moving)
    shown = day_bounds(first, days, clinic.tz)
    during = Interval(shown.start, shown.end + timedelta(seconds=visit.blocked))
    therapists = {person.pk: person for person in facts.offering(treatment, therapist)}
    rooms: dict[int, list[Span]] = {pk: [] for pk in facts.suitable_rooms(treatment)}
    taken = time_off(therapists, during)
    booked: dict[int, Seconds] = dict.fromkeys(therapists, 0)
    first_second = shown.start.timestamp()
    times = facts.taken_times(during, now=now, visitor=visitor, moving=moving and moving.pk)
    for person, room, start, end, blocked_until in times:
        if person in taken:
            taken[person].append((start, blocked_until))
            booked[person] += end - start if start >= first_second else 0
        if room in rooms:
            rooms[room].append((start, blocked_until))
    working = hours_of_work(therapists, first, days, clinic)
    return Diary(
        therapists=therapists,
        rosters={pk: Roster(working[pk], taken[pk]) for pk in therapists},
        rooms=rooms,
        booked=booked,
        visit=visit,
        grid=Grid.over(first, days, step_minutes=clinic.start_step_minutes, tz=clinic.tz),
        within=bookable_span(clinic, shown, now),
    )


def openings(clinic: Clinic, treatment: Treatment, **asked) -> list[Opening]:
    """The free starts in order of time; takes what `diary` takes."""
    return diary(clinic, treatment, **asked).openings()


def nearest(
    clinic: Clinic, treatment: Treatment, start: datetime, *, now: datetime, count: int = 3, **asked
) -> list[Opening]:
    """The `count` openings nearest to `start`, in order of time."""
    today = now.astimezone(clinic.tz).date()
    wanted = start.astimezone(clinic.tz).date()
    first = max(today, wanted - timedelta(days=DAYS_TO_LOOK_AROUND))
    around = openings(
        clinic, treatment, first=first, days=2 * DAYS_TO_LOOK_AROUND + 1, now=now, **asked
    )
    if len(around) < count:
        around = openings(
            clinic, treatment, first=today, days=clinic.horizon_days + 1, now=now, **asked
        )
    around.sort(key=lambda opening: abs(opening.starts_at - start))
    return sorted(around[:count], key=lambda opening: opening.starts_at)


def next_free(
    clinic: Clinic, treatment: Treatment, *, after: datetime, now: datetime, **asked
) -> Opening | None:
    """The first opening at or after a moment; None when there is none within the horizon."""
    first = max(after, now).astimezone(clinic.tz).date()
    days = (clinic.last_bookable_day(now) - first).days + 1
    if days < 1:
        return None
    found = openings(clinic, treatment, first=first, days=days, now=now, **asked)
    return next((opening for opening in found if opening.starts_at >= after), None)


def _visit_of(appointment: Appointment) -> Visit:
    length = appointment.ends_at - appointment.starts_at
    buffer = appointment.blocked_until - appointment.ends_at
    return Visit(length=int(length.total_seconds()), buffer=int(buffer.total_seconds()))


def bookable_span(clinic: Clinic, shown: Interval, now: datetime) -> Span:
    """From the end of the minimum notice to the end of the horizon's last day."""
    last_day = day_bounds(clinic.last_bookable_day(now), 1, clinic.tz)
    first = max(shown.start, clinic.first_bookable(now))
    return ceil(first.timestamp()), int(min(shown.end, last_day.end).timestamp())


def time_off(therapists: Iterable[int], during: Interval) -> dict[int, list[Span]]:
    """Absences per therapist; a closure is everybody's."""
    away: dict[int, list[Span]] = {pk: [] for pk in therapists}
    for person, start, end in facts.time_off(away, during):
        for pk in away if person is None else (person,):
            away[pk].append((start, end))
    return away


def hours_of_work(
    therapists: Iterable[int], first: date, days: int, clinic: Clinic
) -> dict[int, list[Span]]:
    """Each therapist's hours, weekly and extra, without their weekly breaks."""
    working: dict[int, list[Span]] = defaultdict(list)
    pauses: dict[int, list[Span]] = defaultdict(list)
    last = first + timedelta(days=days - 1)
    for therapist, day, start, end, works in facts.hours_of_work(therapists, first, last):
        if hours := clock_span(day, start, end, clinic.tz):
            (working if works else pauses)[therapist].append(hours)
    for therapist, breaks in pauses.items():
        working[therapist] = without(working[therapist], breaks)
    return working
