"""The only way to health data: whoever reads or writes is recorded in the same act.

The record of a reading is committed before anything is opened, so that it stays whatever
becomes of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.models import User
from therapists.models import (
    Access,
    AccessOperation,
    Clearance,
    HealthCheck,
    KeptRecord,
    Letter,
    Note,
    NoteVersion,
    Photo,
)
from therapists.models.sealed import Sealed

Row = HealthCheck | Clearance | KeptRecord | Letter | Note | NoteVersion | Photo


@dataclass(frozen=True)
class Reader:
    """Who asks, and from where; `by_link` for a runner who has come by a mailed link."""

    who: str
    user: User | None
    address: str | None
    page: str
    reason: str = ""


def opened(rows: Sequence[Row], *, reader: Reader, now: datetime) -> list[Any]:
    """What the rows hold, in their order, as plain data; one query for any number."""
    Access.objects.bulk_create(_access(row, AccessOperation.READ, reader, now) for row in rows)
    contents: list[Any] = [row.content for row in rows]
    return [content.opened() for content in contents]


def own_words(sealed: Sealed) -> Any:
    """Back to whoever has just typed them; they are no record yet. Raises InvalidToken."""
    return sealed.opened()


@transaction.atomic
def written(row: Row, *, reader: Reader, now: datetime) -> None:
    """Save the row."""
    row.save()
    _access(row, AccessOperation.WROTE, reader, now).save()


def wrote(row: Row, *, reader: Reader, now: datetime) -> None:
    """Record a writing done otherwise, in the caller's transaction."""
    _access(row, AccessOperation.WROTE, reader, now).save()


def _access(row: Row, did: AccessOperation, reader: Reader, now: datetime) -> Access:
    return Access(
        at=now,
        who=reader.who,
        user=reader.user,
        did=did,
        what=row.what,
        record=row.pk,
        client=row.client,
        address=reader.address,
        page=reader.page,
        reason=reader.reason,
    )
