"""Three months of past visits and six weeks of future ones, about three quarters full."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from bookings.core.intervals import Interval
from bookings.core.openings import Grid, Roster, Seconds, Visit, openings_of
from bookings.core.statuses import Status
from bookings.models import Appointment, AppointmentEvent, Client, Clinic, Therapist, Treatment
from bookings.queries.openings import diary

FULL = 0.75  # of the working time, buffers included
POPULARITY = {
    "First visit": 1, "Sports massage 30": 2, "Sports massage 60": 8, "Sports massage 90": 2,
    "Pre-race 30": 1, "Post-race 45": 1,
}  # fmt: skip
MINUTE = 60


@dataclass
class Filling:
    """One day as it fills: what each therapist, room and client has taken so far."""

    clinic: Clinic
    day: date
    now: datetime
    chance: Random
    taken: dict[int, list] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list] = field(default_factory=dict)
    clients_seen: set[int] = field(default_factory=set)

    def fill(self, treatments: list[Treatment], clients: list[Client]) -> Iterator[Appointment]:
        """Visits for every therapist of the day, until each is full enough or nothing fits."""
        grid = Grid.over(
            self.day, 1, step_minutes=self.clinic.start_step_minutes, tz=self.clinic.tz
        )
        offered = {
            treatment: diary(self.clinic, treatment, first=self.day, days=1, now=self.now)
            for treatment in treatments
        }
        for facts in offered.values():
            self.rooms.update({room: self.rooms.get(room, []) for room in facts.rooms})
        rosters: dict[int, tuple[Therapist, Roster]] = {}
        for facts in offered.values():
            for pk, roster in facts.rosters.items():
                rosters[pk] = (facts.therapists[pk], roster)
        for pk in sorted(rosters):
            therapist, roster = rosters[pk]
            own = [treatment for treatment in treatments if pk in offered[treatment].therapists]
            yield from self._fill_one(therapist, roster, own, clients, grid)

    def _fill_one(self, therapist, roster, treatments, clients, grid) -> Iterator[Appointment]:
        at_work = _seconds(roster.working) - _overlap(roster)
        wanted = at_work * FULL
        used = 0
        while used < wanted and (
            placed := self._place(therapist, roster, treatments, grid, wanted - used)
        ):
            treatment, start, room = placed
            blocked = treatment.visit.blocked
            visit = self._visit(therapist, treatment, start, room, clients)
            yield visit
            if visit.status != Status.CANCELLED:
                self.taken[therapist.pk].append((start, start + blocked))
                self.rooms[room].append((start, start + blocked))
            used += blocked

    def _place(self, therapist, roster, treatments, grid, left):
        """A treatment, a start and a room: close to the visits before it, as a desk would."""
        weights = [POPULARITY[treatment.name] for treatment in treatments]
        for treatment in self.chance.choices(treatments, weights, k=4):
            visit = treatment.visit
            free = self._starts(therapist, roster, visit, grid)
            if free and visit.blocked <= left + 30 * MINUTE:
                start = free[min(int(self.chance.expovariate(0.7)), len(free) - 1)]
                return treatment, start, self._room(start, visit)
        return None

    def _starts(self, therapist, roster, visit: Visit, grid) -> list[Seconds]:
        taken = [*roster.taken, *self.taken[therapist.pk]]
        free = openings_of(
            {therapist.pk: Roster(roster.working, taken)},
            self.rooms.values(),
            visit=visit,
            grid=grid,
            within=(grid.starts[0], grid.starts[-1] + 1),
        )
        return list(free)

    def _room(self, start: Seconds, visit: Visit) -> int:
        end = start + visit.blocked
        return next(
            room
            for room, taken in self.rooms.items()
            if all(end <= a or b <= start for a, b in taken)
        )

    def _visit(self, therapist, treatment, start, room, clients) -> Appointment:
        client = self._somebody(clients)
        starts_at = datetime.fromtimestamp(start, UTC)
        interval = Interval.lasting(starts_at, treatment.minutes)
        booked_at = min(starts_at, self.now) - timedelta(
            days=self.chance.randint(1, 25), minutes=self.chance.randint(0, 600)
        )
        return Appointment(
            client=client,
            therapist=therapist,
            room_id=room,
            treatment=treatment,
            starts_at=interval.start,
            ends_at=interval.end,
            blocked_until=interval.end + timedelta(minutes=treatment.buffer_minutes),
            status=self._what_became_of_it(interval),
            price=treatment.price,
            any_therapist=self.chance.random() < 0.4,
            created_at=booked_at,
            booked_at=booked_at,
        )

    def _somebody(self, clients: list[Client]) -> Client:
        """Nobody comes twice a day."""
        client = self.chance.choice([one for one in clients if one.pk not in self.clients_seen])
        self.clients_seen.add(client.pk)
        return client

    def _what_became_of_it(self, visit: Interval) -> Status:
        drawn = self.chance.random()
        if drawn < 0.05:
            return Status.CANCELLED
        if visit.start > self.now:
            return Status.BOOKED
        if visit.end > self.now:
            return Status.ARRIVED
        return Status.NO_SHOW if drawn < 0.08 else Status.COMPLETED


def _seconds(spans) -> int:
    return sum(end - start for start, end in spans)


def _overlap(roster: Roster) -> int:
    """How much of the working time is taken off already: absences and closures."""
    return sum(
        max(0, min(end, off) - max(start, away))
        for start, end in roster.working
        for away, off in roster.taken
    )


def events_of(visit: Appointment) -> Iterator[AppointmentEvent]:
    """What its history would say."""
    yield AppointmentEvent(appointment=visit, kind=Status.BOOKED, at=visit.booked_at, by="runner")
    if visit.status == Status.CANCELLED:
        at = visit.booked_at + (visit.starts_at - visit.booked_at) / 2
        yield AppointmentEvent(
            appointment=visit,
            kind=visit.status,
            at=min(at, visit.starts_at),
            by="runner",
            facts={"reason": "plans_changed"},
        )
    elif visit.status != Status.BOOKED:
        at = visit.ends_at if visit.status == Status.COMPLETED else visit.starts_at
        yield AppointmentEvent(appointment=visit, kind=visit.status, at=at, by="desk: demo")
