"""The type of the registry's rows: all that is decided about the rows of one model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import ForeignObjectRel, Model, Q, QuerySet
from django.utils.functional import Promise

from bookings.models import Client


class Fate(StrEnum):
    """What erasing a client does with a row."""

    GOES = "erased"
    NAMELESS = "kept without anything that says whose it is"
    KEPT = "kept, locked away, until its time is over"
    STAYS = "kept; it says of nobody who they are"


@dataclass(frozen=True)
class Merge:
    """`gone` goes, `kept` stays; `choices` name for a field of both whose value is right."""

    kept: Client
    gone: Client
    by: str
    now: datetime
    choices: Mapping[str, str] = field(default_factory=dict)


# Hands over the rows of a relation to Client; returns what was dropped, a line each.
MergeStep = Callable[[Merge, ForeignObjectRel], list[str]]


@dataclass(frozen=True, kw_only=True)
class Export:
    """What the export of the whole clinic writes: every column but the secret ones."""

    secret: frozenset[str] = frozenset()
    opened_on_request: bool = False  # `content`, and then recorded as read in its client's name
    left_out: str = ""  # why


FULL, SEALED = Export(), Export(opened_on_request=True)


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """Triggers write each change to the history (ADR 6), on these statements."""

    no_news: frozenset[str] = frozenset()  # columns that it leaves out
    secret: frozenset[str] = frozenset()  # columns of which it says only that they changed
    on: frozenset[str] = frozenset({"INSERT", "UPDATE", "DELETE"})


@dataclass(frozen=True)
class AppendOnly:
    """A trigger refuses to change or remove a row, but for forgetting."""


@dataclass(frozen=True)
class NotRemembered:
    why: str


REMEMBERED, APPEND_ONLY = Remembered(), AppendOnly()


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that is decided about one model's rows.

    `owner` leads to the client in Django's way of naming that; None: they are about no client.
    `or_owner` is a second way there.
    `blank` is what rows that stay are set to; of NAMELESS ones, all that says whose they are.
    `on_merge` has a step for each foreign key to Client; it is empty where a row goes along with
    its parent. `with_login` says what becomes of the rows when the login they point to is deleted.
    """

    model: type[Model]
    name: str  # as people read it
    owner: str | None = None
    or_owner: str | None = None
    only: Callable[[QuerySet], QuerySet] = lambda rows: rows
    shown: Mapping[str, str] = field(default_factory=dict)  # to its client: label -> field
    on_erase: Fate
    why: str | Promise = ""
    blank: Mapping[str, Any] = field(default_factory=dict)
    on_merge: Mapping[str, MergeStep] = field(default_factory=dict)
    with_login: str = ""
    export: Export = FULL
    history: Remembered | AppendOnly | NotRemembered

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def of(self, client: Client) -> QuerySet:
        """Nothing of what is about no client."""
        rows = self.model._default_manager
        ways = [Q((way, client.pk)) for way in (self.owner, self.or_owner) if way]
        if len(ways) < 2:
            return self.only(rows.filter(*ways)) if ways else rows.none()
        # Each way by its index: "or" over two tables would read all rows of everybody.
        first, second = (rows.filter(way).order_by().values("pk") for way in ways)
        return self.only(rows.filter(pk__in=first.union(second)))
