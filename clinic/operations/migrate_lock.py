"""The database is there and up to date before anything runs: by whoever starts first, once."""

import contextlib
import time
from collections.abc import Callable, Iterator

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from bookings.actions.one_worker import Work, alone_with

SECONDS_FOR_THE_DATABASE = 60
SECONDS_BETWEEN_TRIES = 0.5


class NoDatabase(Exception):
    """It did not answer in time; `str()` says what it said last."""


def wait_for_the_database(
    *, seconds: float = SECONDS_FOR_THE_DATABASE, say: Callable[[str], None]
) -> None:
    """Returns when it answers. Raises NoDatabase after so many seconds."""
    until = time.monotonic() + seconds
    said = False
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() >= until:
                raise NoDatabase(str(error).strip().partition("\n")[0]) from error
        else:
            return
        if not said:
            say("Waiting for the database …")
            said = True
        time.sleep(SECONDS_BETWEEN_TRIES)


def migrate_once(*, say: Callable[[str], None]) -> None:
    """Whoever holds the lock migrates; the others wait, and find nothing left to do."""
    with _alone():
        if not migrations_to_come():
            return
        say("Bringing the database up to date …")
        call_command("migrate", verbosity=0, interactive=False)
        say("The database is up to date.")


def migrations_to_come() -> int:
    """How many migrations of this version the database has not had."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """PostgreSQL gives the lock back when the program ends, however it ends.

    It is tried again and again: an index that is built beside a clinic at work waits for every
    statement, and so for one that would wait for the lock.
    """
    while True:
        with alone_with(Work.MIGRATING) as is_ours:
            if is_ours:
                yield
                return
        time.sleep(SECONDS_BETWEEN_TRIES)
