"""A booking beside somebody who looks at the slowest report again and again.

Three by turns, so that what else the machine does meets each alike: nobody beside it, the report,
and a statement that burns as much of a processor and reads no table. The last is what any second
busy process costs here; what the report costs beyond it is the report's.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.db import connection, connections

from bookings.models import Appointment, Clinic, Treatment
from bookings.queries.reports.definitions import REPORTS
from tests.benchmarks import load
from tests.benchmarks.reports import choice_of_days, made, tables_of_report
from tests.benchmarks.sizes import size
from tests.benchmarks.spreading import spread

ROUNDS, EACH = size(30, toy=1), size(10, toy=2)
DAYS = size(3660, toy=30)
SLOWEST = os.environ.get("REPORT", "again")
# In the list of columns a series is made as it is read: in FROM it would be laid down on the disk.
NUMBERS = size(5_000_000, toy=50_000)
BUSY = f"SELECT sum(number) FROM (SELECT generate_series(1, {NUMBERS}) AS number) every"


class Neighbour:
    """Another process that does its work over and over, while it is asked to."""

    def __init__(self, work: Callable[[], object]):
        fork = multiprocessing.get_context("fork")
        self._asked, self._began, self._turn = fork.Event(), fork.Event(), fork.Lock()
        self._work = work
        self.process = fork.Process(target=self._run, daemon=True)

    def _run(self) -> None:
        while True:
            self._asked.wait()
            with self._turn:
                if self._asked.is_set():
                    self._began.set()
                    self._work()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self._began.clear()
        self._asked.set()
        while not self._began.wait(1):
            assert self.process.is_alive()
        yield
        self._asked.clear()
        with self._turn:  # until what was begun is over
            assert self.process.is_alive()


def measure(_folder: Path, today: date) -> list[tuple[str, str]]:
    made(today)
    what = f"a booking through the action, {Appointment.objects.count():,} visits"
    print(f"Measuring {what} …")
    alone, beside = _taken(today)
    name = f"the report “{SLOWEST}” over {DAYS} days"
    return [
        (f"{what}: alone", spread(alone)),
        (f"{what}: beside {name}, over and over", slower(beside[name], alone)),
        (f"{what}: beside a statement that reads no table", slower(beside["busy"], alone)),
        (
            f"{what}: beside {name}, against the statement that reads no table",
            slower(beside[name], beside["busy"]),
        ),
    ]


def slower(taken: list[float], than: list[float]) -> str:
    part = 100 * (statistics.median(taken) / statistics.median(than) - 1)
    return f"{spread(taken)}; {part:+.1f} %"


def _taken(today: date) -> tuple[list[float], dict[str, list[float]]]:
    """Milliseconds of each booking: alone, and by neighbour."""
    choice = choice_of_days(Clinic.objects.the(), today, DAYS)
    report = REPORTS[SLOWEST]
    return by_turns(
        {
            f"the report “{SLOWEST}” over {DAYS} days": lambda: tables_of_report(report, choice),
            "busy": burn,
        },
        today,
    )


def by_turns(
    works: dict[str, Callable[[], object]], today: date
) -> tuple[list[float], dict[str, list[float]]]:
    connections.close_all()
    neighbours = {name: Neighbour(work) for name, work in works.items()}
    for one in neighbours.values():
        one.process.start()
    alone: list[float] = []
    beside: dict[str, list[float]] = {name: [] for name in neighbours}
    treatment, starts = Treatment.objects.order_by("pk")[0], _starts(today)
    _books(treatment, [next(starts) for _ in range(EACH)])  # to warm up
    try:
        for _ in range(ROUNDS):
            alone += _books(treatment, [next(starts) for _ in range(EACH)])
            for name, one in neighbours.items():
                with one.at_work():
                    beside[name] += _books(treatment, [next(starts) for _ in range(EACH)])
    finally:
        for one in neighbours.values():
            one.process.terminate()
            one.process.join()
    return alone, beside


def burn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(BUSY)


def _starts(today: date) -> Iterator[datetime]:
    """On the days after the last that has visits already, as far ahead as one may book."""
    first = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return iter(
        first + timedelta(days=day, hours=hour)
        for _ in range(size(6, toy=1))
        for day in range(62, Clinic.objects.the().horizon_days)
        for hour in range(9, 18)
    )


def _books(treatment: Treatment, starts: list[datetime]) -> list[float]:
    taken = []
    for start in starts:
        began = time.perf_counter()
        load.book_by_action(treatment, start)
        taken.append((time.perf_counter() - began) * 1000)
    return taken
