"""The only way to health data: whoever reads or writes is recorded in the same act.

The record of a reading is committed before anything is opened, so that it stays whatever
becomes of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

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
    What,
)
from therapists.models.sealed import Sealed

Row = HealthCheck | Clearance | KeptRecord | Letter | Note | NoteVersion | Photo

# A page reads dozens, and the ORM takes longer to write this down than the database to do it.
READ = """
    INSERT INTO therapists_access
           (at, who, user_id, did, what, record, client_id, address, page, reason)
    SELECT %(at)s, %(who)s, %(user)s, %(did)s, what, record, client, %(address)s::inet, %(page)s,
           %(reason)s
      FROM unnest(%(whats)s::text[], %(records)s::bigint[], %(clients)s::bigint[])
           AS one (what, record, client)
"""


class SealedRow(NamedTuple):
    """What is known of a row that a statement of SQL has read, still sealed."""

    what: What
    pk: int
    client_id: int
    content: Sealed


@dataclass(frozen=True)
class Reader:
    """Who asks, and from where; `by_link` for a runner who has come by a mailed link."""

    who: str
    user: User | None
    address: str | None
    page: str
    reason: str = ""


def opened(rows: Sequence[Row | SealedRow], *, reader: Reader, now: datetime) -> list[Any]:
    """What the rows hold, in their order, as plain data; one query for any number."""
    if rows:
        _record_reading(rows, reader, now)
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


def _record_reading(rows: Sequence[Row | SealedRow], reader: Reader, now: datetime) -> None:
    facts: dict[str, Any] = {
        "at": now,
        "who": reader.who,
        "user": reader.user and reader.user.pk,
        "did": AccessOperation.READ.value,
        "whats": [row.what.value for row in rows],
        "records": [row.pk for row in rows],
        "clients": [row.client_id for row in rows],
        "address": reader.address,
        "page": reader.page,
        "reason": reader.reason,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, facts)


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
