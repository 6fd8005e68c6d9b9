"""Rows of a model by SQL that is written once in a process.

The ORM writes its sentence anew each time it asks, which takes three times as long as reading the
answer. So whatever nearly every page asks is asked here (ADR 20); the rest is better left to it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import ForeignKey, Model

Row = TypeVar("Row", bound=Model)


class Columns(NamedTuple):
    """The columns of a row that are a model's."""

    model: type[Model]
    fields: list[str]
    columns: slice


class Selection(NamedTuple):
    """`parts` are the model's own columns and those of each that is joined; `more` comes last."""

    sql: str
    parts: list[Columns]
    joined: tuple[str, ...]
    more: list[str]

    def told(self, row: Sequence[Any], using: str) -> Any:
        one, *related = [
            part.model.from_db(using, part.fields, row[part.columns]) for part in self.parts
        ]
        for name, other in zip(self.joined, related, strict=True):
            setattr(one, name, other)
        for name, value in zip(self.more, row[len(row) - len(self.more) :], strict=True):
            setattr(one, name, value)
        return one


def read(
    model: type[Row],
    rest: str,
    facts: Sequence[Any] = (),
    *,
    more: Sequence[tuple[str, str]] = (),
    joined: Sequence[str] = (),
    using: str = DEFAULT_DB_ALIAS,
) -> list[Row]:
    """The rows that `rest`, behind "SELECT … FROM its table", asks for.

    `joined` are foreign keys whose rows come with it, each under its field's name in the SQL; who
    has none is left out. `more` are further columns, each by the name of its attribute.
    """
    selection = _selection(model, tuple(joined), tuple(more))
    with connections[using].cursor() as cursor:
        cursor.execute(f"{selection.sql} {rest}", facts)
        return [selection.told(row, using) for row in cursor.fetchall()]


def columns_of(model: type[Model], table: str) -> list[str]:
    """All of them in their order, of the model's table under that name, quoted."""
    return [f'{table}."{field.column}"' for field in model._meta.concrete_fields]


@cache
def _selection(
    model: type[Model], joined: tuple[str, ...], more: tuple[tuple[str, str], ...]
) -> Selection:
    """Of models whose columns come from the database as their fields have them."""
    table = model._meta.db_table
    keys = [cast("ForeignKey", model._meta.get_field(name)) for name in joined]
    columns: list[str] = []
    parts = []
    for name, one in [(table, model), *((key.name, key.related_model) for key in keys)]:
        theirs = columns_of(one, name)
        fields = [field.attname for field in one._meta.concrete_fields]
        parts.append(Columns(one, fields, slice(len(columns), len(columns) + len(theirs))))
        columns += theirs
    columns += [column for _, column in more]
    joins = "".join(_join(table, key) for key in keys)
    sql = f"SELECT {', '.join(columns)} FROM {table}{joins}"  # noqa: S608 - names of our own
    return Selection(sql, parts, joined, [name for name, _ in more])


def _join(table: str, key: ForeignKey) -> str:
    there = key.related_model._meta.db_table
    return f' JOIN {there} {key.name} ON {key.name}.id = {table}."{key.column}"'
