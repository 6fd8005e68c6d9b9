"""A client's rows in words, for the page that shows them; the file has them as they are kept."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings import dates
from bookings.actions.clients.details import FIELDS
from bookings.desk.records.history_text import TABLES, RowNames
from bookings.models import (
    AppointmentEvent,
    Change,
    ClientEvent,
    Clinic,
    Mail,
    Room,
    SignInEvent,
    Therapist,
    Treatment,
)
from bookings.models.mail.kinds import FOR_ITS_READER
from bookings.queries.scheduling import event_text
from clinic.records.client_export import Rows
from clinic.records.registry.record import Record
from clinic.records.registry.rows import RECORDS

RECORD_EVENTS = {
    "changed": _("Changed"),
    "merged": _("Put together with another record of yours"),
    "person confirmed": _("Confirmed that it is you"),
    "record joined": _("What you had sent from a form was joined with your record"),
    "said not to be": _("You said that it was not yours"),
    "taken down": _("Written down by the clinic"),
    "told their age": _("You told your age"),
}
HOWS = {
    "code": _("mailed code"),
    "password": _("password"),
    "recovery_codes": _("recovery code"),
    "totp": _("app"),
    "webauthn": _("passkey"),
}
A_RULE = re.compile(r" \(R\d+\)")  # as our own texts call them
NAMED = (Therapist, Room, Treatment)  # of anybody else a row says nothing here


def in_words(groups: Mapping[str, Rows], clinic: Clinic) -> dict[str, Rows]:
    """As many queries whatever there is."""
    records = {record.name: record for record in RECORDS if record.shown}
    return {
        name: _changes(rows, clinic)
        if name in records and records[name].model is Change
        else [_row(records.get(name), row, clinic) for row in rows]
        for name, rows in groups.items()
    }


def _row(record: Record | None, row: Mapping[str, Any], clinic: Clinic) -> dict[str, Any]:
    if record is None:  # of health, which is in words already
        return dict(row)
    said = dict(row)
    if record.model is AppointmentEvent:
        event = AppointmentEvent(kind=said["What"], facts=said.pop("Details") or {})
        said["What"] = event_text.in_words(event, clinic)
    elif record.model is ClientEvent:
        said["What"] = RECORD_EVENTS.get(said["What"], said["What"])
        said["Details"] = _details(said["Details"] or {}, clinic)
    elif record.model is SignInEvent:
        ways = (said["How"] or "").split(", ")
        said["How"] = ", ".join(str(HOWS.get(way, way)) for way in ways)
    elif record.model is Mail:
        said["What"] = FOR_ITS_READER.get(said["What"], said["What"])
        said["Why"] = A_RULE.sub("", said.get("Why", ""))
    return {_plain(label): _value(record, label, value) for label, value in said.items()}


def _value(record: Record, label: str, value: Any) -> Any:
    if label == "By":
        return value.partition(":")[0]
    return _words_of(record, label).get(value, value) if isinstance(value, str | int) else value


def _plain(label: str) -> str:
    """Without what explains the file's numbers."""
    return label.partition(" (")[0]


def _words_of(record: Record, label: str) -> Mapping[Any, Any]:
    """Of each value that the column may have, if it has words."""
    model: Any = record.model
    field = None
    for part in record.shown[label].split("__"):
        field = model._meta.get_field(part)
        model = field.related_model or model
    return dict(getattr(field, "flatchoices", None) or [])


def _details(facts: Mapping[str, Any], clinic: Clinic) -> str:
    """What the desk changed of a record: "Phone: 1 → 2"."""
    facts = {key: _days_in_words(values, clinic) for key, values in facts.items()}
    before, after = facts.get("from", {}), facts.get("to", facts.get("gone", {}))
    changes = [
        f"{_named(name)}: {_said(before[name])} → {_said(value)}"
        if name in before
        else f"{_named(name)}: {_said(value)}"
        for name, value in after.items()
        if value or before.get(name)
    ]
    return "; ".join([*changes, *map(str, facts.get("told", []))])


def _days_in_words(values: Any, clinic: Clinic) -> Any:
    """As events keep them, an instant or a day in ISO 8601."""
    if not isinstance(values, Mapping):
        return values
    said = dict(values)
    if said.get("created_at"):
        at = datetime.fromisoformat(said["created_at"])
        said["created_at"] = dates.day_of_year(clinic.day_of(at))
    if said.get("date_of_birth"):
        said["date_of_birth"] = dates.day_of_year(date.fromisoformat(said["date_of_birth"]))
    return said


def _named(name: str) -> str:
    words = str(FIELDS.get(name, name.replace("_", " ")))
    return words[:1].upper() + words[1:]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value) if value else "–"


def _changes(rows: Sequence[Mapping[str, Any]], clinic: Clinic) -> Rows:
    """A line each of what differs, without the numbers of rows."""
    changes = [
        Change(
            table=row["Of"],
            row=0,
            did=row["Did"],
            before=_without_numbers(row["Of"], row["Before"]),
            after=_without_numbers(row["Of"], row["After"]),
        )
        for row in rows
    ]
    return [
        {
            "At": row["At"],
            "By": row["By"],
            "What": f"{told.kind}: {told.change.get_did_display()}",
            "Details": "; ".join(told.lines),
        }
        for row, told in zip(rows, RowNames(changes, clinic.tz).told(), strict=True)
    ]


def _without_numbers(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is known by its number alone, and is none of NAMED, says nothing to anybody."""
    model = TABLES.get(table)
    fields = model._meta.concrete_fields if model else ()
    numbers = {field.column for field in fields if _is_a_number(field)}
    return {name: value for name, value in values.items() if name not in numbers}


def _is_a_number(field: models.Field) -> bool:
    return bool(field.remote_field) and field.related_model not in NAMED
