"""Who may see whose health data: those who treat the client, and nobody because of a title."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Therapist, User
from therapists.models import Note

TREATS = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)
BEFORE = timedelta(days=14)


def therapist_of(user: User) -> Therapist | None:
    """Who a login treats as; None for everybody else."""
    return Therapist.objects.active().filter(user=user).first()


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
    after = timedelta(days=(clinic or Clinic.objects.the()).care_days)
    visits = Appointment.objects.filter(
        therapist=therapist,
        client__in=clients,
        client__erased_at=None,
        status__in=TREATS,
        starts_at__lte=now + BEFORE,
        ends_at__gte=now - after,
    )
    counting = visits.filter(Q(vouched_for=True) | _of_a_newcomer())
    return {pk for pk in counting.values_list("client", flat=True) if pk}


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


def _of_a_newcomer() -> Q:
    """On the record is nothing but what was booked on the public form, and what comes of it."""
    vouched_for = Appointment.objects.filter(client=OuterRef("client"), vouched_for=True)
    nobody_known = {"proved_at": None, "user": None, "unconfirmed_since": None}
    newcomer = Q(**{f"client__{name}": value for name, value in nobody_known.items()})
    return newcomer & Q(~Exists(vouched_for))
