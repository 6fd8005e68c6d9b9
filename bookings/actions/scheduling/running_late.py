"""A therapist runs late: the clients who come next are told, those after a long gap are not."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail.outbox import Notify, write_down
from bookings.core.intervals import day_bounds
from bookings.models import Appointment, AppointmentEvent, Clinic, Mail, MailKind, Therapist

EVENT = "running_late"
STEP = timedelta(minutes=5)  # nobody is told of less


@changes_the_diary
def tell(
    clinic: Clinic,
    therapist: Therapist,
    minutes: int,
    *,
    notify: Notify,
    by: str,
    now: datetime,
) -> list[Appointment]:
    """Owe a mail to each client still to come today whose start moves; returns those visits.

    What was told before and has not gone out is withdrawn; with 0 minutes that is all.
    """
    visits = list(_still_to_come(clinic, therapist, now))
    mails = Mail.objects.filter(kind=MailKind.LATE, appointment__in=visits)
    mails.supersede(_("The therapist has said otherwise since."))
    told_before = set(_last_told(visits))
    if not minutes:
        for visit in visits:
            if visit.pk in told_before:
                visit.record(EVENT, by=by, now=now, facts={"minutes": 0})
        return [visit for visit in visits if visit.pk in told_before]
    late = _carried_on(visits, timedelta(minutes=minutes))
    for visit, wait in late:
        _owe(visit, wait, notify=notify, by=by, now=now)
    return [visit for visit, _wait in late]


def _still_to_come(clinic: Clinic, therapist: Therapist, now: datetime) -> QuerySet[Appointment]:
    end = day_bounds(clinic.day_of(now), 1, clinic.tz).end
    visits = Appointment.objects.upcoming(now).filter(therapist=therapist, starts_at__lt=end)
    return visits.with_everything()


def _last_told(visits: list[Appointment]) -> list[int]:
    """Those whose last word is that it begins late."""
    events = AppointmentEvent.objects.filter(appointment__in=visits, kind=EVENT)
    newest = events.order_by("appointment_id", "-pk").distinct("appointment_id")
    return [one.appointment_id for one in newest if one.facts["minutes"]]


def _carried_on(visits: list[Appointment], delay: timedelta) -> list[tuple[Appointment, timedelta]]:
    """How late each begins: what is free between two visits makes up for it."""
    found: list[tuple[Appointment, timedelta]] = []
    before = None
    for visit in visits:
        if before is not None:
            delay -= max(visit.starts_at - before, timedelta())
        if delay < STEP:
            break
        found.append((visit, delay))
        before = visit.blocked_until
    return found


def _owe(visit: Appointment, delay: timedelta, *, notify: Notify, by: str, now: datetime) -> None:
    minutes = int(delay / timedelta(minutes=1))
    event = visit.events.create(kind=EVENT, by=by, at=now, facts={"minutes": minutes})
    mail = Mail(
        key=f"{MailKind.LATE}:{visit.public_id}:{event.pk}",
        kind=MailKind.LATE,
        client=visit.client,
        appointment=visit,
        revision=visit.revision,
        created_at=now,
        due_at=Now() + notify.wait,
        not_after=visit.starts_at + delay,
    )
    if notify.by_mail:
        write_down(mail)
