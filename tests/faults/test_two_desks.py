"""Two desks and many runners at the same diary: nothing overlaps, and the history is the truth.

STORM_SECONDS (default 3) is how long they are at it, and longer where that was too short for
anything to be seen; `make soak` gives them a minute.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from secrets import token_hex

import pytest
from django.db import connection, connections
from django.db.models import Sum

from bookings.actions.clients.identity import newcomer
from bookings.actions.mail.outbox import Notify
from bookings.actions.money import payments
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation, undoing
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Method, Payment, Therapist, Treatment
from tests import patience
from tests.diary_requests import book_one, move_one
from tests.factories import NOW, make_clinic, make_room, make_therapist, make_treatment, make_week

SECONDS = float(os.environ.get("STORM_SECONDS", "3"))
THREADS, RUNNERS, DAYS = 20, 12, 3
ENOUGH = 60  # things done

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def treatment():
    """Three therapists, three rooms, an hour and a quarter's pause."""
    make_clinic(move_cutoff_hours=0, cancel_cutoff_hours=0, minimum_notice_minutes=0)
    people = [make_therapist(f"{name} Demo") for name in ("Kim", "Lee", "Max")]
    for person in people:
        make_week(person)
    rooms = [make_room(f"Room {number}") for number in range(3)]
    return make_treatment(therapists=people, rooms=rooms, buffer_minutes=15)


