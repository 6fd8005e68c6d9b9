"""A visit and the event that says what was done with it, written by one statement.

It is written within every booking, under the diary's lock; and neither can be there without the
other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery

BOTH = """
      WITH visit AS ({written} RETURNING id)
    INSERT INTO bookings_appointmentevent (appointment_id, kind, at, by, facts)
    SELECT id, %s, %s, %s, %s FROM visit
 RETURNING appointment_id
"""


@dataclass(frozen=True, kw_only=True)
class Unwritten:
    """An event that is not written yet."""

    kind: str
    at: datetime
    by: str
    facts: Mapping[str, Any]


def insert(visit: Model, event: Unwritten) -> None:
    """As `save` does of a new one."""
    query = InsertQuery(type(visit))
    fields = [one for one in visit._meta.local_concrete_fields if not one.primary_key]
    query.insert_values(fields, [visit])
    [(written, values)] = query.get_compiler(connection.alias).as_sql()
    visit.pk = _written(written, values, event)
    visit._state.adding, visit._state.db = False, connection.alias


def update(visits: QuerySet, changes: dict[str, Any], event: Unwritten) -> bool:
    """As `QuerySet.update` does of one; whether it was there."""
    query = cast(UpdateQuery, visits.query.chain(UpdateQuery))
    query.add_update_values(changes)
    written, values = query.get_compiler(connection.alias).as_sql()
    return _written(written, values, event) is not None


def _written(sql: str, values: Any, event: Unwritten) -> int | None:
    facts = json.dumps(event.facts, cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(BOTH.format(written=sql), [*values, event.kind, event.at, event.by, facts])
        row = cursor.fetchone()
    return row[0] if row else None
