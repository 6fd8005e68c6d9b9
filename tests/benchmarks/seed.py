"""Clinics of any size, made in SQL because a model at a time would take longer than measuring."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db import connection
from django.db.models import Model

from bookings.models import Appointment, Treatment
from tests.benchmarks.sizes import TOY
from tests.factories import (
    make_client,
    make_clinic,
    make_room,
    make_therapist,
    make_treatment,
    make_week,
)

STARTS_A_DAY = 9  # of 75 minutes each, from eight to a quarter past seven

# Two thirds of the starts, spread by a hash; each therapist has a room and a client.
VISIT = {
    "public_id": "'seed-' || row_number() OVER ()",
    "client_id": "client",
    "therapist_id": "therapist",
    "room_id": "room",
    "treatment_id": "%(treatment)s",
    "starts_at": "start",
    "ends_at": "start + interval '60 minutes'",
    "blocked_until": "start + interval '75 minutes'",
    "status": "CASE WHEN start < now() THEN 'completed' ELSE 'booked' END",
    "price": "60",
    "created_at": "now()",
}
VISITS = """
  FROM (SELECT who.*, (%(last)s::date - day + time '08:00') AT TIME ZONE 'Europe/London'
               + number * interval '75 minutes' AS start, day, number
          FROM generate_series(0, 2000) day,
               generate_series(0, %(starts)s - 1) number,
               unnest(%(therapists)s::bigint[], %(rooms)s::bigint[], %(clients)s::bigint[])
               AS who(therapist, room, client)
         WHERE hashtext(format('%%s-%%s-%%s', day, number, who.therapist)) %% %(one_free_in)s <> 0
         ORDER BY day
         LIMIT %(appointments)s) visits
"""


def insertion(model: type[Model], given: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """`INSERT INTO … SELECT …` of SQL by column, and the parameters of what is not `given`.

    That is every other column with its field's default, so that a column that the model gets
    later needs nothing here. What the rows are selected FROM is the caller's to add.
    """
    blank = model()
    fields = [one for one in model._meta.local_concrete_fields if one.column not in given]
    defaults = {
        str(one.column): one.get_db_prep_save(one.pre_save(blank, add=True), connection)
        for one in fields
        if not (one.primary_key or one.generated or one.has_db_default())
    }
    known = {one.column for one in model._meta.local_concrete_fields}
    assert set(given) <= known, set(given) - known
    columns = dict(given) | {column: f"%(default_{column})s" for column in defaults}
    sql = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(map(connection.ops.quote_name, columns))})"
        f" SELECT {', '.join(columns.values())}"
    )
    return sql, {f"default_{column}": value for column, value in defaults.items()}


def insert(model: type[Model], given: Mapping[str, str], rows: str, **facts: Any) -> int:
    """Inserts what is selected from `rows`, and returns how many that were."""
    sql, defaults = insertion(model, given)
    with connection.cursor() as cursor:
        cursor.execute(sql + rows, {**defaults, **facts})
        inserted = cursor.rowcount
        cursor.execute(f"ANALYZE {model._meta.db_table}" if TOY else "ANALYZE")
    return inserted


def make_busy_clinic(
    *, therapists: int, appointments: int, last_day: date, one_free_in: int = 3
) -> Treatment:
    """Therapists of twelve hours a day, about two thirds full up to `last_day` and backwards.

    `one_free_in` so many starts is free; of a million, hardly any.
    """
    make_clinic(horizon_days=700)
    people = [make_therapist(f"Therapist {number}") for number in range(therapists)]
    for person in people:
        make_week(person, time(8), time(20))
    rooms = [make_room(f"Room {number}") for number in range(therapists)]
    treatment = make_treatment(
        "Sports massage 60", slug="sports-massage-60", therapists=people, buffer_minutes=15
    )
    stored = insert(
        Appointment,
        VISIT,
        VISITS,
        treatment=treatment.pk,
        last=last_day,
        starts=STARTS_A_DAY,
        one_free_in=one_free_in,
        therapists=[person.pk for person in people],
        rooms=[room.pk for room in rooms],
        clients=[make_client(f"Client of {person}").pk for person in people],
        appointments=appointments,
    )
    assert stored == appointments, stored
    return treatment


def empty_the_clinic() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE bookings_client, bookings_therapist, bookings_room, bookings_treatment"
            " CASCADE"
        )
