"""What a therapist's day is drawn from: all of it in one statement.

Of clients whom the therapist does not treat nothing sealed is fetched, and what is fetched is still
sealed: whoever draws the day has it opened, and recorded, by `health_audit`.
"""

import json
from datetime import date, datetime, timedelta
from typing import Any

from bookings.actions.scheduling import running_late
from bookings.actions.scheduling.attendance import MARKS
from bookings.core.intervals import day_bounds
from bookings.models import Clinic, Method, Therapist
from bookings.models.money.payments import CHARGED_A_FEE
from bookings.queries.desk.day_facts import SETTLED_OF_VISITS
from bookings.queries.rota.facts import HOURS_OF_DAYS
from bookings.queries.statements import rows
from therapists.models import Form, Privacy
from therapists.queries.care_access import TREATED, limits_of_care
from therapists.queries.questionnaire import GOOD_FOR
from therapists.queries.to_write import UNSIGNED, asked_of_notes

NEAR = timedelta(days=7)  # what of somebody's own plan can matter to a visit

# Instants are seconds since the epoch, money is text, and what is sealed is its token.
DAY_OF_A_THERAPIST = """
    WITH visit AS MATERIALIZED (
      SELECT * FROM bookings_appointment
       WHERE therapist_id = %(therapist)s AND starts_at >= %(from)s AND starts_at < %(until)s
         AND NOT (status IN ('cancelled', 'expired')) AND status <> 'held'
    ), person AS MATERIALIZED (
      SELECT client.* FROM bookings_client client WHERE id IN (SELECT client_id FROM visit)
    ), treated AS MATERIALIZED (
      SELECT person.id, person.health_hold FROM person JOIN (TREATED) cared ON cared.id = person.id
    )
    SELECT json_build_object(
      'visits', (
        SELECT json_agg(json_build_array(
                 visit.id, extract(epoch FROM starts_at)::float8,
                 extract(epoch FROM ends_at)::float8, extract(epoch FROM blocked_until)::float8,
                 status, late_minutes, decided_on_hold, visit.price::text, treatment.name,
                 room.name, person.id, person.name, phone, health_hold,
                 same_address_as_id, date_of_birth, guardian_agreed_at IS NOT NULL
               ) ORDER BY starts_at)
          FROM visit
          JOIN person ON person.id = client_id
          JOIN bookings_treatment treatment ON treatment.id = treatment_id
          JOIN bookings_room room ON room.id = room_id),
      'treated', (SELECT json_agg(id) FROM treated),
      'races', (
        SELECT json_agg(json_build_array(client_id, race_date, distance, priority, training_start,
                                         weeks, outcome, dnf_km, name) ORDER BY race_date)
          FROM bookings_race WHERE client_id IN (SELECT id FROM person)),
      'plans', (
        SELECT json_agg(json_build_array(client_id, (
                 SELECT coalesce(jsonb_agg(one), '[]') FROM jsonb_array_elements(days) one
                  WHERE (one ->> 0)::date BETWEEN %(near_from)s AND %(near_until)s)))
          FROM bookings_ownplan WHERE client_id IN (SELECT id FROM person)),
      'efforts', (
        SELECT json_agg(json_build_array(client_id, day))
          FROM bookings_hardeffort
         WHERE client_id IN (SELECT id FROM person)
           AND day BETWEEN %(near_from)s AND %(near_until)s),
      'last_visits', (
        SELECT json_agg(json_build_array(treated.id, extract(epoch FROM last.starts_at)::float8,
                                         treatment.name, therapist.name))
          FROM treated
         CROSS JOIN LATERAL (
               SELECT starts_at, treatment_id, therapist_id FROM bookings_appointment
                WHERE client_id = treated.id AND status = ANY(%(has_been)s)
                  AND starts_at < %(from)s
                ORDER BY starts_at DESC LIMIT 1) last
          JOIN bookings_treatment treatment ON treatment.id = treatment_id
          JOIN bookings_therapist therapist ON therapist.id = therapist_id),
      'next_visits', (
        SELECT json_agg(json_build_array(person.id, next.id,
                                         extract(epoch FROM next.starts_at)::float8,
                                         extract(epoch FROM next.booked_at)::float8,
                                         next.therapist_id))
          FROM person
         CROSS JOIN LATERAL (
               SELECT id, starts_at, booked_at, therapist_id FROM bookings_appointment
                WHERE client_id = person.id AND status = 'booked'
                  AND starts_at > (SELECT max(starts_at) FROM visit)
                ORDER BY starts_at LIMIT 1) next),
      'notes', (
        SELECT json_agg(json_build_array(version.id, treated.id,
                                         extract(epoch FROM note.starts_at)::float8,
                                         encode(version.content, 'escape')))
          FROM treated
         CROSS JOIN LATERAL (
               SELECT note.id, starts_at
                 FROM bookings_appointment earlier
                 JOIN therapists_note note ON note.appointment_id = earlier.id
                WHERE earlier.client_id = treated.id AND starts_at < %(from)s
                  AND (author_id = %(therapist)s OR privacy <> %(only_the_author)s)
                  AND EXISTS (SELECT FROM therapists_noteversion WHERE note_id = note.id)
                ORDER BY starts_at DESC, note.id DESC LIMIT 1) note
         CROSS JOIN LATERAL (
               SELECT id, content FROM therapists_noteversion
                WHERE note_id = note.id ORDER BY number DESC LIMIT 1) version),
      'checks', (
        SELECT json_agg(json_build_array(told.id, treated.id, form,
                                         extract(epoch FROM given_at)::float8,
                                         encode(content, 'escape'))
                        ORDER BY given_at DESC, told.id DESC)
          FROM treated
          JOIN therapists_healthcheck told ON told.client_id = treated.id
         WHERE health_hold AND given_at > %(good_since)s
            OR NOT EXISTS (
                 SELECT FROM therapists_healthcheck later
                  WHERE later.client_id = treated.id AND later.form = %(full)s
                    AND (later.given_at, later.id) > (told.given_at, told.id))),
      'written', (
        SELECT json_agg(json_build_array(appointment_id, content IS NOT NULL))
          FROM therapists_note
         WHERE appointment_id = ANY(ARRAY(SELECT id FROM visit)) AND author_id = %(therapist)s),
      'settled', (
        SELECT json_agg(json_build_array(appointment_id, amount::text))
          FROM (SETTLED_OF_VISITS) payment),
      'events', (
        SELECT json_agg(json_build_array(appointment_id, kind, extract(epoch FROM at)::float8,
                                         facts) ORDER BY id)
          FROM bookings_appointmentevent
         WHERE appointment_id = ANY(ARRAY(SELECT id FROM visit)) AND kind = ANY(%(kinds)s)),
      'absences', (
        SELECT json_agg(json_build_array(id, therapist_id, extract(epoch FROM starts_at)::float8,
                                         extract(epoch FROM ends_at)::float8, reason)
                        ORDER BY starts_at, id)
          FROM (SELECT id, therapist_id, starts_at, ends_at, reason FROM bookings_absence
                 UNION ALL
                SELECT NULL, therapist_id, starts_at, ends_at, '' FROM bookings_busytime) off
         WHERE starts_at < %(until)s AND ends_at > %(from)s
           AND (therapist_id IS NULL OR therapist_id = %(therapist)s)),
      'breaks', (
        SELECT json_agg(json_build_array(id, therapist_id, weekday, start, "end", valid_from,
                                         valid_until, every_weeks, counted_from, reason)
                        ORDER BY start, id)
          FROM bookings_weeklybreak
         WHERE therapist_id = %(therapist)s AND weekday = %(weekday)s),
      'hours', (
        SELECT json_agg(json_build_array(therapist_id, day, start, "end", works))
          FROM (HOURS_OF_DAYS) hours WHERE therapist_id = %(therapist)s),
      'unsigned', (
        SELECT json_agg(name ORDER BY starts_at DESC, id DESC) FROM (UNSIGNED) waiting),
      'has_a_calendar', EXISTS (
        SELECT FROM bookings_busycalendar WHERE therapist_id = %(therapist)s),
      'protocol', (SELECT id FROM bookings_protocolversion ORDER BY number DESC LIMIT 1)
    )::text
"""
TREATED_THAT_DAY = TREATED.replace("ANY(%(clients)s)", "ANY(ARRAY(SELECT id FROM person))")
DAY_OF_A_THERAPIST = (
    DAY_OF_A_THERAPIST.replace("TREATED", TREATED_THAT_DAY)
    .replace("SETTLED_OF_VISITS", SETTLED_OF_VISITS)
    .replace("UNSIGNED", UNSIGNED)
    .replace("HOURS_OF_DAYS", HOURS_OF_DAYS)
)


def day_facts(therapist: Therapist, day: date, clinic: Clinic, *, now: datetime) -> dict[str, Any]:
    """By name, rows as the statement makes them; none where there are none."""
    bounds = day_bounds(day, 1, clinic.tz)
    [[found]] = rows(
        DAY_OF_A_THERAPIST,
        **{"from": bounds.start, "until": bounds.end},
        **limits_of_care(clinic, now),
        **asked_of_notes(therapist, clinic, now),
        near_from=day - NEAR,
        near_until=day + NEAR,
        weekday=day.weekday(),
        days=[day],
        only_the_author=Privacy.AUTHOR.value,
        full=Form.FULL.value,
        good_since=now - GOOD_FOR,
        kinds=[running_late.EVENT, *(one.value for one in MARKS)],
        waived=Method.WAIVED.value,
        no_show=tuple(one.value for one in CHARGED_A_FEE),
    )
    told = json.loads(found)
    version = told.pop("protocol")
    return {name: [] if value is None else value for name, value in told.items()} | {
        "protocol": version
    }
