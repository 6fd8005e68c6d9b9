"""Everything the clinic has, in formats that any program reads: it is the clinic's own.

A zip with each table twice: as CSV for a spreadsheet, and exactly, as a line of JSON for each row.
Health data stays sealed in it, unless somebody asks for it by name; then that is recorded, as
whenever it is read.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from bookings.core.csv_safety import as_text
from bookings.models import Client
from clinic.records.registry.record import Record
from clinic.records.registry.rows import RECORDS
from therapists import health_audit
from therapists.health_audit import Reader
from therapists.models.sealed import Sealed

AT_ONCE = 1000
# Of a client, for the owner's spreadsheet: named as in the whole export, which the import knows.
# Neither whether somebody is on hold nor what the desk has noted, which may be about health.
OF_CLIENTS = (
    "id", "name", "email", "phone", "language", "date_of_birth", "guardian_name", "created_at",
    "wants_reminders", "wants_news", "wants_nudges", "long_run_weekday", "weekly_volume_km",
)  # fmt: skip


@dataclass(frozen=True)
class ExportedRows:
    """How many rows of each file there are."""

    rows: dict[str, int]
    opened: dict[str, int]


def exported() -> list[Record]:
    return [record for record in RECORDS if not record.export.left_out]


def columns(record: Record) -> list[models.Field]:
    fields = record.model._meta.concrete_fields
    return [field for field in fields if field.name not in record.export.secret]


def write(file: IO[bytes], *, now: datetime, reader: Reader | None = None) -> ExportedRows:
    """One instant of every table; with a `reader`, health data opened, recorded as read by them."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            rows = {record.label: _table(whole, record) for record in exported()}
        opened = _health(whole, reader, now) if reader else {}
        written = ExportedRows(rows, opened)
        whole.writestr("README.md", _readme(written, now))
    return written


def _table(whole: zipfile.ZipFile, record: Record) -> int:
    names = [field.attname for field in columns(record)]
    with _member(whole, f"csv/{record.label}.csv") as text:
        rows = csv.writer(text)
        rows.writerow(names)
        for row in _rows_of(record, names):
            rows.writerow(_cell(value) for value in row)
    count = 0
    with _member(whole, f"json/{record.label}.jsonl") as text:
        for row in _rows_of(record, names):
            text.write(_line(dict(zip(names, map(_plain, row), strict=True))))
            count += 1
    return count


def clients_in_cells() -> Iterator[list[Any]]:
    """The names of the columns, then each client who has not been erased."""
    yield list(OF_CLIENTS)
    rows = Client.objects.living().order_by("pk").values_list(*OF_CLIENTS)
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield [_cell(value) for value in row]


def _member(whole: zipfile.ZipFile, name: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        whole.open(name, "w", force_zip64=True), encoding="utf-8", newline="", write_through=False
    )


def _rows_of(record: Record, names: list[str]) -> Iterator[tuple[Any, ...]]:
    rows = record.model._base_manager.order_by("pk").values_list(*names)
    return rows.iterator(chunk_size=AT_ONCE)


def _plain(value: Any) -> Any:
    """Sealed data as the text that it is sealed to; the rest is for JSON to say."""
    if isinstance(value, Sealed):
        return value.token.decode()
    return bytes(value).hex() if isinstance(value, memoryview | bytes) else value


def _cell(value: Any) -> Any:
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return as_text(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))
    if isinstance(value, datetime):
        return value.isoformat()
    return as_text(value) if isinstance(value, str) else value


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def _health(whole: zipfile.ZipFile, reader: Reader, now: datetime) -> dict[str, int]:
    """Outside of the one instant, for each reading is recorded before anything is opened."""
    counts = {}
    for record in exported():
        if not record.export.opened_on_request:
            continue
        counts[record.label] = 0
        with _member(whole, f"health/{record.label}.jsonl") as text:
            for rows in _batches(record):
                opened = health_audit.opened(rows, reader=reader, now=now)
                for row, content in zip(rows, opened, strict=True):
                    text.write(_line({"id": row.pk, "content": content}))
                counts[record.label] += len(rows)
    return counts


def _batches(record: Record) -> Iterator[list[Any]]:
    last: Any = 0
    rows = record.model._base_manager.exclude(content=None).select_related(record.owner)
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield found
        last = found[-1].pk


def _readme(written: ExportedRows, now: datetime) -> str:
    health = (
        "`health/` has the same rows as the sealed columns `content`, opened, by their `id`."
        if written.opened
        else "Columns called `content` in tables of `therapists` are sealed; the clinic's "
        "`HEALTH_KEYS` open them (Fernet), or `manage.py export_all --with-health`."
    )
    left_out = [f"- {one.label}: {why}" for one in RECORDS if (why := one.export.left_out)]
    secret = [f"{one.label}.{name}" for one in RECORDS for name in one.export.secret]
    return "\n".join(
        [
            f"# All data of the clinic, {now.isoformat(timespec='seconds')}",
            "",
            "Each table is here twice: `csv/` for spreadsheets, in which text that looks like a "
            "formula begins with an apostrophe, and `json/`, exact, one row a line. UTF-8; times "
            "are in UTC as ISO 8601 says. Names that end in `_id` refer to the table named.",
            "",
            health,
            "",
            "Not here:",
            "",
            *sorted(left_out),
            f"- {', '.join(sorted(secret))}: secrets",
            "",
            *(line for record in exported() for line in _of_table(record, written)),
        ]
    )


def _of_table(record: Record, written: ExportedRows) -> Iterator[str]:
    model = record.model
    about = (model.__doc__ or "").strip().partition("\n")[0]
    yield f"## {record.label}: {record.name}, {written.rows[record.label]:,} rows\n"
    if not about.startswith(f"{model.__name__}("):  # Django's, where there is no other
        yield f"{about}\n"
    yield "| column | type | meaning |\n| --- | --- | --- |"
    for field in columns(record):
        yield f"| `{field.attname}` | {_type_of(field)} | {_meaning_of(field)} |"
    yield ""


def _type_of(field: models.Field) -> str:
    kind = field.get_internal_type().removesuffix("Field")
    if field.remote_field:
        kind = f"refers to {field.remote_field.model._meta.label}"
    return f"{kind}, may be empty" if field.null else kind


def _meaning_of(field: models.Field) -> str:
    choices = ", ".join(f"{value} = {label}" for value, label in field.flatchoices)
    parts = [str(field.verbose_name), str(field.help_text), choices]
    return "; ".join(part for part in parts if part).replace("|", "\\|").replace("\n", " ")
