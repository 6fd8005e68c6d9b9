"""What the rota says, in SQL of its own.

It is asked within every booking, while it holds the clinic's lock, and building it from the
models each time took longer than running it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, NamedTuple

from django.db.models import F

from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import Seconds, Span
from bookings.models import Room, Therapist
from bookings.queries import replica
from bookings.queries.statements import SqlQuestion, rows

SUITABLE_ROOMS = """
    SELECT treatment.id, room.id, room.name
      FROM bookings_treatment treatment
      JOIN bookings_room room ON room.active
     WHERE treatment.id = ANY(%(treatments)s)
       AND (EXISTS (SELECT FROM bookings_treatment_rooms chosen
                     WHERE chosen.treatment_id = treatment.id AND chosen.room_id = room.id)
            OR NOT EXISTS (SELECT FROM bookings_treatment_rooms chosen
                            WHERE chosen.treatment_id = treatment.id))
     ORDER BY room.name, room.id
"""

# Everybody's of the `days`, each named, so that what stands alone in a far year costs no more than
# its day. What holds every so many weeks is counted from a Monday, by days: weeks have no number
# here. On a day whose extra hours are `instead`, no weekly hours are worked; breaks hold.
HOURS_OF_DAYS = """
    SELECT shift.therapist_id, day.day, shift.start, shift."end", shift.works
      FROM (SELECT therapist_id, weekday, start, "end", valid_from, valid_until,
                   every_weeks, counted_from, true AS works
              FROM bookings_weeklyshift
             UNION ALL
            SELECT therapist_id, weekday, start, "end", valid_from, valid_until,
                   every_weeks, counted_from, false
              FROM bookings_weeklybreak) shift
      JOIN unnest(%(days)s::date[]) day
        ON extract(isodow FROM day) = shift.weekday + 1
       AND day >= shift.valid_from
       AND (shift.valid_until IS NULL OR day <= shift.valid_until)
       AND (shift.every_weeks = 1
            OR (day.day - shift.weekday - shift.counted_from) %% (7 * shift.every_weeks) = 0)
     WHERE NOT (shift.works
                AND EXISTS (SELECT FROM bookings_extrashift
                             WHERE bookings_extrashift.day = day.day
                               AND bookings_extrashift.therapist_id = shift.therapist_id
                               AND bookings_extrashift.instead))
     UNION ALL
    SELECT therapist_id, day, start, "end", true
      FROM bookings_extrashift
     WHERE day = ANY(%(days)s::date[])
"""

HOURS_OF_WORK = """
    SELECT * FROM (HOURS_OF_DAYS) hours WHERE therapist_id = ANY(%(therapists)s)
""".replace("HOURS_OF_DAYS", HOURS_OF_DAYS)

# Rooms out of use, and for a time; that in whole seconds, rounded outwards.
ROOMS_NOT_THERE = """
    SELECT room.id, room.active,
           floor(extract(epoch FROM loan.starts_at))::bigint,
           ceil(extract(epoch FROM loan.ends_at))::bigint
      FROM bookings_room room
      LEFT JOIN bookings_roomloan loan
        ON loan.room_id = room.id AND loan.starts_at < %(until)s AND loan.ends_at > %(from)s
     WHERE NOT room.active OR loan.id IS NOT NULL
"""

# In whole seconds, rounded outwards. Last, whether only their own calendar says so.
TIME_OFF = """
    SELECT therapist_id,
           floor(extract(epoch FROM starts_at))::bigint,
           ceil(extract(epoch FROM ends_at))::bigint,
           false
      FROM bookings_absence
     WHERE starts_at < %(until)s AND ends_at > %(from)s
       AND (therapist_id IS NULL OR therapist_id = ANY(%(therapists)s))
     UNION ALL
    SELECT therapist_id,
           floor(extract(epoch FROM starts_at))::bigint,
           ceil(extract(epoch FROM ends_at))::bigint,
           true
      FROM bookings_busytime
     WHERE starts_at < %(until)s AND ends_at > %(from)s
       AND therapist_id = ANY(%(therapists)s)
"""

# All that decides where a visit may stand but what is booked, in one round trip: who offers the
# treatments (or that one of them), the rooms, the time off and the hours, each as a list. The last
# two are left as text, of which is known what it comes to while it is the same.
ROTA = """
      WITH offers AS (
    SELECT treatment_id, therapist_id
      FROM bookings_treatment_therapists
     WHERE treatment_id = ANY(%(treatments)s)
       AND (%(therapist)s::bigint IS NULL OR therapist_id = %(therapist)s)),
           people AS (
    SELECT *
      FROM bookings_therapist
     WHERE active AND id IN (SELECT therapist_id FROM offers))
    SELECT (SELECT json_agg(people ORDER BY position, name) FROM people) AS people,
           (SELECT json_agg(json_build_array(treatment_id, therapist_id)) FROM offers) AS offers,
           (SELECT json_agg(json_build_array(treatment, room, name))
              FROM (SUITABLE_ROOMS) rooms (treatment, room, name)) AS rooms,
           (SELECT json_agg(json_build_array(who, begins, ends, elsewhere))
              FROM (TIME_OFF) away (who, begins, ends, elsewhere))::text AS away,
           (SELECT json_agg(json_build_array(who, day, begins, ends, works))
              FROM (HOURS_OF_WORK) hours (who, day, begins, ends, works))::text AS hours
