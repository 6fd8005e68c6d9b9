"""Every benchmark runs, at sizes that say nothing of speed."""

import os
import re
import subprocess
import sys

import pytest
from django.db import connection, connections

from bookings.models import Appointment, Client, Mail
from clinic.celery import app
from tests.benchmarks import clients, mails, measure, seed, writers
from tests.faults.mail_workers import url_of_the_tests_database
from tests.reading import first_match

pytestmark = pytest.mark.django_db(transaction=True)


PARTS = (
    "openings, ", "floor: a view", "bookings over HTTP", "bookings through the action",
    "floor: one constrained INSERT",
    "a booking through the action beside", "the diary's lock held",
    "20 attempts on", "/today/", "20 due mails", "the sink's own",
    "a claim", "a client found by", "who comes first", "a day of the diary", "a sealed backup",
    "the same put back",
    "the desk's first page", "“thu 17:45”",
    "next free day", "from slot to confirmed", "4 visitors at one slot",
    "home, ", "home of a runner", "picker, ", "picker of a runner", "plan, ",
    "reports over 30 days", "reports over 366 days", "a booking through the action, ",
    "one sender", "beside the sink", "beside rendering", "memory of a web", "memory of a sender",
    "memory of a Celery worker", "memory of Celery’s clock",
)  # fmt: skip


def in_small(program: str = "tests.benchmarks", **env: str) -> subprocess.CompletedProcess[str]:
    """`SIZE=toy make bench`, or another program, in the database of the tests."""
    connections.close_all()
    command = [sys.executable, "-m", program]
    known = {key: value for key, value in os.environ.items() if key not in ("ONLY", "PEER_PYTHON")}
    known |= {"DATABASE_URL": url_of_the_tests_database(), "SIZE": "toy", **env}
    return subprocess.run(command, env=known, capture_output=True, text=True, check=False)


def test_every_benchmark_runs_in_small_and_notes_nothing():
    notes = measure.RESULTS.read_text()
    done = in_small()
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    told = dict(re.split(r"  +", line, maxsplit=1) for line in done.stdout.splitlines() if
                "  " in line)  # fmt: skip
    assert [part for part in PARTS if not any(what.startswith(part) for what in told)] == []
    speeds = [told[what] for what in told if what.startswith(("bookings", "floor: one"))]
    assert all(re.fullmatch(r"\d+ per second", speed) for speed in speeds), speeds
    at_one_time = [figure for figure in told.values() if "overlaps" in figure]
    assert len(at_one_time) == 2
    assert all(re.search(r"(^|; )0 overlaps", figure) for figure in at_one_time)
    assert measure.RESULTS.read_text() == notes


def test_ten_years_are_loaded_and_looked_at_in_small():
    """Of the pages a few, and every task; at full size nothing may grow (`make growth`)."""
    done = in_small("tests.benchmarks.growth", PAGES="desk:client", KEEP="")
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^desk:clients\?q=grastone .* statements", done.stdout, re.MULTILINE)
    told = set(re.findall(r"^task: (.*?)  ", done.stdout, re.MULTILINE))
    assert told == set(app.conf.beat_schedule)
    assert "the old clinic was loaded" in done.stdout
    assert "bookings_mail: " in done.stdout.partition("After the sweeps")[2]


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Appointment, seed.VISIT),
        (Appointment, writers.ONE_VISIT),
        (Client, clients.PERSON),
        (Mail, mails.MAIL),
    ],
)
def test_a_column_that_a_model_gets_is_filled_without_being_named(model, given):
    sql, defaults = seed.insertion(model, given)
    named = first_match(r"\((.*?)\) SELECT", sql)[1].replace('"', "").split(", ")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL"
            " AND is_identity = 'NO' AND is_generated = 'NEVER'",
            [model._meta.db_table],
        )
        needed = {name for (name,) in cursor.fetchall()}
    assert needed <= set(named)
    assert {f"default_{column}" for column in set(named) - set(given)} == set(defaults)
