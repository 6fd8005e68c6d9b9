"""What waits at the desk now, one list for each kind, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from bookings.core.intervals import Interval
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, AppointmentEvent
from bookings.models.scheduling.appointments import TOLD_BY_PHONE
from bookings.queries.money.takings import unpaid

SHOWN, UNPAID_SHOWN = 20, 100  # of each kind; of what is unpaid there may be weeks
DUE_WITHIN = timedelta(hours=2)
FORGOTTEN_FOR = timedelta(days=14)  # nobody has said whether they came
UNPAID_FOR = timedelta(days=60)
RUNG_BEFORE = timedelta(days=7)


@dataclass(frozen=True)
class Worklist:
    """In order of time, but for what is `unpaid`: the newest first, each with what is `left`.

    `due` are those expected by `due_until`, or late; `unpaid_in_all` counts those not shown too.
    """

    due: Sequence[Appointment]
    due_until: datetime
    unpaid: Sequence[Appointment]
    not_told: Sequence[Appointment]
    to_ring: Sequence[Appointment]
    unpaid_in_all: int


def worklist(now: datetime) -> Worklist:
    owing = unpaid(Interval(now - UNPAID_FOR, now + UNPAID_FOR))  # fees for what was still to come
    return Worklist(
        due=list(_due(now)[:SHOWN]),
        due_until=now + DUE_WITHIN,
        unpaid=owing[: -UNPAID_SHOWN - 1 : -1],
        not_told=list(_not_told(now)[:SHOWN]),
        to_ring=list(_to_ring(now)[:SHOWN]),
        unpaid_in_all=len(owing),
    )


def _due(now: datetime) -> QuerySet[Appointment]:
    """Who is not here yet, or is here although their time is over."""
    waiting = Q(status=Status.BOOKED, starts_at__lt=now + DUE_WITHIN)
    over = Q(status=Status.ARRIVED, ends_at__lt=now)
    since = Appointment.objects.of_the_living().filter(starts_at__gt=now - FORGOTTEN_FOR)
    return since.filter(waiting | over).with_last_event().order_by("starts_at", "pk")


def _not_told(now: datetime) -> QuerySet[Appointment]:
    """Whom a mail reaches; the others are to be rung."""
    coming = Appointment.objects.upcoming(now).of_the_living().filter(not_told=True)
    return coming.exclude(client__email="").exclude(client__bounced_at__isnull=False)


def _to_ring(now: datetime) -> QuerySet[Appointment]:
    """Whom no mail reaches, of what has changed or comes soon; until somebody has told them."""
    told = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), kind=TOLD_BY_PHONE)
    told = told.annotate(of=Cast(KT("facts__revision"), IntegerField()))
    unreachable = Q(client__bounced_at__isnull=False, starts_at__lt=now + RUNG_BEFORE)
    unreachable |= Q(client__bounced_at__isnull=False, not_told=True)
    unreachable |= Q(client__email="") & (Q(revision__gt=0) | Q(not_told=True))
    coming = Appointment.objects.upcoming(now).of_the_living().filter(unreachable)
    return coming.exclude(Exists(told.filter(of=OuterRef("revision"))))
