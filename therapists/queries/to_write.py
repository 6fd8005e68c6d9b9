"""Visits whose note is not signed yet, of any day that can still be written about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.models import Appointment, Clinic, Therapist
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries.statements import rows
from therapists.core.private import Private

MOST = 100

# Two ways to the visits, since from both at once every visit of those months was looked through.
# What is done is done: also before the hour it was booked for, of the same day.
UNSIGNED = """
    WITH begun AS (
      SELECT appointment_id AS id FROM therapists_note
       WHERE author_id = %(therapist)s AND content IS NOT NULL
    )
    SELECT visit.id, visit.id IN (SELECT id FROM begun) AS has_draft, client.name, starts_at
      FROM bookings_appointment visit
      JOIN bookings_client client ON client.id = client_id AND client.erased_at IS NULL
     WHERE (starts_at <= %(now)s OR status = 'completed') AND ends_at >= %(since)s
       AND visit.id IN (
         SELECT id FROM begun
          UNION ALL
         SELECT own.id FROM bookings_appointment own
          WHERE NOT (status IN ('cancelled', 'expired'))
            AND status = ANY(%(has_been)s)
            AND therapist_id = %(therapist)s
            AND starts_at > %(since)s - %(longest)s
            AND starts_at < %(now)s + interval '1 day'
            AND NOT EXISTS (
              SELECT FROM therapists_note note
                JOIN therapists_noteversion version ON version.note_id = note.id
               WHERE note.appointment_id = own.id AND note.author_id = %(therapist)s))
     ORDER BY starts_at DESC, visit.id DESC
     LIMIT %(most)s
"""


@dataclass(frozen=True, repr=False)
class ToWrite(Private):
    """A visit that took place; `has_draft` where something has been written."""

    visit: Appointment
    has_draft: bool


def to_write(therapist: Therapist, clinic: Clinic, *, now: datetime) -> Sequence[ToWrite]:
    """Nothing of what they say: one query, and a second where there are any.

    Their own visits without a signed note, and what they have begun of a colleague's or amended.
    The newest first: what was seen an hour ago is still known, and what nobody wrote down for
    months must not stand in its way.
    """
    found = rows(UNSIGNED, **asked_of_notes(therapist, clinic, now))
    if not found:
        return []
    visits = Appointment.objects.with_everything().in_bulk([pk for pk, *_ in found])
    return [ToWrite(visits[pk], has_draft) for pk, has_draft, *_ in found]


def asked_of_notes(therapist: Therapist, clinic: Clinic, now: datetime) -> dict[str, Any]:
    """What `UNSIGNED` is given."""
    return {
        "therapist": therapist.pk,
        "has_been": [one.value for one in HAS_BEEN],
        "now": now,
        "since": now - timedelta(days=clinic.care_days),
        "longest": LONGEST,
        "most": MOST,
    }
