"""Rows of a model by SQL that is written once in a process.

The ORM writes its sentence anew each time it asks, which takes three times as long as reading the
answer. So whatever nearly every page asks is asked here (ADR 20); the rest is better left to it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


class Selection(NamedTuple):
    fields: list[str]
    sql: str


def read(
    model: type[Row],
    rest: str,
    facts: Sequence[Any] = (),
    *,
    more: Sequence[tuple[str, str]] = (),
    using: str = DEFAULT_DB_ALIAS,
) -> list[Row]:
    """The rows that `rest`, behind "SELECT … FROM its table", asks for.

    `more` are further columns, each by the name of the attribute that it becomes.
    """
    fields, selection = _selection(model, tuple(more))
    with connections[using].cursor() as cursor:
        cursor.execute(f"{selection} {rest}", facts)
        found = [(model.from_db(using, fields, row), row) for row in cursor.fetchall()]
    for one, row in found if more else ():
        for (name, _), value in zip(more, row[len(fields) :], strict=True):
            setattr(one, name, value)
    return [one for one, _ in found]


def columns_of(model: type[Model], table: str) -> list[str]:
    """All of them in their order, of the model's table under that name, quoted."""
    return [f'{table}."{field.column}"' for field in model._meta.concrete_fields]


@cache
def _selection(model: type[Model], more: tuple[tuple[str, str], ...]) -> Selection:
    """Of models whose columns come from the database as their fields have them."""
    fields, table = model._meta.concrete_fields, model._meta.db_table
    columns = [*columns_of(model, table), *(column for _, column in more)]
    sql = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - names of our own
    return Selection([field.attname for field in fields], sql)
