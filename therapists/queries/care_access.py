"""Who may see whose health data: those who treat the client, and nobody because of a title."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Therapist, User
from bookings.queries.rota.facts import rows
from therapists.models import Note

TREATS = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)
BEFORE = timedelta(days=14)

# One rule, for who asks about clients by themselves and for the statement of a whole day. On the
# record of a newcomer is nothing but what was booked on the public form, and what comes of it.
TREATED = """
    SELECT DISTINCT client.id
      FROM bookings_appointment own
      JOIN bookings_client client ON client.id = own.client_id AND client.erased_at IS NULL
     WHERE own.therapist_id = %(therapist)s
       AND own.client_id = ANY(%(clients)s)
       AND own.status = ANY(%(treats)s)
       AND own.starts_at <= %(opens_before)s AND own.ends_at >= %(closes_after)s
       AND (own.vouched_for
            OR (client.proved_at IS NULL AND client.user_id IS NULL
                AND client.unconfirmed_since IS NULL
                AND NOT EXISTS (SELECT FROM bookings_appointment other
                                 WHERE other.client_id = client.id AND other.vouched_for)))
"""


def therapist_of(user: User) -> Therapist | None:
    """Who a login treats as; None for everybody else. Asked once, for as long as a request."""
    therapist = getattr(user, "therapist", None)
    return therapist if therapist and therapist.active else None


def treats(therapist: Therapist, client: Client, *, now: datetime) -> bool:
    return client.pk in treated(therapist, [client.pk], now=now)


def treated(
    therapist: Therapist,
    clients: Collection[int],
    *,
    clinic: Clinic | None = None,
    now: datetime,
) -> set[int]:
    """Those of the clients, by their ids, who have a visit in the therapist's own diary.

    From 14 days before it until the clinic's `care_days` after it; and one that the desk or the
    client has made, for anybody can type anybody's name into a public form. Whoever covers for a
    colleague gets the visit in their diary, when the desk moves it there. Nobody treats a client
    who has been erased: their record is locked away, and `/health/kept/` is the way to it.
    """
    limits = limits_of_care(clinic or Clinic.objects.the(), now)
    found = rows(TREATED, therapist=therapist.pk, clients=list(clients), **limits)
    return {pk for (pk,) in found}


def limits_of_care(clinic: Clinic, now: datetime) -> dict[str, Any]:
    """What `TREATED` is given besides the therapist and the clients."""
    return {
        "treats": [one.value for one in TREATS],
        "opens_before": now + BEFORE,
        "closes_after": now - timedelta(days=clinic.care_days),
    }


@dataclass(frozen=True)
class Doors:
    """Which pages with health data somebody may open from one visit's page."""

    brief: bool = False
    note: bool = False
    history: bool = False


def doors_from(visit: Appointment, user: User, roles: Collection[Role], *, now: datetime) -> Doors:
    """What the pages themselves would say; that there is a note is told to nobody else."""
    whose, of_it = visit.whose, Note.objects.filter(appointment=visit)
    therapist = therapist_of(user) if Role.THERAPIST in roles else None
    if therapist and treats(therapist, whose, now=now):
        is_theirs = visit.therapist_id == therapist.pk or of_it.filter(author=therapist).exists()
        signed = of_it.readable_by(therapist).filter(versions__isnull=False)
        return Doors(brief=True, note=is_theirs or signed.exists(), history=True)
    if Role.OWNER in roles and whose.erased_at is None:
        signed = of_it.readable_by(None).filter(versions__isnull=False)
        return Doors(note=signed.exists(), history=True)
    return Doors()
