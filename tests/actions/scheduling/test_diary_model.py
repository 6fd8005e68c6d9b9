"""Hold, book, move, cancel and expire at random, beside a model that checks every minute."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from secrets import token_hex
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import booking, cancellation, changes, holds
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.changes import MoveRequest
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.slots import Slot
from tests.factories import (
    make_absence,
    make_clinic,
    make_loan,
    make_room,
    make_shift,
    make_therapist,
    make_treatment,
)

LONDON = ZoneInfo("Europe/London")
AUTUMN = datetime(2026, 10, 25, tzinfo=LONDON).date()  # the clocks go back at two
STEP = 30
EXAMPLES = int(os.environ.get("EXAMPLES", "20"))  # make soak asks for more
VISITORS = ["ana", "bo", "cy"]
DAYS = 2


def utc(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


AWAY = (utc(AUTUMN, 3), utc(AUTUMN, 3, 30))  # Lee
LENT = (utc(AUTUMN, 1), utc(AUTUMN, 1) + timedelta(minutes=75))  # Two, over the hour that repeats


@cache
def minutes_from(start, how_many):
    return frozenset(start + timedelta(minutes=m) for m in range(how_many))


@cache
def works(number, start, how_many):
    """Every minute is in one and the same shift, by the clinic's clock."""
    clocks = [minute.astimezone(LONDON) for minute in minutes_from(start, how_many)]
    night = all(c.date() == AUTUMN and c.hour < 4 + number for c in clocks)
    day = all(c.date() == AUTUMN + timedelta(days=1) and 9 <= c.hour < 12 for c in clocks)
    return night or day


@cache
def is_away(number, start, how_many):
    return number == 1 and any(AWAY[0] <= m < AWAY[1] for m in minutes_from(start, how_many))


@cache
def is_lent(start, how_many):
    return any(LENT[0] <= minute < LENT[1] for minute in minutes_from(start, how_many))


@dataclass(frozen=True)
class Taken:
    """What the model knows of one row: minutes since the epoch of the test."""

    therapist: int
    room: int
    start: datetime
    minutes: int
    buffer: int
    visitor: str = ""
    until: datetime | None = None

    @property
    def minutes_blocked(self):
        return minutes_from(self.start, self.minutes + self.buffer)

    def holds(self, now):
        return self.until is None or self.until > now


