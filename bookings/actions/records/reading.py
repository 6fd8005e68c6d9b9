"""A file is read: its columns guessed, its rows kept until somebody has seen to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.core.records import text_files, workbooks
from bookings.core.records.fields import (
    Field,
    OtherSystem,
    guessed,
    known_names,
    refusal_of,
    source_of,
)
from bookings.core.records.moments import Order, Orders, orders_in
from bookings.core.records.people import moments_in, values_of
from bookings.core.records.tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    ListFault,
    ListTable,
    Unreadable,
    table_of,
)
from bookings.core.wording import one_line
from bookings.models import ClientImport, ImportedRow, ImportState

AT_ONCE = 1_000
SAMPLES = 3
SENTENCES = {
    ListFault.EMPTY: gettext_lazy("There is nothing in that file. Nothing was imported."),
    ListFault.NOT_A_TABLE: gettext_lazy(
        "That is neither a CSV file nor a workbook. Export the list anew as CSV or as .xlsx."
    ),
    ListFault.OLD_WORKBOOK: gettext_lazy(
        "That is an old workbook (.xls), or one with a password. Save it as .xlsx or CSV without "
        "a password."
    ),
    ListFault.BROKEN_WORKBOOK: gettext_lazy(
        "That workbook cannot be opened. Save it anew as .xlsx, or as CSV."
    ),
    ListFault.TOO_LARGE_INSIDE: gettext_lazy(
        "That workbook becomes too large once it is unpacked. Save the sheet with the clients "
        "alone, or export it as CSV."
    ),
    ListFault.TOO_MANY_ROWS: gettext_lazy(
        "That file has more than {rows} rows. Split it, and import one part after the other."
    ),
    ListFault.TOO_MANY_COLUMNS: gettext_lazy(
        "Row {row} has more than {columns} columns. Leave out those that are not needed."
    ),
    ListFault.UNCLOSED_QUOTE: gettext_lazy(
        "From row {row} on a quotation mark has no second one, so that rows run into one another. "
        "Put that right, or export the list anew."
    ),
}


class ListUnreadable(Refused):
    sentence = gettext_lazy("That file cannot be read.")


class NotToBeImported(Refused):
    """Of an import that is elsewhere than its page has shown."""

    sentence = gettext_lazy("This import has gone on meanwhile. Nothing was changed.")


def read(data: bytes, *, file_name: str, by: str, now: datetime) -> ClientImport:
    """Keeps its rows, without the columns that are never taken in. Raises ListUnreadable."""
    try:
        table = _table(data)
    except Unreadable as error:
        raise ListUnreadable(_sentence(error)) from error
    if not table.rows:
        raise ListUnreadable(str(SENTENCES[ListFault.EMPTY]))
    source = source_of(table.names)
    fields = guessed(table.names, source)
    return _keep(
        table,
        ClientImport(
            file_name=one_line(file_name, 200) or "list",
            how=table.how.replace("\t", "tab"),
            source=source,
            columns=[one_line(name) for name in table.names],
            mapping=_kept_mapping(fields),
            digest=salted_hmac("bookings.import", data, algorithm="sha256").hexdigest(),
            by=by,
            created_at=now,
        ),
    )


def _table(data: bytes) -> ListTable:
    reader = workbooks if workbooks.is_workbook(data) else text_files
    rows, how = reader.rows_of(data)
    return table_of(rows, how, known_names())


def _sentence(error: Unreadable) -> str:
    places = {"rows": f"{MOST_ROWS:,}", "columns": MOST_COLUMNS, "row": error.row}
    return str(SENTENCES[error.fault]).format(**places)


@transaction.atomic
def _keep(table: ListTable, batch: ClientImport) -> ClientImport:
    refused = {n for n, name in enumerate(table.names) if refusal_of(name)}
    batch.save()
    rows = (
        ImportedRow(
            batch=batch,
            number=number,
            cells=["" if n in refused else cell for n, cell in enumerate(row)],
        )
        for number, row in table.rows
    )
    while some := list(islice(rows, AT_ONCE)):
        ImportedRow.objects.bulk_create(some)
    return batch


def samples(batch: ClientImport) -> list[list[str]]:
    """By column, the first values that there are."""
    found: list[list[str]] = [[] for _name in batch.columns]
    for cells in batch.rows.values_list("cells", flat=True)[:200]:
        for values, cell in zip(found, cells or (), strict=False):
            if cell and len(values) < SAMPLES and cell not in values:
                values.append(cell)
    return found


def orders_of(batch: ClientImport, fields: Mapping[int, Field]) -> Orders:
    """What all its days together say of whether the day or the month comes first."""
    texts: set[str] = set()
    for cells in batch.rows.values_list("cells", flat=True).iterator():
        texts.update(moments_in(values_of(cells or (), fields)))
    return orders_in(sorted(texts))


def names_in(batch: ClientImport, fields: Mapping[int, Field], field: Field) -> list[str]:
    """What the file calls treatments or therapists."""
    found = {
        name
        for cells in batch.rows.values_list("cells", flat=True).iterator()
        if (name := values_of(cells or (), fields).get(field))
    }
    return sorted(found)


def settle_columns(
    batch: ClientImport,
    *,
    source: OtherSystem,
    fields: Mapping[int, Field],
    order: Order | None,
    names: Mapping[str, Mapping[str, int]],
    remind: bool,
    **choices: Any,
) -> None:
    """Raises NotToBeImported where it has been begun meanwhile.

    `choices` are `same_address`, `no_pauses` and `takes_far`, where they are not to stay.
    """
    may = ClientImport.objects.filter(
        pk=batch.pk, state__in=[ImportState.READ, ImportState.CHECKED], forgotten_at=None
    )
    changed = may.update(
        source=source,
        mapping=_kept_mapping(_taken(batch.columns, fields)),
        date_order=order or "",
        names=names,
        remind=remind,
        **choices,
        state=ImportState.READ,
    )
    if not changed:
        raise NotToBeImported
    batch.refresh_from_db()


def guess_again(batch: ClientImport, source: OtherSystem) -> None:
    """By the names that this system uses. Raises NotToBeImported where it has been begun."""
    settle_columns(
        batch,
        source=source,
        fields=guessed(batch.columns, source),
        order=batch.order,
        names=batch.names,
        remind=batch.remind,
    )


def _taken(names: Sequence[str], fields: Mapping[int, Field]) -> dict[int, Field]:
    """Without what no hand may map either."""
    return {n: one for n, one in fields.items() if n < len(names) and not refusal_of(names[n])}


def _kept_mapping(fields: Mapping[int, Field]) -> dict[str, Any]:
    return {str(column): field.value for column, field in fields.items()}


def drop(batch: ClientImport) -> None:
    """One of which nothing was taken in. Raises NotToBeImported."""
    made = ImportedRow.objects.filter(
        Q(made_client=True) | Q(made_visit=True), batch=OuterRef("pk")
    )
    gone = ClientImport.objects.filter(
        Q(state__in=[ImportState.READ, ImportState.CHECKED])
        | Q(state=ImportState.FAILED) & ~Exists(made),
        pk=batch.pk,
    )
    if not gone.delete()[0]:
        raise NotToBeImported