@dataclass
class Person:
    """One thread: whoever acts, and what they believe that they have done."""

    number: int
    treatment: Treatment
    by: str
    done: list[tuple[int, str, datetime | None]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    chance: random.Random = field(init=False)

    def __post_init__(self):
        self.chance = random.Random(self.number)
        self.therapists = list(Therapist.objects.all())

    def work(self, over: Callable[[], bool]) -> None:
        try:
            while not over():
                self._once()
        finally:
            connections.close_all()

    def act(self) -> None:
        raise NotImplementedError

    def _once(self) -> None:
        try:
            self.act()
        except Refused as refusal:
            self.refused.append(str(refusal))
        except Exception as error:
            self.broken.append(repr(error))

    def some_start(self) -> datetime:
        day = NOW.replace(hour=9) + timedelta(days=1 + self.chance.randrange(DAYS))
        return day + timedelta(minutes=15 * self.chance.randrange(28))

    def note(self, visit: Appointment, kind: str, start: datetime | None = None) -> None:
        self.done.append((visit.pk, kind, start))

    def cancel(self, visit: Appointment) -> None:
        cancellation.cancel(visit, by=self.by, now=NOW)
        self.note(visit, "cancelled")


class Runner(Person):
    """Books, moves and cancels what is their own."""

    def act(self) -> None:
        mine = list(Appointment.objects.filter(client__name=self.by, status=Status.BOOKED))
        what = self.chance.choice(["book", "move", "cancel"]) if mine else "book"
        if what == "book":
            self._book()
        elif what == "move":
            self._move(self.chance.choice(mine))
        else:
            self.cancel(self.chance.choice(mine))

    def _book(self) -> None:
        visit = book_one(
            self.treatment,
            self.some_start(),
            visitor=self.by,
            client=newcomer(name=self.by, email=f"r{self.number}@example.com", now=NOW),
            by=self.by,
            now=NOW,
        )
        self.note(visit, "booked")

    def _move(self, visit: Appointment) -> None:
        start = self.some_start()
        move_one(visit, start, by=self.by, now=NOW)
        self.note(visit, "moved", start)


class Desk(Person):
    """Moves anybody anywhere, knowingly off the grid: no two of them to the same second."""

    def act(self) -> None:
        of_all = Appointment.objects.filter(status=Status.BOOKED).select_related("therapist")
        booked = list(of_all.order_by("pk"))
        if not booked:
            return
        visit = self.chance.choice(booked)
        self.chance.choice([self._move, self._move, self._put_back, self._take_money, self.cancel])(
            visit
        )

    def _move(self, visit: Appointment) -> None:
        start = self.some_start() + timedelta(seconds=self.number)
        minutes = self.chance.choice([45, 60, 75])
        data = {
            "therapist": self.chance.choice(self.therapists),
            "length": timedelta(minutes=minutes),
            "rules": Rules.OVERRIDDEN,
            "notify": Notify.NONE,
        }
        move_one(visit, start, by=self.by, now=NOW, **data)
        self.note(visit, "moved", start)

    def _put_back(self, visit: Appointment) -> None:
        back = undoing.undo(visit, revision=visit.revision, by=self.by, now=NOW)
        if back.status == Status.BOOKED:
            self.note(visit, "moved", back.starts_at)
        else:
            self.note(visit, "cancelled")  # what was put back is the booking itself

    def _take_money(self, visit: Appointment) -> None:
        payments.pay(
            visit,
            method=self.chance.choice([Method.CASH, Method.CARD]),
            amount=Decimal(self.chance.choice([5, 20, 60])),
            key=token_hex(16),
            by=self.by,
            now=NOW,
        )
        self.note(visit, "paid")


@pytest.fixture
def people(treatment):
    """Twelve runners, and eight threads of two desks, all at it together."""
    runners = [Runner(n, treatment, f"runner {n}") for n in range(RUNNERS)]
    desks = [Desk(n, treatment, f"desk: {n % 2}-{n}@example.com") for n in range(RUNNERS, THREADS)]
    people = [*runners, *desks]
    began = time.monotonic()

    def over() -> bool:
        lasted = time.monotonic() - began
        done = sum(len(one.done) for one in people)
        seen = done >= ENOUGH and any(one.refused for one in people)
        return lasted > SECONDS and (seen or lasted > patience.seconds())

    threads = [threading.Thread(target=one.work, args=(over,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return people


def test_two_desks_and_many_runners_leave_no_overlap_and_a_true_history(people):
    done = [fact for one in people for fact in one.done]
    refused = Counter(sentence for one in people for sentence in one.refused)
    print(f"\n{len(done)} done, {refused.total()} refused in {SECONDS:g} s by {THREADS} threads")
    assert [one.broken for one in people if one.broken] == []
    assert len(done) >= ENOUGH
    assert refused.total()
    assert all(sentence.endswith(".") for sentence in refused)
    assert overlaps() == 0
    the_history_is_what_happened(people)
    the_money_adds_up()


def overlaps() -> int:
    """Pairs of live visits that share a therapist, a room or a client at some time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b
                ON a.id < b.id
               AND ((a.therapist_id = b.therapist_id OR a.room_id = b.room_id)
                    AND a.starts_at < b.blocked_until AND b.starts_at < a.blocked_until
                    OR a.client_id = b.client_id
                    AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at)
             WHERE a.status NOT IN ('cancelled', 'expired')
               AND b.status NOT IN ('cancelled', 'expired')
            """
        )
        return cursor.fetchone()[0]


def the_history_is_what_happened(people) -> None:
    """Each event was done by whom it names, nothing done is missing, and replayed it is the row."""
    believed = Counter((pk, kind, one.by) for one in people for pk, kind, _ in one.done)
    recorded: Counter = Counter()
    for visit in Appointment.objects.prefetch_related("events"):
        events = sorted(visit.events.all(), key=lambda event: event.pk)
        recorded.update((visit.pk, event.kind, event.by) for event in events)
        statuses = [event.kind for event in events if event.kind in set(Status)]
        assert statuses[0] == Status.BOOKED
        assert statuses[-1] == visit.status
        assert statuses.count(Status.CANCELLED) <= 1
        moves = [event.facts for event in events if event.kind == "moved"]
        for earlier, later in pairwise(moves):
            assert earlier["to"]["starts_at"] == later["from"]["starts_at"]
        if moves:
            assert datetime.fromisoformat(moves[-1]["to"]["starts_at"]) == visit.starts_at
    # Cancelling what is cancelled changes nothing, so that two may believe they did it.
    twice = {fact for fact in believed if fact[1] == "cancelled"}
    assert recorded - believed == Counter()
    assert all(fact in twice for fact in believed - recorded)
    gone = {pk for pk, kind, _ in recorded if kind == "cancelled"}
    assert {pk for pk, _, _ in twice} == gone


def the_money_adds_up() -> None:
    numbers = Payment.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))
    for visit in Appointment.objects.annotate(paid=Sum("payments__amount")):
        assert (visit.paid or 0) <= visit.price
