"""Keeping nothing longer than it is needed: run again and again, it finds nothing more to do."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from bookings.actions.records import jobs
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Change, Client, Clinic, Mail, SignInEvent
from bookings.models.mail.kinds import UNFINISHED
from bookings.models.records.history import MAY_FORGET
from clinic.records import erased_list
from clinic.records.erase import drop_if_empty, erase, forget_kept, years_after

AT_ONCE = 200  # clients a run; the rest an hour later
BY = "retention"
WAS_TO_COME = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW)


def keep_no_longer(*, now: datetime) -> dict[str, int]:
    """Whatever the clinic's settings say is over. Returns how many of each."""
    clinic = Clinic.objects.first()
    if clinic is None:
        return {}
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    SignInEvent.objects.sweep(before=now - timedelta(days=clinic.forget_details_days))
    return {
        "kept records": _kept_records(clinic, now),
        "clients long gone": _erase(_long_gone(clinic, now), now),
        "newcomers": _erase(_newcomers(clinic, now), now),
        "old holds": _old_holds(clinic, now),
        "details of mails": _details_of_mails(clinic, now),
        "history": _history(clinic, now),
        "lists of clients": jobs.forget_files(now=now),
        "erasures noted late": erased_list.add_missing(),
    }


def _since(clinic: Clinic, years: int, now: datetime) -> datetime:
    """So many years ago, on the clinic's calendar."""
    local = now.astimezone(clinic.tz)
    day = years_after(clinic.day_of(now), -years)
    return local.replace(year=day.year, month=day.month, day=day.day)


def _erase(clients: QuerySet[Client], now: datetime) -> int:
    found = list(clients[:AT_ONCE])
    for client in found:
        erase(client, tell=False, by=BY, now=now)
    return len(found)


def _gone_before(clinic: Clinic, moment: datetime) -> QuerySet[Client]:
    """Known, and not seen since: no visit, no race, no answer, no sign-in."""
    lately = (
        Q(appointments__ends_at__gte=moment, appointments__status__in=WAS_TO_COME)
        | Q(races__race_date__gte=clinic.day_of(moment))
        | Q(health_checks__given_at__gte=moment)
        | Q(user__last_login__gte=moment)
    )
    known = Client.objects.filter(created_at__lt=moment)
    return known.exclude(pk__in=Client.objects.filter(lately).values("pk"))


def _long_gone(clinic: Clinic, now: datetime) -> QuerySet[Client]:
    gone = _gone_before(clinic, _since(clinic, clinic.keep_records_years, now)).filter(
        erased_at=None
    )
    staff = Q(user__therapist__isnull=False) | Q(user__isnull=False) & ~Q(user__role=Role.RUNNER)
    return gone.exclude(staff).order_by("pk")


def _kept_records(clinic: Clinic, now: datetime) -> int:
    """The records of clients who were erased before the records' time was over."""
    gone = _gone_before(clinic, _since(clinic, clinic.keep_records_years, now))
    over = list(gone.filter(kept_record__isnull=False)[:AT_ONCE])
    for client in over:
        with transaction.atomic():
            forget_kept(client)
            drop_if_empty(client)
    return len(over)


def _newcomers(clinic: Clinic, now: datetime) -> QuerySet[Client]:
    """Whoever typed an address, never answered from it, and never came; a list's are no such."""
    since = now - timedelta(days=clinic.forget_newcomers_days)
    came = Appointment.objects.exclude(
        status__in=[Status.CANCELLED, Status.HELD, Status.EXPIRED]
    ).filter(client__isnull=False)
    unproved = Client.objects.filter(proved_at=None, erased_at=None, user=None)
    found = unproved.filter(created_at__lt=since).exclude(pk__in=came.values("client"))
    return found.filter(health_checks=None, known_as=None).order_by("pk")


def _old_holds(clinic: Clinic, now: datetime) -> int:
    since = now - timedelta(days=clinic.forget_details_days)
    old = Appointment.objects.filter(created_at__lt=since)
    gone, _ = old.filter(status=Status.EXPIRED, client=None).delete()
    return gone + old.exclude(held_from="").update(held_from="", visitor="")


def _details_of_mails(clinic: Clinic, now: datetime) -> int:
    since = now - timedelta(days=clinic.forget_details_days)
    old = Mail.objects.filter(created_at__lt=since).exclude(state__in=UNFINISHED)
    return old.exclude(note="", last_error="").update(note="", last_error="")


@transaction.atomic
def _history(clinic: Clinic, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
    old = Change.objects.filter(at__lt=_since(clinic, clinic.keep_history_years, now))
    return old.delete()[0]
