"""What the desk's days are drawn from, in one statement and as one text.

One statement sees one moment of the database. Its text is what the tag of a drawn day is made of:
nothing is drawn that does not stand in it, so no change of what is drawn can be missed.
"""

from datetime import date, timedelta

from bookings.core.intervals import day_bounds, days_from
from bookings.core.scheduling.statuses import FREES_ITS_TIME, Status
from bookings.core.waiting_list.holding import SHORTEST
from bookings.models import Clinic, Method, Therapist
from bookings.models.money.payments import CHARGED_A_FEE
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries.rota.facts import HOURS_OF_DAYS
from bookings.queries.statements import rows

# As an `Account` says it: of a fee only what waives that fee.
SETTLED_OF_VISITS = """
    SELECT appointment_id, sum(amount) AS amount
      FROM visit JOIN bookings_payment payment ON appointment_id = visit.id
     WHERE method <> %(waived)s OR waives = status
        OR waives = '' AND status NOT IN %(no_show)s
     GROUP BY appointment_id
"""

# Instants are seconds since the epoch. Events and payments stand by themselves, since joined to
# the visits they were looked through once for each of them.
DAY_FACTS = """
    WITH standing AS MATERIALIZED (
      SELECT * FROM bookings_appointment
       WHERE starts_at > %(from)s - %(longest)s AND starts_at < %(until)s
         AND status NOT IN %(free)s AND blocked_until > %(from)s
         AND (status <> 'held' OR held_until > %(now)s)
    ), visit AS MATERIALIZED (
      SELECT * FROM standing WHERE %(therapist)s IS NULL OR therapist_id = %(therapist)s
    ), person AS (
      SELECT * FROM bookings_therapist
       WHERE id = %(therapist)s OR %(therapist)s IS NULL
         AND (active OR id IN (SELECT therapist_id FROM visit))
    ), loan AS (
      SELECT * FROM bookings_roomloan WHERE starts_at < %(until)s AND ends_at > %(from)s
    ), taken AS MATERIALIZED (
      SELECT room.id AS room, coalesce(range_agg(during), '{}') AS during
        FROM bookings_room room
        LEFT JOIN (SELECT room_id, tstzrange(starts_at, blocked_until) AS during FROM standing
                    UNION ALL
                   SELECT room_id, tstzrange(starts_at, ends_at) FROM loan) one
          ON room_id = room.id
       WHERE active
       GROUP BY room.id
    ), suits AS (
      SELECT DISTINCT person.id AS therapist, room
        FROM person
        JOIN bookings_treatment_therapists given ON given.therapist_id = person.id
        JOIN bookings_treatment treatment ON treatment.id = given.treatment_id
        JOIN taken
          ON EXISTS (SELECT FROM bookings_treatment_rooms chosen
                      WHERE chosen.treatment_id = treatment.id AND room_id = room)
          OR NOT EXISTS (SELECT FROM bookings_treatment_rooms chosen
                          WHERE chosen.treatment_id = treatment.id)
       WHERE treatment.active
    )
    SELECT json_build_object(
      'visits', (
        SELECT json_agg(json_build_array(
                 visit.id, extract(epoch FROM starts_at)::float8,
                 extract(epoch FROM ends_at)::float8, extract(epoch FROM blocked_until)::float8,
                 status, revision, late_minutes, desk_note <> '', decided_on_hold, not_told,
                 relayed_at IS NOT NULL,
                 therapist_id, room_id, treatment.name, visit.price,
                 NOT EXISTS (SELECT FROM bookings_appointment earlier
                              WHERE earlier.client_id = visit.client_id
                                AND earlier.starts_at < visit.starts_at
                                AND earlier.status NOT IN %(no_visit)s),
                 client.id, client.name, client.phone, client.health_hold,
                 client.same_address_as_id, client.date_of_birth,
                 client.guardian_agreed_at IS NOT NULL
               ) ORDER BY starts_at, therapist.name, visit.id)
          FROM visit
          JOIN bookings_treatment treatment ON treatment.id = treatment_id
          JOIN bookings_therapist therapist ON therapist.id = therapist_id
          LEFT JOIN bookings_client client ON client.id = client_id),
      'events', (
        SELECT json_agg(json_build_array(appointment_id, newest) ORDER BY appointment_id)
          FROM (SELECT appointment_id, max(id) AS newest FROM bookings_appointmentevent
                 WHERE appointment_id = ANY(ARRAY(SELECT id FROM visit))
                 GROUP BY appointment_id) event),
      'settled', (
        SELECT json_agg(json_build_array(appointment_id, amount) ORDER BY appointment_id)
          FROM (SETTLED_OF_VISITS) payment),
      'kept', (
        SELECT json_agg(json_build_array(offer.id, hold_id, client.name,
                                         extract(epoch FROM offer.until)::float8)
                        ORDER BY offer.id)
          FROM bookings_waitlistoffer offer
          JOIN bookings_client client ON client.id = offer.client_id
         WHERE state = 'open' AND offer.until > %(now)s
           AND hold_id = ANY(ARRAY(SELECT id FROM visit))),
      'asked', (
        SELECT json_agg(json_build_array(extract(epoch FROM starts_at)::float8,
                                         extract(epoch FROM ends_at)::float8,
                                         extract(epoch FROM due_at)::float8)
                        ORDER BY due_at, starts_at, bookings_freedtime.id)
          FROM bookings_freedtime, bookings_clinic
         WHERE worked_at IS NULL AND due_at > %(now)s AND cause NOT IN ('look', 'rota')
           AND mail_paused_at IS NULL
           AND ends_at - make_interval(mins => minimum_notice_minutes) >= due_at + %(shortest)s
           AND starts_at < %(until)s AND ends_at > %(from)s
           AND EXISTS (SELECT FROM bookings_waitlistentry
                        WHERE state = 'waiting' AND first_day <= %(last)s AND last_day >= %(first)s
                          AND (weekdays = '{}' OR weekdays && %(weekdays)s::smallint[]))),
      'people', (SELECT json_agg(json_build_array(id, name, slug, active) ORDER BY name, id)
                   FROM person),
      'rooms', (SELECT json_agg(json_build_array(id, name, active) ORDER BY name, id)
                  FROM bookings_room WHERE active OR id IN (SELECT room_id FROM visit)),
      'loans', (
        SELECT json_agg(json_build_array(room_id, extract(epoch FROM starts_at)::float8,
                                         extract(epoch FROM ends_at)::float8, reason)
                        ORDER BY starts_at, id)
          FROM loan),
      'without_room', (
        SELECT json_agg(json_build_array(therapist, extract(epoch FROM lower(during))::bigint,
                                         extract(epoch FROM upper(during))::bigint)
                        ORDER BY therapist, during)
          FROM (SELECT therapist, unnest(range_intersect_agg(during)) AS during
                  FROM suits JOIN taken USING (room)
                 GROUP BY therapist) full_house),
      'hours', (
        SELECT json_agg(json_build_array(therapist_id, day, start, "end", works)
                        ORDER BY therapist_id, day, start, "end", works)
          FROM (HOURS_OF_DAYS) hours WHERE therapist_id IN (SELECT id FROM person)),
      'breaks', (
        SELECT json_agg(json_build_array(id, therapist_id, weekday, start, "end", valid_from,
                                         valid_until, every_weeks, counted_from, reason)
                        ORDER BY therapist_id, weekday, start, id)
          FROM bookings_weeklybreak
         WHERE therapist_id IN (SELECT id FROM person)
           AND valid_from <= %(last)s AND (valid_until IS NULL OR valid_until >= %(first)s)),
      'absences', (
        SELECT json_agg(json_build_array(id, therapist_id, extract(epoch FROM starts_at)::float8,
                                         extract(epoch FROM ends_at)::float8, reason)
                        ORDER BY starts_at, therapist_id, id)
          FROM (SELECT id, therapist_id, starts_at, ends_at, reason FROM bookings_absence
                 UNION ALL
                SELECT NULL, therapist_id, starts_at, ends_at, '' FROM bookings_busytime) off
         WHERE starts_at < %(until)s AND ends_at > %(from)s
           AND (therapist_id IS NULL OR therapist_id IN (SELECT id FROM person))),
      'races', (
        SELECT json_agg(json_build_array(client_id, race_date, distance, priority, training_start,
                                         weeks, outcome, dnf_km) ORDER BY client_id, race_date)
          FROM bookings_race WHERE client_id = ANY(ARRAY(SELECT client_id FROM visit))),
      'offered', (
        SELECT json_agg(json_build_array(therapist_id, minutes, buffer_minutes)
                        ORDER BY treatment.id, therapist_id)
          FROM bookings_treatment treatment
          JOIN bookings_treatment_therapists ON treatment_id = treatment.id
         WHERE active AND therapist_id IN (SELECT id FROM person)),
      'protocol', (SELECT id FROM bookings_protocolversion ORDER BY number DESC LIMIT 1)
    )::text
""".replace("HOURS_OF_DAYS", HOURS_OF_DAYS).replace("SETTLED_OF_VISITS", SETTLED_OF_VISITS)
NO_VISIT = (Status.HELD, Status.EXPIRED, *CHARGED_A_FEE)


def day_facts(
    clinic: Clinic, first: date, days: int, therapist: Therapist | None, *, now: object
) -> str:
    """Of the `days` civil days from `first`; of one therapist, or of everybody."""
    bounds = day_bounds(first, days, clinic.tz)
    [[found]] = rows(
        DAY_FACTS,
        **{"from": bounds.start, "until": bounds.end, "longest": LONGEST, "now": now},
        first=first,
        last=first + timedelta(days=days - 1),
        days=days_from(first, days),
        shortest=SHORTEST,
        weekdays=[day.weekday() for day in days_from(first, min(days, 7))],
        therapist=therapist.pk if therapist else None,
        free=_texts(FREES_ITS_TIME),
        no_visit=_texts(NO_VISIT),
        no_show=_texts(CHARGED_A_FEE),
        waived=Method.WAIVED.value,
    )
    return found


def _texts(statuses: tuple[Status, ...]) -> tuple[str, ...]:
    return tuple(one.value for one in statuses)
