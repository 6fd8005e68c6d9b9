"""What the demo's clients have been written, and what they are owed; some of it went wrong."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, prefetch_related_objects

from bookings.actions.mail import nudges
from bookings.actions.mail.reminders import reminders_of
from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.mail.compose import message_id
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailState
from bookings.models.mail.mails import IN_DOUBT
from bookings.queries.training import protocol

REMEMBERED_SINCE = timedelta(days=7)
PLANS_SENT = timedelta(days=6)  # so that the next mails come tomorrow
LONG_AGO, EVERY = timedelta(days=22), 3  # of so many, one may be written to today
WRITTEN_TO = 4  # of five runners, so many have asked for training mails
WENT_WRONG = [
    (MailState.FAILED, "It was refused: ring this client.", "550 5.1.1 (address) unknown"),
    (MailState.AMBIGUOUS, str(IN_DOUBT), "The sender was lost while the message went out."),
    (MailState.MISSED, "It could not be sent while it was of use.", ""),
]


def make_mails(
    visits: Iterable[Appointment], runners: Sequence[Client], clinic: Clinic, now: datetime
) -> None:
    """Mails about appointments from a week ago on, and those timed to training."""
    written = (Status.BOOKED, Status.ARRIVED, Status.COMPLETED)
    told = [
        visit
        for visit in visits
        if visit.status in written
        and visit.starts_at > now - REMEMBERED_SINCE
        and visit.whose.email
    ]
    prefetch_related_objects([visit.whose for visit in told], "races")
    rules = protocol.current()
    owed = [mail for visit in told for mail in _about(visit, clinic, rules)]
    past = [mail for mail in owed if mail.due_at <= now]
    for mail in past:
        _sent(mail)
    for mail, trouble in zip(_reminders_of_the_last_day(past, now), WENT_WRONG, strict=False):
        mail.state, mail.why, mail.last_error = trouble
        mail.sent_at, mail.message_id = None, ""
    Mail.objects.bulk_create(owed)
    _write_of_training(runners, now)


def _about(visit: Appointment, clinic: Clinic, rules: training.Protocol) -> list[Mail]:
    confirmation = Mail(
        key=f"{MailKind.CONFIRMED}:{visit.public_id}:0",
        kind=MailKind.CONFIRMED,
        client=visit.whose,
        appointment=visit,
        created_at=visit.created_at,
        due_at=visit.created_at,
        not_after=visit.starts_at,
    )
    return [confirmation, *reminders_of(visit, clinic, rules, now=visit.created_at)]


def _sent(mail: Mail) -> None:
    mail.state, mail.attempts = MailState.SENT, 1
    mail.data_at = mail.sent_at = mail.due_at
    mail.message_id = message_id(mail)


def _reminders_of_the_last_day(past: Iterable[Mail], now: datetime) -> list[Mail]:
    a_day_ago = now - timedelta(days=1)
    return [one for one in past if one.kind == MailKind.REMINDER and one.due_at > a_day_ago]


def _write_of_training(runners: Sequence[Client], now: datetime) -> None:
    """As if each had ticked the box on entering a race, some days ago."""
    wanted = [
        client.pk for place, client in enumerate(runners) if place % 5 < WRITTEN_TO and client.email
    ]
    Client.objects.filter(pk__in=wanted).update(wants_nudges=True)
    for place, client in enumerate(Client.objects.filter(pk__in=wanted).order_by("pk")):
        then = now - (PLANS_SENT if place % EVERY else LONG_AGO)
        nudges.plan_for(client, now=then, changed={})
        Mail.objects.filter(kind=MailKind.PLAN, client=client).update(due_at=then)
    Mail.objects.filter(state=MailState.SCHEDULED, due_at__lte=now).update(
        state=MailState.SENT, data_at=F("due_at"), sent_at=F("due_at"), attempts=1
    )
