"""What is owed by mail, written down with what causes it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from bookings.actions.mail.reminders import reminders_of
from bookings.core import training
from bookings.mail.wake_worker import ring_when_committed
from bookings.models import (
    Appointment,
    Client,
    Clinic,
    Mail,
    MailKind,
    MailState,
    Race,
)
from bookings.queries import round_trips
from bookings.queries.training import protocol

# A cancellation is still worth knowing, for the calendar's sake, when its time has come.
USEFUL_AFTER_THE_START = dict.fromkeys((MailKind.CANCELLED, MailKind.RELEASED), timedelta(days=1))
FAILS_FOR_THE_DESK = (MailKind.SERIES_MISSED,)
AGREES_A_TIME = (MailKind.CONFIRMED, MailKind.MOVED)
GRACE = timedelta(minutes=3)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notify:
    """Whether and how the client is told of a change; reminders follow it in any case.

    What the desk does waits a little, so that an undo sends nothing.
    """

    NOW: ClassVar["Notify"]
    NONE: ClassVar["Notify"]

    WITH_OTHERS: ClassVar["Notify"]

    by_mail: bool = True
    note: str = ""
    wait: timedelta = timedelta()
    with_others: bool = False

    @property
    def tells(self) -> bool:
        """Whether they will know: by a mail of its own, or one about several changes."""
        return self.by_mail or self.with_others

    @classmethod
    def from_the_desk(cls, note: str = "") -> "Notify":
        return cls(note=note, wait=GRACE)


Notify.NOW = Notify()
Notify.NONE = Notify(by_mail=False)
Notify.WITH_OTHERS = Notify(by_mail=False, with_others=True)


@dataclass(frozen=True)
class AlreadyRead:
    """What whoever owes a mail has read already, and need not be asked again under the lock."""

    clinic: Clinic | None = None
    rules: training.Protocol | None = None
    races: Sequence[Race] | None = None


NOTHING_READ = AlreadyRead()


def owe(
    kind: MailKind,
    appointment: Appointment,
    *,
    notify: Notify = Notify.NOW,
    known: AlreadyRead = NOTHING_READ,
    now: datetime,
) -> None:
    """Write down, in the caller's transaction, that the client is to be told, and reminded.

    Mails about older revisions that have not gone out are superseded. Owing the same again
    adds nothing; neither does an occasion that has passed.
    """
    not_after = appointment.starts_at + USEFUL_AFTER_THE_START.get(kind, timedelta())
    if appointment.revision:
        Mail.objects.about_older_revisions(appointment).supersede()
    if not_after <= now:
        return
    mails = [_mail_about(kind, appointment, notify, not_after, now)] if notify.by_mail else []
    if kind in AGREES_A_TIME:
        mails += _reminders_of([appointment], known, now=now)
    write_down(*mails)


def _mail_about(
    kind: MailKind, appointment: Appointment, notify: Notify, not_after: datetime, now: datetime
) -> Mail:
    return Mail(
        key=f"{kind}:{appointment.public_id}:{appointment.revision}",
        kind=kind,
        client=appointment.client,
        appointment=appointment,
        revision=appointment.revision,
        note=notify.note,
        created_at=now,
        due_at=Now() + notify.wait,
        not_after=not_after,
    )


def tell_after_all(
    kind: MailKind, appointment: Appointment, *, notify: Notify, now: datetime
) -> None:
    """Owe what was not told at first, or was withdrawn, once more and with its new line."""
    waiting = Mail.objects.filter(
        appointment=appointment,
        revision=appointment.revision,
        kind=kind,
        state__in=[MailState.SCHEDULED, MailState.CANCELLED],
        data_at=None,
    )
    again = waiting.update(
        state=MailState.SCHEDULED, note=notify.note, due_at=Now() + notify.wait, why=""
    )
    if again:
        ring_when_committed()
    else:
        owe(kind, appointment, notify=notify, now=now)


def withdraw(appointment: Appointment) -> bool:
    """What would tell of the visit as it is now; False when nothing waits to go out."""
    waiting = Mail.objects.filter(
        appointment=appointment, revision=appointment.revision, kind__in=AGREES_A_TIME
    ).not_gone_out()
    why = _("The desk did not want it told.")
    return bool(waiting.update(state=MailState.CANCELLED, why=why))


def withdrawn_with(appointment: Appointment) -> Mail | None:
    """What was about to tell of the visit when its last change withdrew it."""
    before = Mail.objects.filter(
        appointment=appointment, revision=appointment.revision - 1, kind__in=AGREES_A_TIME
    )
    return before.withdrawn().first()


def owe_together(
    appointments: Sequence[Appointment],
    *,
    notify: Notify = Notify.NOW,
    known: AlreadyRead = NOTHING_READ,
    now: datetime,
) -> None:
    """One mail about appointments that were booked at once, and the reminders of each."""
    first = appointments[0]
    mail = Mail(
        key=f"{MailKind.PLAN_BOOKED}:{first.together}",
        kind=MailKind.PLAN_BOOKED,
        client=first.client,
        together=first.together,
        note=notify.note,
        created_at=now,
        due_at=Now() + notify.wait,
        not_after=max(appointment.starts_at for appointment in appointments),
    )
    write_down(mail, *_reminders_of(appointments, known, now=now))


def owe_reminders(appointments: Sequence[Appointment], *, now: datetime) -> None:
    """Of those about which nobody was told anything; they are due as if agreed now."""
    write_down(*_reminders_of(appointments, NOTHING_READ, now=now))


def owe_once_more(mail: Mail, *, times: int, now: datetime) -> None:
    """The same mail about an appointment, or several, for the nth time: somebody has asked."""
    again = Mail(
        key=f"{mail.key}:{times}",
        kind=mail.kind,
        client=mail.client,
        appointment=mail.appointment,
        together=mail.together,
        revision=mail.revision,
        created_at=now,
        due_at=Now(),
        not_after=mail.not_after,
    )
    write_down(again)


def owe_released(appointments: Sequence[Appointment], *, now: datetime) -> None:
    """One mail about appointments booked at once, or about one, that nobody has confirmed."""
    first = appointments[0]
    for appointment in appointments:
        Mail.objects.about_older_revisions(appointment).supersede()
    mail = Mail(
        key=f"{MailKind.RELEASED}:{first.together or first.public_id}",
        kind=MailKind.RELEASED,
        client=first.client,
        appointment=None if first.together else first,
        together=first.together,
        revision=first.revision,
        created_at=now,
        due_at=Now(),
        not_after=max(one.starts_at for one in appointments)
        + USEFUL_AFTER_THE_START[MailKind.RELEASED],
    )
    write_down(mail)


def owe_of_a_series(
    kind: MailKind,
    client: Client,
    *,
    about: dict[str, Any],
    notify: Notify = Notify.NOW,
    not_after: datetime,
    now: datetime,
) -> None:
    """One mail about dates of a series, once for what it is about."""
    occasion = sha256(repr(sorted(about.items())).encode()).hexdigest()[:16]
    mail = Mail(
        key=f"{kind}:{about['series']}:{occasion}",
        kind=kind,
        client=client,
        about=about,
        note=notify.note,
        created_at=now,
        due_at=Now() + notify.wait,
        not_after=not_after,
    )
    write_down(mail)


def owe_about_their_data(
    kind: MailKind,
    client: Client,
    *,
    key: str,
    about: dict[str, Any] | None = None,
    good_for: timedelta,
    notify: Notify = Notify.NOW,
    now: datetime,
) -> None:
    """One mail to a client that is about no appointment, once for each `key`."""
    write_down(
        Mail(
            key=f"{kind}:{client.pk}:{key}",
            kind=kind,
            client=client,
            about=about or {},
            created_at=now,
            due_at=Now() + notify.wait,
            not_after=now + good_for,
        )
    )


def _reminders_of(
    appointments: Sequence[Appointment], known: AlreadyRead, *, now: datetime
) -> list[Mail]:
    clinic, rules = known.clinic or Clinic.objects.the(), known.rules or protocol.current()
    return [
        mail
        for one in appointments
        for mail in reminders_of(one, clinic, rules, races=known.races, now=now)
    ]


def write_down(*mails: Mail) -> None:
    """The one door for mails that are owed, in the caller's transaction.

    One of a key that is there already is enough. Nothing is owed to whom no mail can reach, but
    what the desk would else not hear of: that it fails is how they are rung.
    The sender is woken when all is committed.
    """
    owed = [mail for mail in mails if mail.client.email or mail.kind in FAILS_FOR_THE_DESK]
    round_trips.add(owed)
    transaction.on_commit(lambda: _say_what_is_owed(owed), robust=True)
    ring_when_committed()


def _say_what_is_owed(mails: Sequence[Mail]) -> None:
    """In the log, with the request that it is owed for, which leads on to its sending."""
    if not logger.isEnabledFor(logging.INFO):
        return
    keys = [mail.key for mail in mails]
    for mail in Mail.objects.filter(key__in=keys).order_by("pk"):
        logger.info("mail %s owed: %s", mail.pk, mail.kind, extra=mail.in_logs)
