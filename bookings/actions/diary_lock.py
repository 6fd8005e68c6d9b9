"""How every change of the diary is written: one writer at a time, and the truth told afterwards."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

from bookings.actions.refusals import Busy, ClientBusy, Refused, SlotTaken
from bookings.models import Clinic
from bookings.queries.round_trips import sent_together
from bookings.queries.statements import FOR_ANY_VALUES, planned_once


@dataclass
class _ToldLater:
    """A request, of which nobody is told anything before its answer."""

    owes_the_disk: bool = False


_depth: ContextVar[int] = ContextVar("depth of the diary's lock", default=0)
_told_later: ContextVar[_ToldLater | None] = ContextVar("what is told later", default=None)
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

TRIES = 3
AT_WORK_FOR = 7  # seconds that a statement may take beside waiting for its turn
DEADLOCK, SERIALIZATION, LOCK_TIMEOUT = "40P01", "40001", "55P03"
SHUTTING_DOWN, CRASHED, STARTING = "57P01", "57P02", "57P03"
CHANGED = "0A000"  # the table of a prepared statement, by a new release's migration
PASSING = {DEADLOCK, SERIALIZATION, LOCK_TIMEOUT, SHUTTING_DOWN, CRASHED, STARTING, CHANGED}
# The driver says no more than DatabaseError of some connections that were lost.
LOST = (OperationalError, InterfaceError, DatabaseError)
COLUMNS = [field.attname for field in Clinic._meta.concrete_fields]
# Nobody else waits for the disk: who has changed the diary does, once the lock is given back.
WITHOUT_THE_DISK = "SET LOCAL synchronous_commit = off"
# A commit that writes something of its own waits until the disk, and whichever copies the clinic
# waits for, have that and all that was committed before.
ON_DISK = "SELECT pg_logical_emit_message(true, 'taper', '')"
REFUSALS: dict[str, type[Refused]] = {
    "therapist_never_twice": SlotTaken,
    "room_never_twice": SlotTaken,
    "client_never_twice": ClientBusy,
}


def changes_the_diary(
    action: Callable[Concatenate[Clinic, Asked], Answer],
) -> Callable[Asked, Answer]:
    """Runs `action(clinic, ...)` in one transaction that first locks the clinic's row.

    A refusal finds the nearest free times once the outermost action has given the lock back.

    A constraint's refusal becomes the refusal of its name. Deadlocks, lock timeouts and lost
    connections are tried again, then raise Busy; an action that is sent twice must therefore
    end at its first result. What it answers is on disk.
    """

    @wraps(action)
    def run(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            with _one_deeper(), planned_once():
                return _tried_again(lambda: action(_lock(), *args, **kwargs))
        except Refused as refusal:
            if not is_locked():
                refusal.find_nearest()
            raise

    return run


def _tried_again(action: Callable[[], Answer]) -> Answer:
    for tried in range(1, TRIES + 1):
        try:
            with transaction.atomic(), sent_together():
                return action()
        except IntegrityError as error:
            raise _refusal(error) from error
        except (DatabaseError, InterfaceError) as error:
            if connection.in_atomic_block or not _passes(error):
                raise
            _pause_before_the_next(tried)
    raise Busy


def is_locked() -> bool:
    """Whether an action further out holds the lock; a transaction alone does not say so."""
    return _depth.get() > 0


@contextmanager
def _one_deeper() -> Iterator[None]:
    token = _depth.set(_depth.get() + 1)
    try:
        yield
    finally:
        _depth.reset(token)


def _lock() -> Clinic:
    """In one round trip: how long is waited for the row, and the row."""
    wait = settings.DIARY_LOCK_SECONDS
    lock, its = _locking()
    waits = "SET LOCAL lock_timeout = %s; SET LOCAL statement_timeout = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{waits}; {WITHOUT_THE_DISK}; {FOR_ANY_VALUES}; {lock}",
            [f"{wait}s", f"{wait + AT_WORK_FOR}s", *its],
        )
        row = cursor.fetchone()
    if _depth.get() <= 1:
        transaction.on_commit(_wait_or_owe_it)
    if row is None:
        raise Clinic.DoesNotExist
    return Clinic.from_db(connection.alias, COLUMNS, row)


@contextmanager
def told_at_the_end() -> Iterator[None]:
    """Meanwhile what changes the diary does not wait for the disk: all of it does at the end,
    unless something else has by then."""
    later = _ToldLater()
    token = _told_later.set(later)
    try:
        yield
    finally:
        _told_later.reset(token)
    if later.owes_the_disk:
        _wait_for_the_disk()


def has_waited_for_the_disk() -> None:
    """Something has been written and committed since, as usual: what came before is there too."""
    if later := _told_later.get():
        later.owes_the_disk = False


def _wait_or_owe_it() -> None:
    if later := _told_later.get():
        later.owes_the_disk = True
    else:
        _wait_for_the_disk()


def _wait_for_the_disk() -> None:
    """Before anybody is told. Where the database dies meanwhile, the action is tried again."""
    with connection.cursor() as cursor:
        cursor.execute(ON_DISK)


@cache
def _locking() -> tuple[str, tuple]:
    return Clinic.objects.to_lock().only(*COLUMNS).query.sql_with_params()


def _refusal(error: IntegrityError) -> Exception:
    """The refusal a constraint stands for; any other broken constraint is a fault of ours."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return REFUSALS[name]() if name in REFUSALS else error


def _passes(error: Exception) -> bool:
    """Whether trying again may help; an error without a code is a connection that was lost."""
    code = getattr(error.__cause__, "pgcode", None)
    return type(error) in LOST if code is None else code in PASSING


def _pause_before_the_next(tried: int) -> None:
    connection.close_if_unusable_or_obsolete()
    time.sleep(random.uniform(0.01, 0.05) * tried)  # noqa: S311 - only spreads retries
