"""Eight writers at once: bookings through the action beside one constrained INSERT, by turns.

On a machine that others work at as well the processor's time says more than the clock's: of the
writer and of its process in the database, which stands on the same machine.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.db import connection, transaction

from bookings.actions import diary_lock
from bookings.models import Appointment, Clinic, Treatment
from tests.benchmarks import load, seed
from tests.benchmarks.sizes import size
from tests.processes import at_once

WRITERS, ROUNDS = size(8, toy=2), size(5, toy=1)
BOOKINGS, INSERTS = size(5, toy=2), size(80, toy=5)  # of each writer in a round
ONE_VISIT = {
    "public_id": "%(public_id)s",
    "client_id": "%(client)s",
    "therapist_id": "%(therapist)s",
    "room_id": "%(room)s",
    "treatment_id": "%(treatment)s",
    "starts_at": "%(at)s",
    "ends_at": "%(at)s + interval '60 minutes'",
    "blocked_until": "%(at)s + interval '75 minutes'",
    "status": "'booked'",
    "price": "60",
    "created_at": "now()",
}


@dataclass
class Writing:
    """What all writers of a kind did: in how many seconds, how long each waited or held (ms), and
    seconds of the processor, theirs and the database's."""

    done: int = 0
    seconds: float = 0
    each: list[float] = field(default_factory=list)
    ours: float = 0
    databases: float = 0

    def add(self, work: Callable, prepare: Callable[[int], object]) -> None:
        shares = at_once(WRITERS, work, prepare=prepare)
        self.seconds += max(one.ended for one in shares) - min(one.began for one in shares)
        for share in shares:
            *each, (ours, databases) = share.answers
            self.each += each
            self.ours, self.databases = self.ours + ours, self.databases + databases
        self.done = len(self.each)

    @property
    def speed(self) -> float:
        return self.done / self.seconds

    @property
    def processor(self) -> float:
        """Milliseconds for one."""
        return 1000 * (self.ours + self.databases) / self.done

    def part(self, percent: int) -> float:
        return statistics.quantiles(self.each, n=100)[percent - 1]


def measure(treatment: Treatment, starts: list[datetime]) -> list[tuple[str, str]]:
    """One or two bookings a start, as many as there are."""
    booked, inserted = Writing(), Writing()
    ahead = iter(starts)
    for round_ in range(ROUNDS):
        share = [[next(ahead) for _ in range(BOOKINGS + 1)] for _ in range(WRITERS)]
        booked.add(_book, partial(_ready_to_book, treatment, share))
        inserted.add(_insert, partial(_ready_to_insert, treatment.pk, round_))
    return _told(booked, inserted)


def _told(booked: Writing, inserted: Writing) -> list[tuple[str, str]]:
    held, floor = (booked.part(50), booked.part(99)), inserted.part(50)
    of_each = [
        f"{1000 * one.ours / one.done:.2f} + {1000 * one.databases / one.done:.2f} ms"
        for one in (booked, inserted)
    ]
    floors_name = f"one constrained INSERT per transaction, psycopg2, {WRITERS} processes"
    ratio = booked.processor / inserted.processor
    return [
        (
            f"bookings through the action, {WRITERS} processes",
            f"{booked.speed:.0f} per second",
        ),
        (f"floor: {floors_name}", f"{inserted.speed:.0f} per second"),
        (
            "a booking through the action beside that INSERT",
            f"1/{inserted.speed / booked.speed:.1f} as many; of the processor (Python + "
            f"database) {of_each[0]} beside {of_each[1]}; x{ratio:.1f}",
        ),
        (
            f"the diary's lock held, {WRITERS} writers",
            f"p50 {held[0]:.1f} ms, p99 {held[1]:.1f} ms; the INSERT p50 {floor:.1f} ms, p99 "
            f"{inserted.part(99):.1f} ms; x{held[0] / floor:.1f}, x{held[1] / floor:.1f}",
        ),
    ]


def _ready_to_book(
    treatment: Treatment, share: list[list[datetime]], number: int
) -> tuple[Treatment, list[datetime], list[float]]:
    """Warm, by a booking that does not count."""
    starts, held = share[number], _times_the_lock_is_held()
    load.book_by_action(treatment, starts[0])
    held.clear()
    return treatment, starts[1:], held


def _book(ready: tuple[Treatment, list[datetime], list[float]]) -> Iterator:
    """Milliseconds for which each held the lock."""
    treatment, starts, held = ready

    def bookings() -> Iterator[float]:
        for start in starts:
            load.book_by_action(treatment, start)
            yield held.pop()

    return _measured(bookings(), connection.connection)


def _times_the_lock_is_held() -> list[float]:
    """From when the row is ours until the commit has given it back, without the disk's."""
    taken: list[float] = []
    lock = diary_lock._lock

    def watched() -> Clinic:
        began: list[float] = []
        transaction.on_commit(lambda: taken.append(1000 * (time.perf_counter() - began[0])))
        clinic = lock()
        began.append(time.perf_counter())
        return clinic

    diary_lock._lock = watched  # in a process of its own, which ends with the round
    return taken


def _ready_to_insert(treatment: int, round_: int, number: int) -> tuple:
    """One therapist and room per process, so that the constraints are checked but never refuse."""
    insert, facts = seed.insertion(Appointment, ONE_VISIT)
    raw = load.raw_connection()
    with raw.cursor() as cursor:
        for table in ("client", "therapist", "room"):
            cursor.execute(f"SELECT id FROM bookings_{table} ORDER BY id OFFSET {number} LIMIT 1")
            facts[table] = cursor.fetchone()[0]
    raw.commit()
    first = datetime(2040 + round_, 1, 1, tzinfo=UTC)
    return raw, insert, {**facts, "treatment": treatment}, first


def _insert(ready: tuple) -> Iterator:
    """Milliseconds that each took."""
    raw, insert, facts, first = ready

    def inserts() -> Iterator[float]:
        with raw.cursor() as cursor:
            for n in range(INSERTS):
                own = {"public_id": token_hex(12), "at": first + n * timedelta(minutes=75)}
                began = time.perf_counter()
                cursor.execute(insert, {**facts, **own})
                raw.commit()
                yield 1000 * (time.perf_counter() - began)

    return _measured(inserts(), raw)


def _measured(work: Iterator[float], raw: Any) -> Iterator:
    """And at the end, the seconds of the processor that it took here and in the database."""
    backend = raw.get_backend_pid()
    ours, databases = time.process_time(), _processor_of(backend)
    yield from work
    yield time.process_time() - ours, _processor_of(backend) - databases


def _processor_of(process: int) -> float:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
