"""Changes in words: "Price: 60.00 → 65.00". As many queries as there are kinds of rows shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.actions.exports import OF_CLIENTS
from bookings.models import Change, Operation

NOTHING = "–"
LONGEST = 120
TABLES: dict[str, type[models.Model]] = {
    model._meta.db_table: model for model in apps.get_models(include_auto_created=True)
}


@dataclass(frozen=True)
class ChangeInWords:
    """One change: of what, and each column that differs."""

    change: Change
    kind: str
    of: str
    lines: Sequence[str]


class RowNames:
    """Knows the names of all rows that a page of changes speaks of."""

    def __init__(self, changes: Iterable[Change], tz: ZoneInfo):
        self.changes, self.tz = list(changes), tz
        self.names = _names(self.changes)

    def told(self) -> list[ChangeInWords]:
        return [self._told(change) for change in self.changes]

    def _told(self, change: Change) -> ChangeInWords:
        model = TABLES.get(change.table)
        if change.table == OF_CLIENTS:
            words = ngettext("{count} client", "{count} clients", change.row)
            kind = _("clients taken out as a file")
            return ChangeInWords(change, kind, words.format(count=change.row), ())
        if model is None:
            return ChangeInWords(change, change.table, _number(change.row), ())
        fields = {field.column: field for field in model._meta.concrete_fields}
        columns = [name for name in fields if name in {**change.before, **change.after}]
        lines = [self._line(change, fields[name]) for name in columns if name != "id"]
        name = self.names.get((model, change.row)) or _name_then(change)
        return ChangeInWords(change, str(model._meta.verbose_name), name, lines)

    def _line(self, change: Change, field: models.Field) -> str:
        label = str(field.verbose_name)
        label = label[:1].upper() + label[1:]
        before, after = (
            self._value(field, values.get(field.column)) for values in (change.before, change.after)
        )
        if change.did == Operation.CHANGED:
            return f"{label}: {before} → {after}"
        return f"{label}: {after if change.did == Operation.ADDED else before}"

    def _value(self, field: models.Field, value: Any) -> str:
        if value in (None, ""):
            return NOTHING
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(map(str, value)) or NOTHING
        if field.remote_field:
            return self.names.get((field.related_model, value)) or _number(value)
        if isinstance(field, models.DateTimeField) and value != "changed":
            return dateformat.format(datetime.fromisoformat(value).astimezone(self.tz), "d M Y H:i")
        if isinstance(field, models.DecimalField):
            return f"{value:.{field.decimal_places}f}"
        words = str(dict(field.flatchoices or []).get(value, value))
        return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def _names(changes: Sequence[Change]) -> dict[tuple[Any, int], str]:
    """Of the rows that were changed and of those their columns name, as far as they are there."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    for change in changes:
        if model := TABLES.get(change.table):
            wanted[model].add(change.row)
            for field in model._meta.concrete_fields:
                if field.remote_field:
                    for values in (change.before, change.after):
                        if value := values.get(field.column):
                            wanted[field.related_model].add(value)
    return {(model, row.pk): str(row) for model, pks in wanted.items() for row in _rows(model, pks)}


def _rows(model: type[models.Model], pks: set[int]) -> Iterable[models.Model]:
    named = [field.name for field in model._meta.concrete_fields if field.remote_field]
    return model._default_manager.select_related(*named).filter(pk__in=pks)


def _number(row: int) -> str:
    return _("no. {number}").format(number=row)


def _name_then(change: Change) -> str:
    """Of a row that is gone, as it called itself."""
    said = change.before or change.after
    return str(said.get("name") or said.get("email") or _number(change.row))
