"""One clock for tests: Python's and PostgreSQL's stand still at one instant.

That is a Wednesday morning in the clinic, or what TODAY says on the clinic's clock, such as
TODAY=2026-11-28T23:59:30; `make test-any-day` goes through the days that are likely to matter.
A test that is about one date says so: @pytest.mark.fixed_clock("2027-03-28T09:00"), or without
an argument for the usual Wednesday. One that waits for an hour at which clients are written to
stands at the next nine in the morning: @pytest.mark.by_day. What starts programs of its own, whose
clock cannot be set, runs by the real one: the folders below, and whatever else has
@pytest.mark.real_clock.

What sends mail decides by the database's clock. PostgreSQL looks a function up along the search
path, so a schema that comes before pg_catalog may have a statement_timestamp() of its own; that
is all it takes, and no line of the application knows of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import psycopg2
import pytest
import time_machine
from django.db import connection

ZONE = ZoneInfo("Europe/London")
USUAL = "2026-12-02T09:00"  # a Wednesday
REAL = ("faults", "browser", "simulation", "benchmarks", "clinic/demo", "clinic/operations")
TESTS = Path(__file__).parent

SCHEMA = """
    CREATE SCHEMA IF NOT EXISTS clock;
    CREATE TABLE IF NOT EXISTS clock.shows (at timestamptz);
    DELETE FROM clock.shows;
    INSERT INTO clock.shows VALUES (NULL);
"""
# Without an instant it is the real one.
FUNCTION = """
    CREATE OR REPLACE FUNCTION clock.{name}() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT coalesce((SELECT at FROM clock.shows), pg_catalog.{name}())';
"""
ASKED = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")


def on_the_clinics_clock(wall: str = USUAL) -> datetime:
    """The instant at which the clinic's clock shows that: "2026-12-02T09:00"."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZONE).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """The civil day that the clinic has then."""
    return instant.astimezone(ZONE).date()


def days_later(days: int) -> datetime:
    """The same time on the clinic's clock, so many days from what both clocks show."""
    return (datetime.now(ZONE) + timedelta(days=days)).astimezone(UTC)


def next_morning(instant: datetime) -> datetime:
    """Nine on the clinic's clock, then or next."""
    same_day = on_the_clinics_clock(f"{day_of(instant)}T09:00")
    if same_day >= instant:
        return same_day
    return on_the_clinics_clock(f"{day_of(instant) + timedelta(days=1)}T09:00")


WEDNESDAY = on_the_clinics_clock()
NOW = on_the_clinics_clock(os.environ.get("TODAY") or USUAL)
TODAY = day_of(NOW)


class Clock:
    """Both clocks. `database` is whether the tests' database is there to be set."""

    def __init__(self) -> None:
        self.database = False
        self._shown: datetime | None = None
        self._traveller: time_machine.Traveller

    @contextmanager
    def standing_at(self, instant: datetime) -> Iterator["Clock"]:
        self._show(instant)
        with time_machine.travel(instant, tick=False) as self._traveller:
            yield self

    def move_to(self, instant: datetime) -> None:
        """Until the end of the test, which puts both clocks back."""
        self._traveller.move_to(instant)
        self._show(instant)

    def pass_days(self, days: int) -> None:
        """To the same time on the clinic's clock, also over a day of 23 or 25 hours."""
        self.move_to(days_later(days))

    @property
    def is_real(self) -> bool:
        return self._shown is None

    def be_real(self) -> None:
        self._show(None)

    def install(self) -> None:
        """For every connection made from now on to the database that Django is connected to."""
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        with connection.cursor() as cursor:
            cursor.execute(SCHEMA + "".join(FUNCTION.format(name=one) for one in ASKED))
            cursor.execute(f"ALTER DATABASE {name} SET search_path = public, clock, pg_catalog")
        connection.close()
        self.database = True
        shown, self._shown = self._shown, None
        self._show(shown)

    def _show(self, instant: datetime | None) -> None:
        """At once and for every connection, whatever transaction the test is in."""
        if self.database and instant != self._shown:
            beside = psycopg2.connect(**connection.get_connection_params())
            with beside, beside.cursor() as cursor:
                cursor.execute("UPDATE clock.shows SET at = %s", [instant])
            beside.close()
        self._shown = instant


CLOCK = Clock()


def starts_programs(test: Path) -> bool:
    """Whether it lies in a folder of such tests."""
    return test.relative_to(TESTS).as_posix().startswith(REAL)


def not_todays(tests: list[pytest.Item]) -> list[pytest.Item]:
    """Of each test with more than CASES cases those that are another day's."""
    most = int(os.environ.get("CASES") or len(tests))
    cases: dict[str, list[pytest.Item]] = {}
    for test in tests:
        cases.setdefault(test.nodeid.partition("[")[0], []).append(test)
    draw = Random(str(TODAY))
    return [
        test
        for those in cases.values()
        if len(those) > most
        for test in draw.sample(those, len(those) - most)
    ]


def instant_of(test: pytest.Item) -> datetime | None:
    """At which that test's clocks stand; None where they are real."""
    if test.get_closest_marker("real_clock"):
        return None
    if fixed := test.get_closest_marker("fixed_clock"):
        return on_the_clinics_clock(*fixed.args)
    return next_morning(NOW) if test.get_closest_marker("by_day") else NOW
