"""A list taken in from beginning to end, as its pages do it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from bookings.actions.records import checking, importing, jobs, reading, undoing
from bookings.core.records.fields import OtherSystem
from bookings.models import ClientImport
from tests.reading import present

BY = "owner: 1"


def read(text: str | bytes, name: str = "list.csv") -> ClientImport:
    data = text.encode() if isinstance(text, str) else text
    return reading.read(data, file_name=name, by=BY, now=timezone.now())


def settled(batch: ClientImport, **changed: Any) -> ClientImport:
    """Its columns as they were guessed, but for what is changed; and its days, where those say."""
    wanted: dict[str, Any] = {
        "source": OtherSystem(batch.source),
        "fields": batch.fields,
        "order": reading.orders_of(batch, changed.get("fields", batch.fields)).sure,
        "names": {},
        "remind": False,
        **changed,
    }
    reading.settle_columns(batch, **wanted)
    return batch


def worked() -> None:
    while jobs.go_on_with_all(now=timezone.now()):
        pass


def checked(text: str | bytes, **changed: Any) -> ClientImport:
    batch = settled(read(text), **changed)
    checking.check(batch, now=timezone.now())
    worked()
    return present(ClientImport.objects.filter(pk=batch.pk).first())


def imported(text: str | bytes, **changed: Any) -> ClientImport:
    batch = checked(text, **changed)
    importing.start(batch, now=timezone.now())
    worked()
    batch.refresh_from_db()
    return batch


def undone(batch: ClientImport) -> ClientImport:
    undoing.undo(batch, now=timezone.now())
    worked()
    batch.refresh_from_db()
    return batch


def outcomes(batch: ClientImport) -> Mapping[str, int]:
    return Counter(batch.rows.values_list("outcome", flat=True))


def told(batch: ClientImport) -> list[tuple[int, str, str]]:
    return list(batch.rows.values_list("number", "outcome", "reason"))
