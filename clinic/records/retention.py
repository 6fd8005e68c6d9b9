"""Keeping nothing longer than it is needed: run again and again, it finds nothing more to do."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.actions.records import jobs
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Change,
    Client,
    Clinic,
    Mail,
    Race,
    SignInEvent,
    User,
)
from bookings.models.mail.kinds import UNFINISHED
from bookings.models.records.history import MAY_FORGET
from bookings.models.sweeping import NO_END, deleted, in_batches
from clinic.records import erased_list
from clinic.records.erase import drop_if_empty, erase, forget_kept, years_after
from therapists.models import HealthCheck, StaffNotice

AT_ONCE = 200  # clients a run, and of as many as there is time for; the rest an hour later
BY = "retention"
Sweeping = Callable[[QuerySet[Any]], int]
WAS_TO_COME = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)


def keep_no_longer(*, now: datetime, until: float = NO_END) -> dict[str, int]:
    """Whatever the clinic's settings say is over, but for what is left over when the monotonic
    clock says `until`. Returns how many of each."""
    clinic = Clinic.objects.first()
    if clinic is None:
        return {}
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired(until=until)
    SignInEvent.objects.sweep(before=_details_from(clinic, now), until=until)
    return {
        "kept records": _kept_records(clinic, now, until),
        "clients long gone": _erase(_long_gone(clinic, now), now, until),
        "newcomers": _erase(_newcomers(clinic, now), now, until),
        **{
            what: in_batches(rows, change, until=until)
            for what, (rows, change) in swept(clinic, now).items()
        },
        "lists of clients": jobs.forget_files(now=now),
        "erasures noted late": erased_list.add_missing(),
    }


def swept(clinic: Clinic, now: datetime) -> dict[str, tuple[QuerySet[Any], Sweeping]]:
    """The rows that are over, each kind in the order of an index, and what becomes of them."""
    details = _details_from(clinic, now)
    holds = Appointment.objects.filter(created_at__lt=details).order_by("created_at")
    mails = Mail.objects.filter(created_at__lt=details).exclude(state__in=UNFINISHED)
    history = Change.objects.filter(at__lt=_since(clinic, clinic.keep_history_years, now))
    return {
        "old holds": (holds.filter(status=Status.EXPIRED, client=None), deleted),
        "what was held from where": (holds.exclude(held_from=""), _forget_from_where),
        "details of mails": (
            mails.exclude(note="", last_error="").order_by("created_at"), _forget_details,
        ),
        "history": (history.order_by("at"), _forget_changes),
        "notices": (StaffNotice.objects.filter(told_at__lt=details).order_by("pk"), deleted),
    }  # fmt: skip


def _details_from(clinic: Clinic, now: datetime) -> datetime:
    return now - timedelta(days=clinic.forget_details_days)


def _forget_from_where(holds: QuerySet[Appointment]) -> int:
    return holds.update(held_from="", visitor="")


def _forget_details(mails: QuerySet[Mail]) -> int:
    return mails.update(note="", last_error="")


@transaction.atomic
def _forget_changes(history: QuerySet[Change]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
    return history.delete()[0]


def _since(clinic: Clinic, years: int, now: datetime) -> datetime:
    """So many years ago, on the clinic's calendar."""
    local = now.astimezone(clinic.tz)
    day = years_after(clinic.day_of(now), -years)
    return local.replace(year=day.year, month=day.month, day=day.day)


def _erase(clients: QuerySet[Client], now: datetime, until: float) -> int:
    def _one(client: Client) -> None:
        erase(client, tell=False, by=BY, now=now)

    return _one_by_one(clients, _one, until)


def _one_by_one(clients: QuerySet[Client], change: Callable[[Client], None], until: float) -> int:
    """Each in a transaction of its own, as many as there is time for, and one in any case."""
    done = 0
    for client in clients[:AT_ONCE]:
        change(client)
        done += 1
        if time.monotonic() >= until:
            break
    return done


def _gone_before(clinic: Clinic, moment: datetime) -> QuerySet[Client]:
    """Known, and not seen since: no visit, no race, no answer, no sign-in.

    Of each client one look into an index: joined, the rows of all their years would be multiplied.
    """
    own = OuterRef("pk")
    lately = (
        Appointment.objects.filter(client=own, ends_at__gte=moment, status__in=WAS_TO_COME),
        Race.objects.filter(client=own, race_date__gte=clinic.day_of(moment)),
        HealthCheck.objects.filter(client=own, given_at__gte=moment),
        User.objects.filter(client=own, last_login__gte=moment),
    )
    known = Client.objects.filter(created_at__lt=moment)
    return known.filter(*(~Exists(one.order_by()) for one in lately))


def _long_gone(clinic: Clinic, now: datetime) -> QuerySet[Client]:
    gone = _gone_before(clinic, _since(clinic, clinic.keep_records_years, now)).filter(
        erased_at=None
    )
    staff = Q(user__therapist__isnull=False) | Q(user__isnull=False) & ~Q(user__role=Role.RUNNER)
    return gone.exclude(staff).order_by("pk")


def _kept_records(clinic: Clinic, now: datetime, until: float) -> int:
    """The records of clients who were erased before the records' time was over."""
    gone = _gone_before(clinic, _since(clinic, clinic.keep_records_years, now))
    return _one_by_one(gone.filter(kept_record__isnull=False), _forget_record, until)


@transaction.atomic
def _forget_record(client: Client) -> None:
    forget_kept(client)
    drop_if_empty(client)


def _newcomers(clinic: Clinic, now: datetime) -> QuerySet[Client]:
    """Whoever typed an address, never answered from it, and never came; a list's are no such."""
    since = now - timedelta(days=clinic.forget_newcomers_days)
    came = Appointment.objects.filter(client=OuterRef("pk")).exclude(
        status__in=[Status.CANCELLED, Status.HELD, Status.EXPIRED]
    )
    unproved = Client.objects.filter(proved_at=None, erased_at=None, user=None)
    found = unproved.filter(~Exists(came.order_by()), created_at__lt=since)
    return found.filter(health_checks=None, known_as=None).order_by("pk")
