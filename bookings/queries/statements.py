"""SQL of our own, asked as it stands; under the diary's lock as a statement that is planned once.

A booking asks the same few large statements each time, and PostgreSQL took longer to plan most of
them than to answer. Prepared, they are planned once for each session of the database.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from bookings.queries import replica

# Where sessions last: a plan for any values, not one for each. Costs nothing beside another SET.
FOR_ANY_VALUES = "SET LOCAL plan_cache_mode = force_generic_plan"
Row = TypeVar("Row", bound=Model)
AS_A_LIST = "(SELECT json_agg(one) FROM ({}) one)"
FACT = re.compile(r"%\((\w+)\)s")
_planned_once: ContextVar[bool] = ContextVar("statements are prepared", default=False)
# By session, the names of what is prepared in it; None where one has failed.
_prepared: WeakKeyDictionary[Any, set[str] | None] = WeakKeyDictionary()


class SqlQuestion(NamedTuple):
    sql: str
    facts: dict[str, Any]


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
    known = _prepared_in(connection)
    if known is None:
        return rows(sql, **facts)
    name, prepare, execute = _as_prepared(sql)
    _prepared[connection.connection] = None  # until it is known to have gone well
    found = rows(execute if name in known else f"{prepare}; {execute}", **facts)
    _prepared[connection.connection] = known | {name}
    return found


def together(*asked: SqlQuestion) -> list[Sequence[Sequence]]:
    """The rows of each, in one round trip where they are planned once.

    Their columns have names, and values that JSON has; facts of one name are one. Many rows
    would take longer so, and are asked for one statement after the other.
    """
    if _prepared_in(connections[replica.alias()]) is None:
        return [rows(sql, **facts) for sql, facts in asked]
    facts = {name: value for one in asked for name, value in one.facts.items()}
    [found] = planned_rows(_as_one(tuple(one.sql for one in asked)), **facts)
    return [[tuple(row.values()) for row in one or ()] for one in found]


def models_told(model: type[Row], found: Iterable[Sequence]) -> list[Row]:
    """Of rows of all its columns in their order, also where they came as JSON."""
    fields = model._meta.concrete_fields
    names = [one.attname for one in fields]
    return [
        model.from_db(
            replica.alias(),
            names,
            [field.to_python(value) for field, value in zip(fields, row, strict=True)],
        )
        for row in found
    ]


def _prepared_in(connection: BaseDatabaseWrapper) -> set[str] | None:
    """The names of what is prepared in its session; None where nothing may be."""
    connection.ensure_connection()
    if not _planned_once.get() or _is_shared(connection):
        return None
    return _prepared.setdefault(connection.connection, set())


def _is_shared(connection: BaseDatabaseWrapper) -> bool:
    """Behind a pooler the next transaction may have another session."""
    return connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


@cache
def _as_one(statements: tuple[str, ...]) -> str:
    return "SELECT " + ", ".join(AS_A_LIST.format(one) for one in statements)


@cache
def _as_prepared(sql: str) -> tuple[str, str, str]:
    """Its name, and how it is prepared and asked."""
    name = f"taper_{sha256(sql.encode()).hexdigest()[:16]}"
    facts = list(dict.fromkeys(FACT.findall(sql)))
    numbered = FACT.sub(lambda fact: f"${facts.index(fact[1]) + 1}", sql)
    asked = ", ".join(f"%({fact})s" for fact in facts)
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name} ({asked})"
