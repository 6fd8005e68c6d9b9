"""The facts behind the openings, in SQL of their own.

They are asked within every booking, while it holds the clinic's lock, and building them from
the models each time took longer than running them.
"""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import connection

from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import Seconds
from bookings.models import Therapist, Treatment
from bookings.models.scheduling.appointments import LONGEST

SUITABLE_ROOMS = """
    SELECT room.id
      FROM bookings_room room
     WHERE room.active
       AND (EXISTS (SELECT FROM bookings_treatment_rooms chosen
                     WHERE chosen.treatment_id = %(treatment)s AND chosen.room_id = room.id)
            OR NOT EXISTS (SELECT FROM bookings_treatment_rooms chosen
                            WHERE chosen.treatment_id = %(treatment)s))
     ORDER BY room.name, room.id
"""

HOURS_OF_WORK = """
    SELECT shift.therapist_id, day::date, shift.start, shift."end", shift.works
      FROM (SELECT therapist_id, weekday, start, "end", valid_from, valid_until, true AS works
              FROM bookings_weeklyshift
             UNION ALL
            SELECT therapist_id, weekday, start, "end", valid_from, valid_until, false
              FROM bookings_weeklybreak) shift
      JOIN generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') day
        ON extract(isodow FROM day) = shift.weekday + 1
       AND day >= shift.valid_from
       AND (shift.valid_until IS NULL OR day <= shift.valid_until)
     WHERE shift.therapist_id = ANY(%(therapists)s)
     UNION ALL
    SELECT therapist_id, day, start, "end", true
      FROM bookings_extrashift
     WHERE day BETWEEN %(first)s AND %(last)s AND therapist_id = ANY(%(therapists)s)
"""

# In whole seconds, rounded outwards.
TIME_OFF = """
    SELECT therapist_id,
           floor(extract(epoch FROM starts_at))::bigint,
           ceil(extract(epoch FROM ends_at))::bigint
      FROM bookings_absence
     WHERE starts_at < %(until)s AND ends_at > %(from)s
       AND (therapist_id IS NULL OR therapist_id = ANY(%(therapists)s))
"""

# Bounded below, because no visit is longer than LONGEST: the index then reads these days only.
# Everybody's, because a colleague's visit may take the room.
TAKEN_TIMES = """
    SELECT therapist_id, room_id,
           extract(epoch FROM starts_at)::bigint,
           extract(epoch FROM ends_at)::bigint,
           extract(epoch FROM blocked_until)::bigint
      FROM bookings_appointment
     WHERE NOT (status IN ('cancelled', 'expired'))
       AND starts_at > %(from)s - %(longest)s
       AND starts_at < %(until)s
       AND blocked_until > %(from)s
       AND NOT (status = 'held'
                AND (held_until <= %(now)s OR visitor IS NOT DISTINCT FROM %(visitor)s))
       AND id <> %(moving)s
"""


def suitable_rooms(treatment: Treatment) -> list[int]:
    """The ids of the rooms in use that suit it: the ones it names, or any."""
    return [room for (room,) in _rows(SUITABLE_ROOMS, treatment=treatment.pk)]


def hours_of_work(
    therapists: Iterable[int], first: date, last: date
) -> list[tuple[int, date, time, time, bool]]:
    """Therapist, day, wall-clock hours, weekly and extra, of the days in [first, last]; and
    whether they are worked, or a weekly break out of them."""
    return _rows(HOURS_OF_WORK, therapists=list(therapists), first=first, last=last)


def time_off(
    therapists: Iterable[int], during: Interval
) -> list[tuple[int | None, Seconds, Seconds]]:
    """Therapist (None: everybody, a closure), start and end of what touches `during`."""
    span = {"from": during.start, "until": during.end}
    return _rows(TIME_OFF, therapists=list(therapists), **span)


def taken_times(
    during: Interval, *, now: datetime, visitor: str, moving: int | None
) -> list[tuple[int, int, Seconds, Seconds, Seconds]]:
    """Therapist, room, start, end, and end of the buffer of all that takes time in `during`.

    Holds past their end, the visitor's own holds, and the appointment being moved do not.
    """
    return _rows(
        TAKEN_TIMES,
        **{"from": during.start, "until": during.end, "longest": LONGEST},
        now=now,
        visitor=visitor or None,  # NULL is nobody's
        moving=moving or 0,
    )


def offering(treatment: Treatment, therapist: Therapist | None) -> list[Therapist]:
    """The active therapists who offer it, or that one of them."""
    people = treatment.therapists.active()
    return list(people if therapist is None else people.filter(pk=therapist.pk))


def _rows(sql: str, **facts) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall()
