"""The simulation's clock: the database's (tests/clock.py), set by whoever tells the story.

Python code asks django.utils.timezone.now(), which the simulated worker, another process, replaces
by `now`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection


@contextmanager
def simulated_clock() -> Iterator[None]:
    """It stands still from now on; at the end it is the real one again."""
    set_to(datetime.now(UTC))
    try:
        yield
    finally:
        set_to(None)


def set_to(instant: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock.shows SET at = %s", [instant])


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM clock.shows")
        return cursor.fetchone()[0]
