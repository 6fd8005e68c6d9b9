"""Many processes after the same times: one winner each, and a test that is able to fail.

ATTEMPTS (default 600) is the size of the storm; `make soak` runs it with 10,000, and with fifty at
once what twelve do here.
"""

import os
import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from bookings.actions import diary_lock
from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import Refused
from bookings.models import Appointment, Clinic, Room
from tests.diary_requests import book_one, hold_one
from tests.factories import NOW, make_clinic, make_room, make_therapist, make_treatment, make_week
from tests.processes import at_once as in_processes

ATTEMPTS = int(os.environ.get("ATTEMPTS", "600"))
PROCESSES = 16
MANY = 50 if "ATTEMPTS" in os.environ else 12  # after one time at once
HERE = 50  # whose number an advisory lock has
# A sequence, because whoever moves it on is seen at once by those whose transaction is older.
WAIT_FOR_ALL = f"""
    CREATE SEQUENCE all_are_here;
    CREATE FUNCTION wait_for_all() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared({HERE});
        WHILE NOT (SELECT is_called FROM all_are_here) LOOP
            IF (SELECT count(DISTINCT pid) FROM pg_locks
                WHERE NOT granted OR locktype = 'advisory' AND objid = {HERE}) = {MANY}
            THEN PERFORM nextval('all_are_here');
            ELSE PERFORM pg_sleep(0.2);
            END IF;
        END LOOP;
        RETURN NEW;
    END $$;
    CREATE TRIGGER wait_for_all BEFORE INSERT ON bookings_appointment
        FOR EACH ROW EXECUTE FUNCTION wait_for_all();
"""
CONSTRAINTS = ("therapist_never_twice", "room_never_twice", "client_never_twice")

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Try:
    """One attempt to book; `seed` makes its visitor and key its own."""

    seed: int
    shift: timedelta
    therapist: int | None = None


@pytest.fixture
def place():
    """Two therapists, two rooms, one treatment of an hour with a quarter's pause."""
    make_clinic()
    therapists = [make_therapist("Kim Demo"), make_therapist("Lee Demo")]
    for therapist in therapists:
        make_week(therapist)
    rooms = [make_room("Room 1"), make_room("Room 2")]
    return make_treatment(therapists=therapists, rooms=rooms, buffer_minutes=15)


def ten_oclock():
    return NOW.replace(hour=10) + timedelta(days=2)


def attempt(treatment, one: Try) -> str:
    try:
        therapist = treatment.therapists.filter(pk=one.therapist).first()
        start, visitor = ten_oclock() + one.shift, f"visitor {one.seed}"
        client = newcomer(name="Ana Demo", email=f"{one.seed}@example.com", now=NOW)
        book_one(treatment, start, therapist=therapist, visitor=visitor, client=client, now=NOW)
    except Refused as refusal:
        return type(refusal).__name__
    except DatabaseError as error:
        return f"error {getattr(error.__cause__, 'pgcode', None)}"
    return "won"


def at_once(act, tries, processes=PROCESSES) -> Counter:
    """What each attempt came to, made by real processes that start together."""
    shares = in_processes(processes, lambda number: [act(one) for one in tries[number::processes]])
    return Counter(answer for share in shares for answer in share.answers)


def overlaps() -> int:
    """Pairs of live appointments that share a therapist or a room at some time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b
                ON a.id < b.id
               AND (a.therapist_id = b.therapist_id OR a.room_id = b.room_id)
               AND a.starts_at < b.blocked_until AND b.starts_at < a.blocked_until
             WHERE a.status NOT IN ('cancelled', 'expired')
               AND b.status NOT IN ('cancelled', 'expired')
            """
        )
        return cursor.fetchone()[0]


@contextmanager
def without_the_constraints():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)",
            [list(CONSTRAINTS)],
        )
        definitions = cursor.fetchall()
        assert len(definitions) == len(CONSTRAINTS)
        for name, _ in definitions:
            cursor.execute(f"ALTER TABLE bookings_appointment DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bookings_appointment CASCADE")
            for name, definition in definitions:
                cursor.execute(
                    f"ALTER TABLE bookings_appointment ADD CONSTRAINT {name} {definition}"
                )


