"""Questions that a copy of the database may answer, where a clinic has one (REPLICA_DATABASE_URL).

Only what changes nothing and may be some seconds old: reports, and the free times that are looked
at. Whoever takes a time asks the database itself again, under the diary's lock, so that a copy
that lags can show a taken time but never sell it.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models.functions import Now

from bookings.models import Component, Heartbeat

REPLICA = "replica"
# Beat leaves a sign each minute: a copy that has none so new lags, or nobody knows.
MOST_BEHIND = timedelta(seconds=90)
LOOKED_AGAIN_AFTER = 5.0  # seconds

_alias: ContextVar[str] = ContextVar("the database that is read", default=DEFAULT_DB_ALIAS)
_known: dict[str, Any] = {"until": 0.0, "keeps_up": False}
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Router:
    """Reads go where `from_replica` says; everything is written to the database itself."""

    def db_for_read(self, _model: type, **_hints: Any) -> str | None:
        return _alias.get() if is_asked() else None

    def db_for_write(self, _model: type, **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_objects: Any, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, *_what: Any, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def alias() -> str:
    """Of the database that questions go to now, for those in SQL."""
    return _alias.get()


def is_asked() -> bool:
    return alias() == REPLICA


def from_replica(question: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Asks the copy if there is one that keeps up; else, or if it fails meanwhile, the database."""

    @wraps(question)
    def ask(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        if not _keeps_up():
            return question(*args, **kwargs)
        token = _alias.set(REPLICA)
        try:
            return question(*args, **kwargs)
        except Error:
            _give_up()
        finally:
            _alias.reset(token)
        return question(*args, **kwargs)

    return ask


def _keeps_up() -> bool:
    """Looked at every few seconds, not at each question."""
    if REPLICA not in connections.settings:
        return False
    if time.monotonic() >= _known["until"]:
        _remember(keeps_up=_has_a_new_sign())
    return _known["keeps_up"]


def _remember(*, keeps_up: bool) -> None:
    _known.update(until=time.monotonic() + LOOKED_AGAIN_AFTER, keeps_up=keeps_up)


def _give_up() -> None:
    """For some seconds; what was wrong with the question itself, the database says again."""
    connections[REPLICA].close()
    _remember(keeps_up=False)


def _has_a_new_sign() -> bool:
    signs = Heartbeat.objects.using(REPLICA).filter(part=Component.BEAT, at__gt=Now() - MOST_BEHIND)
    try:
        return signs.exists()
    except Error:
        connections[REPLICA].close()
        return False
