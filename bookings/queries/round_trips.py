"""Rows of which nobody asks what came go along with the next statement, in the same order.

Each round trip to the database that is made under the diary's lock is waited for by everybody else
who books. What is wrong with such a row is said of the statement that it went along with.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

_waiting: ContextVar[list[str] | None] = ContextVar("INSERTs that wait", default=None)


@contextmanager
def sent_together() -> Iterator[None]:
    """Within a transaction: what is added meanwhile waits for the next statement, or the end."""
    if _waiting.get() is not None:
        yield
        return
    waiting: list[str] = []

    def along(execute: Callable, sql: str, params: Any, *context: Any) -> Any:
        if waiting:
            before = "; ".join([*waiting, ""])
            waiting.clear()
            sql = (before if params is None else before.replace("%", "%%")) + sql
        return execute(sql, params, *context)

    token = _waiting.set(waiting)
    connection.execute_wrappers.insert(0, along)  # before the one that tells who writes
    try:
        yield
        if waiting:
            with connection.cursor() as cursor:
                cursor.execute(waiting.pop())
    finally:
        connection.execute_wrappers.remove(along)
        _waiting.reset(token)


def add(rows: Sequence[Model]) -> None:
    """Inserts them, but for those that are there already. They are not told their ids."""
    if not rows:
        return
    query = InsertQuery(type(rows[0]), on_conflict=OnConflict.IGNORE)
    fields = [
        one for one in rows[0]._meta.concrete_fields if not (one.primary_key or one.generated)
    ]
    query.insert_values(fields, list(rows))
    [(sql, values)] = query.get_compiler(connection.alias).as_sql()
    waiting = _waiting.get()
    with connection.cursor() as cursor:
        if waiting is None:
            cursor.execute(sql, values)
        else:
            waiting.append(cursor.mogrify(sql, values).decode())
