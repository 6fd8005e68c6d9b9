"""SQL of our own, asked as it stands; under the diary's lock as a statement that is planned once.

A booking asks the same few large statements each time, and PostgreSQL took longer to plan most of
them than to answer. Prepared, they are planned once for each session of the database.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bookings.queries import replica

# Where sessions last: a plan for any values, not one for each. Costs nothing beside another SET.
FOR_ANY_VALUES = "SET LOCAL plan_cache_mode = force_generic_plan"
FACT = re.compile(r"%\((\w+)\)s")
_planned_once: ContextVar[bool] = ContextVar("statements are prepared", default=False)
# By session, the names of what is prepared in it; None where one has failed.
_prepared: WeakKeyDictionary[Any, set[str] | None] = WeakKeyDictionary()


@contextmanager
def planned_once() -> Iterator[None]:
    """Meanwhile `planned_rows` prepares what it asks."""
    token = _planned_once.set(True)
    try:
        yield
    finally:
        _planned_once.reset(token)


def rows(sql: str, **facts: Any) -> list[tuple]:
    with connections[replica.alias()].cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall()


def planned_rows(sql: str, **facts: Any) -> list[tuple]:
    """The same; of the statement each fact's type must be plain."""
    connection = connections[replica.alias()]
    connection.ensure_connection()
    known = _prepared.setdefault(connection.connection, set())
    if known is None or not _planned_once.get() or _is_shared(connection):
        return rows(sql, **facts)
    name, prepare, execute = _as_prepared(sql)
    _prepared[connection.connection] = None  # until it is known to have gone well
    found = rows(execute if name in known else f"{prepare}; {execute}", **facts)
    _prepared[connection.connection] = known | {name}
    return found


def _is_shared(connection: BaseDatabaseWrapper) -> bool:
    """Behind a pooler the next transaction may have another session."""
    return connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


@cache
def _as_prepared(sql: str) -> tuple[str, str, str]:
    """Its name, and how it is prepared and asked."""
    name = f"taper_{sha256(sql.encode()).hexdigest()[:16]}"
    facts = list(dict.fromkeys(FACT.findall(sql)))
    numbered = FACT.sub(lambda fact: f"${facts.index(fact[1]) + 1}", sql)
    asked = ", ".join(f"%({fact})s" for fact in facts)
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name} ({asked})"