class DiaryModel(RuleBasedStateMachine):
    """Two therapists, two rooms, two treatments, over the night the clocks go back."""

    booked = Bundle("booked")

    @initialize()
    def open_the_clinic(self):
        Appointment.objects.all().delete()
        self.now = utc(AUTUMN - timedelta(days=2), 12)
        self.rows: dict[int, Taken] = {}
        self.clinic = make_clinic(start_step_minutes=STEP, move_cutoff_hours=0)
        tag = token_hex(4)
        self.people = [make_therapist(f"{name} {tag}") for name in ("Kim", "Lee")]
        for number, person in enumerate(self.people):
            make_shift(person, AUTUMN.weekday(), time(0), time(4 + number))
            make_shift(person, (AUTUMN + timedelta(days=1)).weekday(), time(9), time(12))
        self.rooms = [make_room(f"{name} {tag}") for name in ("One", "Two")]
        self.treatments = [
            make_treatment(
                f"{minutes} {tag}",
                minutes=minutes,
                buffer_minutes=buffer,
                therapists=people,
                rooms=rooms,
            )
            for minutes, buffer, people, rooms in (
                (60, 15, self.people, self.rooms),
                (90, 0, self.people[:1], self.rooms[:1]),
            )
        ]
        self.suits = {
            treatment: (list(treatment.therapists.all()), [r.pk for r in treatment.rooms.all()])
            for treatment in self.treatments
        }
        make_absence(*AWAY, self.people[1])
        make_loan(self.rooms[1], *LENT)

    def teardown(self):
        Appointment.objects.all().delete()

    starts = st.builds(
        lambda day, half: utc(AUTUMN + timedelta(days=day), 0) + timedelta(minutes=STEP * half),
        st.integers(0, DAYS - 1),
        st.integers(0, 24),
    )
    treatments_by_number = st.integers(0, 1)
    therapists_by_number = st.sampled_from([None, 0, 1])
    visitors = st.sampled_from(VISITORS)

    def _asked(self, treatment, therapist, start):
        return {
            "treatment": self.treatments[treatment],
            "therapist": None if therapist is None else self.people[therapist],
            "start": start,
            "now": self.now,
        }

    def _slot(self, data):
        return Slot(**{name: data[name] for name in ("treatment", "therapist", "start")})

    def _hold(self, visitor, data):
        request = HoldRequest(slots=[self._slot(data)], holder=Holder(key=visitor))
        return holds.hold(request, now=self.now).only()

    def _book(self, visitor, client, data):
        request = BookingRequest(
            slots=[self._slot(data)],
            client=client,
            key=token_hex(16),
            rules=Rules.ONLINE,
            holder=Holder(key=visitor),
            by="runner",
        )
        return booking.book(request, now=self.now)[0]

    @rule(t=treatments_by_number, p=therapists_by_number, start=starts, visitor=visitors)
    def hold(self, t, p, start, visitor):
        data = self._asked(t, p, start)
        expected = self._takers(data["treatment"], data["therapist"], start, visitor)
        try:
            row = self._hold(visitor, data)
        except Refused:
            assert not expected, "offered, but refused"
            return
        assert row.therapist_id in expected
        self._drop_holds_of(visitor)
        self.rows[row.pk] = replace(self._taken(row), visitor=visitor, until=row.held_until)

    @rule(
        target=booked,
        t=treatments_by_number,
        p=therapists_by_number,
        start=starts,
        visitor=visitors,
    )
    def book(self, t, p, start, visitor):
        data = self._asked(t, p, start)
        mine = self._hold_of(visitor, data)
        expected = self._takers(data["treatment"], data["therapist"], start, visitor)
        try:
            client = newcomer(name=visitor, email=f"{token_hex(4)}@example.com", now=self.now)
            row = self._book(visitor, client, data)
        except Refused:
            assert not expected
            assert mine is None
            return None
        assert row.pk == mine if mine else row.therapist_id in expected
        self._drop_holds_of(visitor)
        self.rows[row.pk] = self._taken(row)
        return row.pk

    @rule(pk=booked, p=therapists_by_number, start=starts)
    def move(self, pk, p, start):
        if pk not in self.rows:
            return
        row = Appointment.objects.get(pk=pk)
        therapist = None if p is None else self.people[p]
        if start == row.starts_at and therapist in (None, row.therapist):
            return
        expected = self._takers(row.treatment, therapist, start, "", but=pk)
        slot = Slot(treatment=row.treatment, start=start, therapist=therapist)
        request = MoveRequest(
            appointment=row,
            slot=slot,
            revision=row.revision,
            rules=Rules.DESK_MOVE,
            by="desk: dee",
        )
        try:
            moved = changes.move(request, now=self.now)
        except Refused:
            assert not expected
            assert self._taken(Appointment.objects.get(pk=pk)) == self.rows[pk]
            return
        assert moved.therapist_id in expected
        self.rows[pk] = self._taken(moved)

    @rule(pk=booked)
    def cancel(self, pk):
        if pk in self.rows:
            cancellation.cancel(Appointment.objects.get(pk=pk), by="desk: dee", now=self.now)
            del self.rows[pk]

    @rule(minutes=st.sampled_from([1, 9, 10, 11, 60]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_sweeper_tidies(self):
        holds.expire_dead_holds(now=self.now)
        self.rows = {pk: row for pk, row in self.rows.items() if row.holds(self.now)}

    @invariant()
    def nobody_is_in_two_places_and_no_room_is_used_twice(self):
        if not hasattr(self, "rows"):
            return
        live = [
            self._taken(row)
            for row in Appointment.objects.exclude(status__in=[Status.CANCELLED, Status.EXPIRED])
        ]
        for what in ("therapist", "room"):
            used = [(getattr(row, what), m) for row in live for m in row.minutes_blocked]
            assert len(used) == len(set(used))

    @invariant()
    def what_is_offered_is_what_a_look_at_every_minute_finds(self):
        if not hasattr(self, "rows"):
            return
        for treatment in self.treatments:
            offered = {
                opening.starts_at: {person.pk for person in opening.therapists}
                for opening in openings(
                    self.clinic, treatment, first=AUTUMN, days=DAYS, now=self.now
                )
            }
            free = {start: self._takers(treatment, None, start, "") for start in self._grid()}
            assert offered == {start: takers for start, takers in free.items() if takers}

    def _grid(self):
        start = utc(AUTUMN, 0)
        while start < utc(AUTUMN + timedelta(days=DAYS), 0):
            yield start
            start += timedelta(minutes=STEP)

    def _takers(self, treatment, wanted, start, visitor, but=None):
        """The therapists free for every minute of it, as long as some room is."""
        # Notice is asked of runners, not of the desk when it moves.
        if start <= self.now or (but is None and start < self.now + timedelta(hours=2)):
            return set()
        minutes = (but and self.rows[but].minutes) or treatment.minutes
        with_buffer = minutes + treatment.buffer_minutes
        blocked = minutes_from(start, with_buffer)
        others = [
            row
            for pk, row in self.rows.items()
            if pk != but and row.holds(self.now) and (not visitor or row.visitor != visitor)
        ]
        therapists, rooms = self.suits[treatment]
        lent = {self.rooms[1].pk} if is_lent(start, with_buffer) else set()
        if not any(self._free(blocked, others, room=room) for room in rooms if room not in lent):
            return set()
        return {
            person.pk
            for number, person in enumerate(self.people)
            if person in therapists
            and wanted in (None, person)
            and works(number, start, minutes)
            and not is_away(number, start, with_buffer)
            and self._free(blocked, others, therapist=person.pk)
        }

    def _free(self, blocked, others, **who):
        ((what, pk),) = who.items()
        return not any(getattr(row, what) == pk and blocked & row.minutes_blocked for row in others)

    def _hold_of(self, visitor, data):
        for pk, row in self.rows.items():
            if (
                row.visitor == visitor
                and row.start == data["start"]
                and row.minutes == data["treatment"].minutes
                and data["therapist"] in (None, *[p for p in self.people if p.pk == row.therapist])
                and Appointment.objects.get(pk=pk).status == Status.HELD
            ):
                return pk
        return None

    def _drop_holds_of(self, visitor):
        self.rows = {
            pk: row
            for pk, row in self.rows.items()
            if row.visitor != visitor and row.holds(self.now)
        }

    def _taken(self, row):
        return Taken(
            therapist=row.therapist_id,
            room=row.room_id,
            start=row.starts_at,
            minutes=row.minutes,
            buffer=int((row.blocked_until - row.ends_at).total_seconds()) // 60,
        )


@pytest.mark.django_db
def test_the_diary_agrees_with_a_look_at_every_minute():
    DiaryModel.TestCase.settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    DiaryModel.TestCase().runTest()
    assert Clinic.objects.count() == 1