@pytest.fixture
def no_write_before_all_have_asked(transactional_db):
    """Whoever has asked waits before writing until all wait, here or for the lock.

    So a race that can happen does, however fast or slow the machine is.
    """
    with connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_ALL)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION wait_for_all CASCADE; DROP SEQUENCE all_are_here")


@pytest.fixture
def without_the_lock(monkeypatch):
    monkeypatch.setattr(diary_lock, "_lock", lambda: Clinic.objects.the())


def many(place, **data):
    return at_once(lambda one: attempt(place, one), [Try(n, **data) for n in range(MANY)], MANY)


def test_of_many_at_once_for_one_therapist_one_wins(place):
    kim = place.therapists.get(name="Kim Demo")
    outcomes = many(place, shift=timedelta(0), therapist=kim.pk)
    assert outcomes == {"won": 1, "SlotTaken": MANY - 1}


def test_of_many_for_any_of_three_therapists_three_win(place):
    max_ = make_therapist("Max Demo")
    make_week(max_)
    place.therapists.add(max_)
    place.rooms.add(make_room("Room 3"))
    assert many(place, shift=timedelta(0)) == {"won": 3, "SlotTaken": MANY - 3}


def test_of_many_for_one_room_and_two_therapists_one_wins(place):
    place.rooms.set(Room.objects.filter(name="Room 1"))
    assert many(place, shift=timedelta(0)) == {"won": 1, "SlotTaken": MANY - 1}


def test_of_many_at_overlapping_starts_as_many_win_as_fit(place):
    tries = [Try(n, timedelta(minutes=15 * (n % 4))) for n in range(MANY)]
    outcomes = at_once(lambda one: attempt(place, one), tries, MANY)
    assert outcomes == {"won": 2, "SlotTaken": MANY - 2}
    assert overlaps() == 0


def test_of_many_taking_over_a_dead_hold_one_wins(place):
    kim = place.therapists.get(name="Kim Demo")
    earlier = NOW - timedelta(minutes=10)
    hold_one(place, ten_oclock(), therapist=kim, visitor="gone", now=earlier)
    outcomes = many(place, shift=timedelta(0), therapist=kim.pk)
    assert outcomes == {"won": 1, "SlotTaken": MANY - 1}


def a_storm(place):
    """ATTEMPTS tries on about a hundred openings, overlapping at random."""
    chance = random.Random(7)
    days, starts = range(5), range(0, 7 * 60, 15)
    people = [None, *place.therapists.values_list("pk", flat=True)]
    return [
        Try(
            seed=n,
            shift=timedelta(days=chance.choice(days), minutes=chance.choice(starts)),
            therapist=chance.choice(people),
        )
        for n in range(ATTEMPTS)
    ]


def test_a_storm_of_attempts_ends_with_no_overlap_no_deadlock_and_no_error(place):
    outcomes = at_once(lambda one: attempt(place, one), a_storm(place))
    print(f"\n{ATTEMPTS} attempts from {PROCESSES} processes: {dict(outcomes)}")
    assert overlaps() == 0
    assert set(outcomes) <= {"won", "SlotTaken", "AgainstTheRules"}
    assert outcomes.total() == ATTEMPTS
    assert outcomes["won"] == Appointment.objects.count() > 20


def test_control_without_lock_and_constraints_there_are_overlaps(
    place, without_the_lock, no_write_before_all_have_asked
):
    with without_the_constraints():
        many(place, shift=timedelta(0))
        assert overlaps() > 0


def test_control_without_the_lock_the_constraints_alone_let_none_through(place, without_the_lock):
    tries = a_storm(place)[:300]
    outcomes = at_once(lambda one: attempt(place, one), tries)
    assert outcomes["won"] > 0
    assert overlaps() == 0


def test_control_without_the_constraints_the_lock_alone_lets_none_through(
    place, no_write_before_all_have_asked
):
    with without_the_constraints():
        many(place, shift=timedelta(0))
        assert overlaps() == 0
