"""Three months of past visits, three quarters full, and six weeks of what is booked by now."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import (
    Duration,
    Grid,
    Roster,
    Seconds,
    Span,
    openings_of,
)
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, Appointment, Clinic, Room, Therapist, Treatment
from bookings.queries.rota.working_hours import hours_of_work
from clinic.demo.data.clinic import FIRST_VISIT
from clinic.demo.data.crowd import Crowd

FULL = 0.77  # of the working time, buffers included; some of it is cancelled again
EARLIEST = 45  # days before a visit that it is booked; nearly nobody has booked what is farther off
POPULARITY = {
    FIRST_VISIT: 0.4,
    "Sports massage 30": 2,
    "Sports massage 60": 8,
    "Sports massage 90": 2,
    "Pre-race 30": 1,
    "Post-race 45": 1,
}
A_LITTLE_OVER = 30 * 60  # seconds by which the last visit of a day may pass the mark
TRIES = 6


class Rota:
    """Who works when and what they are away for, read once for all the days."""

    def __init__(self, clinic: Clinic, first: date, days: int):
        self.therapists = list(Therapist.objects.order_by("pk").prefetch_related("treatments"))
        people = [therapist.pk for therapist in self.therapists]
        self._working: dict[tuple[int, date], list[Span]] = defaultdict(list)
        for day in (first + timedelta(days=offset) for offset in range(days)):
            for pk, spans in hours_of_work(people, [day], clinic).items():
                self._working[pk, day] = spans
        self._absences = [
            (absence.therapist_id, _span(Interval(absence.starts_at, absence.ends_at)))
            for absence in Absence.objects.all()
        ]

    def of(self, therapist: Therapist, day: date) -> Roster:
        away = [span for pk, span in self._absences if pk in (None, therapist.pk)]
        return Roster(self._working[therapist.pk, day], away)


def visits(
    clinic: Clinic, *, first: date, days: int, now: datetime, crowd: Crowd, chance: Random
) -> Iterator[Appointment]:
    """Unsaved visits of `days` days from `first`, day by day."""
    rota = Rota(clinic, first, days)
    rooms = list(Room.objects.values_list("pk", flat=True))
    for offset in range(days):
        day = first + timedelta(days=offset)
        filling = Filling(clinic, day, now, crowd, chance, {room: [] for room in rooms})
        for therapist in rota.therapists:
            yield from filling.fill(therapist, rota.of(therapist, day))


@dataclass
class Filling:
    """One day as it fills: what each room has taken so far."""

    clinic: Clinic
    day: date
    now: datetime
    crowd: Crowd
    chance: Random
    rooms: dict[int, list[Span]]
    grid: Grid = field(init=False)

    def __post_init__(self) -> None:
        step = self.clinic.start_step_minutes
        self.grid = Grid.over(self.day, 1, step_minutes=step, tz=self.clinic.tz)

    def fill(self, therapist: Therapist, roster: Roster) -> Iterator[Appointment]:
        """Visits until the therapist's day is full enough or nothing drawn fits."""
        taken = list(roster.taken)
        left = FULL * self._booked_by_now * _at_work(roster)
        while left > 0:
            placed = self._place(therapist, Roster(roster.working, taken), left)
            if placed is None:
                return
            treatment, start, room = placed
            visit = self._visit(therapist, treatment, start, room)
            if visit.status != Status.CANCELLED:
                taken.append((start, start + treatment.duration.blocked))
                self.rooms[room].append(taken[-1])
            left -= treatment.duration.blocked
            yield visit

    @property
    def _booked_by_now(self) -> float:
        """The share that those come to who book so early."""
        ahead = (self.day - self.clinic.day_of(self.now)).days
        return min(1.0, max(0.0, 1 - ahead / EARLIEST))

    def _place(
        self, therapist: Therapist, roster: Roster, left: float
    ) -> tuple[Treatment, Seconds, int] | None:
        """A treatment, a start close to the earlier visits (as a desk would), and a room."""
        for treatment in self._wishes(list(therapist.treatments.all())):
            duration = treatment.duration
            free = self._starts(roster, duration)
            if free and duration.blocked <= left + A_LITTLE_OVER:
                start = free[min(int(self.chance.expovariate(0.7)), len(free) - 1)]
                return treatment, start, self._room(start, duration)
        return None

    def _wishes(self, treatments: list[Treatment]) -> list[Treatment]:
        wanted = [one for one in treatments if self.crowd.wants(one)]
        weights = [POPULARITY[treatment.name] for treatment in wanted]
        return self.chance.choices(wanted, weights, k=TRIES)

    def _starts(self, roster: Roster, duration: Duration) -> list[Seconds]:
        within = _span(day_bounds(self.day, 1, self.clinic.tz))
        rooms = self.rooms.values()
        return list(
            openings_of({"one": roster}, rooms, duration=duration, grid=self.grid, within=within)
        )

    def _room(self, start: Seconds, duration: Duration) -> int:
        end = start + duration.blocked
        return next(
            room
            for room, taken in self.rooms.items()
            if all(end <= begins or ends <= start for begins, ends in taken)
        )

    def _visit(
        self, therapist: Therapist, treatment: Treatment, start: Seconds, room: int
    ) -> Appointment:
        during = Interval.lasting(datetime.fromtimestamp(start, UTC), treatment.minutes)
        wished_at = self._some_days_before(min(during.start, self.now))
        client = self.crowd.somebody(treatment, self.day, wished_at)
        booked_at = max(wished_at, client.created_at)
        status = self._what_became_of_it(during)
        return Appointment(
            client=client,
            therapist=therapist,
            room_id=room,
            treatment=treatment,
            starts_at=during.start,
            ends_at=during.end,
            blocked_until=during.end + timedelta(minutes=treatment.buffer_minutes),
            status=status,
            price=treatment.price,
            any_therapist=self.chance.random() < 0.4,
            vouched_for=True,
            revision=1 if status == Status.CANCELLED else 0,
            created_at=booked_at,
            booked_at=booked_at,
        )

    def _some_days_before(self, moment: datetime) -> datetime:
        return moment - timedelta(
            days=self.chance.randint(1, EARLIEST), minutes=self.chance.randint(0, 600)
        )

    def _what_became_of_it(self, visit: Interval) -> Status:
        drawn = self.chance.random()
        if drawn < 0.05:
            return Status.CANCELLED
        if visit.start > self.now:
            return Status.BOOKED
        if visit.end > self.now:
            return Status.ARRIVED
        return Status.NO_SHOW if drawn < 0.08 else Status.COMPLETED


def _span(interval: Interval) -> Span:
    return int(interval.start.timestamp()), int(interval.end.timestamp())


def _at_work(roster: Roster) -> Seconds:
    """The working time without absences and closures."""
    return sum(
        end - start - sum(max(0, min(end, off) - max(start, away)) for away, off in roster.taken)
        for start, end in roster.working
    )
