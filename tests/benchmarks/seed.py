"""Clinics of any size, made in SQL because a model at a time would take longer than measuring."""

from datetime import date, time

from django.db import connection

from bookings.models import Treatment
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
FILL = """
INSERT INTO bookings_appointment
       (public_id, client_id, therapist_id, room_id, treatment_id, starts_at, ends_at,
        blocked_until, status, price, any_therapist, revision, created_at, visitor, held_from,
        together, links_edition)
SELECT 'seed-' || row_number() OVER (), client, therapist, room, %(treatment)s,
       start, start + interval '60 minutes', start + interval '75 minutes',
       CASE WHEN start < now() THEN 'completed' ELSE 'booked' END, 60, false, 0, now(), '', '', '',
       0
  FROM (SELECT who.*, (%(last)s::date - day + time '08:00') AT TIME ZONE 'Europe/London'
               + number * interval '75 minutes' AS start, day, number
          FROM generate_series(0, 2000) day,
               generate_series(0, %(starts)s - 1) number,
               unnest(%(therapists)s::bigint[], %(rooms)s::bigint[], %(clients)s::bigint[])
               AS who(therapist, room, client)
         WHERE hashtext(format('%%s-%%s-%%s', day, number, who.therapist)) %% 3 <> 0
         ORDER BY day
         LIMIT %(appointments)s) visits
"""


def make_busy_clinic(*, therapists: int, appointments: int, last_day: date) -> Treatment:
    """Therapists of twelve hours a day, about two thirds full up to `last_day` and backwards."""
    make_clinic(horizon_days=700)
    people = [make_therapist(f"Therapist {number}") for number in range(therapists)]
    for person in people:
        make_week(person, time(8), time(20))
    rooms = [make_room(f"Room {number}") for number in range(therapists)]
    treatment = make_treatment(
        "Sports massage 60", slug="sports-massage-60", therapists=people, buffer_minutes=15
    )
    _fill(treatment, people, rooms, appointments, last_day)
    return treatment


def _fill(treatment, people, rooms, appointments, last_day) -> None:
    with connection.cursor() as cursor:
        facts = {
            "treatment": treatment.pk,
            "last": last_day,
            "starts": STARTS_A_DAY,
            "therapists": [person.pk for person in people],
            "rooms": [room.pk for room in rooms],
            "clients": [make_client(f"Client of {person}").pk for person in people],
            "appointments": appointments,
        }
        cursor.execute(FILL, facts)
        assert cursor.rowcount == appointments, cursor.rowcount
        cursor.execute("ANALYZE")
