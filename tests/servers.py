"""Starts the embedded servers before Django reads its settings; loaded with pytest's -p.

Each run has a folder and servers of its own, so that two runs never meet; and so has each of
the processes that share one run (pytest-xdist).

FAKE_TODAY="2026-12-05 23:30" lets a run begin at that time of the clinic's clock, which then goes
on: for the tests, and for every program that they start, databases and browsers included. It
needs libfaketime (Debian: apt-get install libfaketime).
"""

import atexit
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

import psycopg2
from cryptography.fernet import Fernet
from psycopg2.extensions import cursor

from clinic.demo import servers as stack

OURS = "SERVERS_OF_THE_TEST_RUN"

CLINICS_ZONE = ZoneInfo("Europe/London")  # the default
FAKER = "faketime/libfaketimeMT.so.1"
# Waiting is real, and so are the times of files, by which Python knows what it has compiled.
FAKED_CLOCK = {
    "LD_PRELOAD": str(next(Path("/usr/lib").glob(f"*/{FAKER}"), "")),
    "FAKETIME": "",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # or Chromium's timed waits end at once, and it spins
    "NO_FAKE_STAT": "1",
    "PYTHONPATH": str(Path(__file__).parent / "faked_clock"),
}

_started = contextlib.ExitStack()
atexit.register(_started.close)


def _start() -> None:
    if OURS in os.environ:  # Those of the run that we are a part of; it needs them itself.
        for variable in os.environ.pop(OURS).split():
            del os.environ[variable]
    folder = _started.enter_context(tempfile.TemporaryDirectory(prefix="taper-", dir="/tmp"))
    os.chmod(folder, 0o711)
    servers = _started.enter_context(stack.running(Path(folder), durable=False))
    os.environ.update(servers.urls, STATE=folder, **{OURS: " ".join(servers.urls)})
    _let_tests_empty_tables_quickly()
    # Keys of a clinic's own, without which the programs that tests start refuse to.
    os.environ.update(
        SECRET_KEY=token_urlsafe(48),
        HEALTH_KEYS=Fernet.generate_key().decode(),
        FACTOR_KEYS=Fernet.generate_key().decode(),
    )


@contextlib.contextmanager
def on_the_server() -> Iterator[cursor]:
    """As its superuser, whom no test's own connection is."""
    folder = os.environ["DATABASE_URL"].partition("@")[2].rpartition("/")[0]
    connection = psycopg2.connect(host=folder, user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as asking:
        yield asking
    connection.close()


def _let_tests_empty_tables_quickly() -> None:
    """See tests/emptying.py."""
    with on_the_server() as asking:
        asking.execute(f"GRANT SET ON PARAMETER session_replication_role TO {stack.ROLE}")


def _begin_anew_at(data: str) -> None:
    """The library that fakes the clock must be there from a program's beginning.

    Everybody's clock is off by the same time, so that all have the same one.
    """
    if not FAKED_CLOCK["LD_PRELOAD"]:
        sys.exit("FAKE_TODAY needs libfaketime; on Debian: apt-get install libfaketime")
    today = datetime.fromisoformat(data).replace(tzinfo=CLINICS_ZONE)
    off = f"{(today - datetime.now(UTC)).total_seconds():+.0f}s"
    environment = {**os.environ, **FAKED_CLOCK, "FAKETIME": off}
    os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606 - ourselves


if os.environ.get("FAKE_TODAY") and "FAKETIME" not in os.environ:
    _begin_anew_at(os.environ["FAKE_TODAY"])
_start()


def pytest_unconfigure() -> None:
    """An impatient hand's second Ctrl-C must not leave half of it lying about."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _started.close()