""".replace("SUITABLE_ROOMS", SUITABLE_ROOMS)
ROTA = ROTA.replace("TIME_OFF", TIME_OFF).replace("HOURS_OF_WORK", HOURS_OF_WORK)
ROTA = ROTA.replace("ANY(%(therapists)s)", "ANY(SELECT id FROM people)")
PERSON = [field.attname for field in Therapist._meta.concrete_fields]


class RotaOfDays(NamedTuple):
    """By treatment, who offers it and where it may be; then rows as `time_off` and
    `hours_of_work` have them, as JSON."""

    offered_by: dict[int, list[Therapist]]
    suitable: dict[int, list[Room]]
    time_off: str
    hours: str

    @property
    def people(self) -> set[int]:
        return {one.pk for there in self.offered_by.values() for one in there}


def ask_for_rota(
    treatments: Iterable[int],
    days: Iterable[date],
    during: Interval,
    *,
    therapist: Therapist | None = None,
) -> SqlQuestion:
    """The hours of these civil days, and the time off that touches `during`."""
    wanted = therapist and therapist.pk
    facts = {"treatments": list(treatments), "days": list(days), "therapist": wanted}
    return SqlQuestion(ROTA, facts | {"from": during.start, "until": during.end})


def rota_told(treatments: Iterable[int], found: Sequence[Sequence]) -> RotaOfDays:
    """What was found, by treatment."""
    [(people, offers, rooms, away, hours)] = found
    asked = list(treatments)
    offered = {(treatment, therapist) for treatment, therapist in offers or ()}
    staff = [_person(one) for one in people or ()]
    offered_by = {pk: [one for one in staff if (pk, one.pk) in offered] for pk in asked}
    known = {room: name for _, room, name in rooms or ()}
    places = {pk: Room(pk=pk, name=name, active=True) for pk, name in known.items()}
    suitable: dict[int, list[Room]] = {pk: [] for pk in asked}
    for treatment, room, _ in rooms or ():
        suitable[treatment].append(places[room])
    return RotaOfDays(offered_by, suitable, away or "[]", hours or "[]")


def _person(row: dict[str, Any]) -> Therapist:
    return Therapist.from_db(replica.alias(), PERSON, [row[name] for name in PERSON])


def suitable_rooms(treatments: Iterable[int]) -> dict[int, list[Room]]:
    """By treatment, the rooms in use that suit it, in order: the ones it names, or any."""
    found: dict[int, list[Room]] = {pk: [] for pk in treatments}
    for treatment, room, name in rows(SUITABLE_ROOMS, treatments=list(found)):
        found[treatment].append(Room(pk=room, name=name, active=True))
    return found


def offering(
    treatments: Iterable[int], therapist: Therapist | None = None
) -> dict[int, list[Therapist]]:
    """By treatment, the active therapists who offer it, in order; or that one of them."""
    found: dict[int, list[Therapist]] = {pk: [] for pk in treatments}
    people = Therapist.objects.active().filter(treatments__in=list(found))
    if therapist is not None:
        people = people.filter(pk=therapist.pk)
    for one in people.annotate(offers=F("treatments")):
        found[one.offers].append(one)
    return found


def hours_of_work(
    therapists: Iterable[int], days: Iterable[date]
) -> list[tuple[int, date, time, time, bool]]:
    """Therapist, day, wall-clock hours, weekly and extra, of these days; and
    whether they are worked, or a weekly break out of them."""
    return rows(HOURS_OF_WORK, therapists=list(therapists), days=list(days))


def rooms_not_there(during: Interval) -> tuple[set[int], dict[int, list[Span]]]:
    """Those out of use; and by room, when it is lent out of what touches `during`."""
    gone: set[int] = set()
    lent: dict[int, list[Span]] = defaultdict(list)
    for room, active, start, end in rows(
        ROOMS_NOT_THERE, **{"from": during.start, "until": during.end}
    ):
        if not active:
            gone.add(room)
        if start is not None:
            lent[room].append((start, end))
    return gone, lent


def time_off(
    therapists: Iterable[int], during: Interval
) -> list[tuple[int | None, Seconds, Seconds, bool]]:
    """Therapist (None: everybody, a closure), start and end of what touches `during`, and whether
    it is out of the therapist's own calendar."""
    span = {"from": during.start, "until": during.end}
    return rows(TIME_OFF, therapists=list(therapists), **span)
