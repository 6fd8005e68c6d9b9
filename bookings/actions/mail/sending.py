"""Owed mails are sent: claimed, asked again whether they are still true, written, handed over."""

import logging
import random
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils.translation import gettext as _

from bookings.actions.mail import nudge_delivery, sign_in_mails
from bookings.core.mail.retry_delays import MINUTE, POSTPONED, UNREACHABLE, pause
from bookings.mail.compose import BadAddress, compose, message_id
from bookings.mail.contents import SUBJECTS, look_up
from bookings.mail.smtp import (
    Courier,
    InDoubt,
    NotTaken,
    Postponed,
    RecipientRefused,
    SenderRefused,
    Unreachable,
    Withdrawn,
)
from bookings.models import (
    Clinic,
    Component,
    Heartbeat,
    Mail,
    MailServer,
    MailState,
)
from bookings.models.mail.kinds import KEEPS_TO_MAIL_HOURS, TIMED_TO_TRAINING
from bookings.queries.clients import strangers
from bookings.queries.mail import mail_status
from bookings.queries.training import protocol

BATCH = 20
HOLDS_FOR = 2  # seconds: what was looked up for a batch is no older when a mail is decided
WRITING_TRIES = 3
PATIENCE_WITH_THE_DATABASE = (0.1, 1, 5)  # seconds
logger = logging.getLogger(__name__)


def send_due(*, now: datetime, seconds: float = 50) -> int:
    """Send what is due, for at most so long. Returns how many went out.

    Any number of processes may do this at once. Stops early when the mail server is in
    trouble: the next ring of the bell tries again. Who signs in waits for no more than a batch.
    """
    Heartbeat.objects.note(Component.SENDER)
    Mail.objects.reclaim()
    sent = 0
    until = time.monotonic() + seconds
    server = MailServer.objects.the()
    with Courier(server) as courier:
        while time.monotonic() < until and not courier.in_trouble:
            sign_in_mails.send_due()
            batch = Mail.objects.claim_some(BATCH)
            if not batch:
                break
            sent += _attend_to_all(batch, courier, now=now, until=until)
    return sent


def _attend_to_all(batch: list[Mail], courier: Courier, *, now: datetime, until: float) -> int:
    """Those that it does not get to while what was looked up holds are given back."""
    until = min(until, time.monotonic() + HOLDS_FOR)
    left, sent = list(batch), 0
    try:
        clinic = Clinic.objects.the()
        look_up(batch)
        while left:
            sent += _attend_to(left.pop(0), clinic, courier, now)
            if courier.in_trouble or time.monotonic() > until:
                break
    finally:
        if left:
            _patiently(lambda: Mail.objects.give_back(left))
    return sent


def _attend_to(mail: Mail, clinic: Clinic, courier: Courier, now: datetime) -> bool:
    """Whether it was sent; whatever becomes of it is on its row."""
    logger.info("mail %s claimed, try %s", mail.pk, mail.attempts, extra=mail.in_logs)
    message = _decided_and_written(mail, clinic, now)
    if message is None or not _handed_over(mail, message, courier):
        return False
    # Unrecorded, the mail would be in doubt.
    _patiently(lambda: mail.sent(message_id(mail)))
    courier.server.works()
    logger.info("Mail %s sent.", mail.pk, extra=mail.in_logs)
    return True


def _decided_and_written(mail: Mail, clinic: Clinic, now: datetime) -> EmailMessage | None:
    """The message, or None when it is not to be sent (now)."""
    try:
        if reason := _why_not(mail):
            mail.end(*reason)
            return None
        if later := _why_later(mail, clinic):
            mail.wait_until(*later)
            return None
        if mail.kind in TIMED_TO_TRAINING and not nudge_delivery.still_goes(mail, clinic):
            return None
        return compose(mail, clinic, now=now)
    except BadAddress:
        mail.end(MailState.FAILED, _("The address cannot be written to: ring this client."))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # Whatever is wrong with one, its neighbours go.
        _could_not_be_written(mail, error)
    return None


def _why_not(mail: Mail) -> tuple[MailState, str] | None:
    """Asked anew at the moment of sending: what the mail says must be true now."""
    if reason := SUBJECTS[mail.kind].why_not(mail):
        return reason
    if mail.is_too_late:
        return MailState.MISSED, _("It could not be sent while it was of use.")
    if not mail.client.email:
        return MailState.FAILED, _("No e-mail address: ring this client.")
    if unwanted := mail_status.not_wanted(mail):
        return MailState.CANCELLED, unwanted
    if strangers.has_had_enough(mail):
        return MailState.CANCELLED, _(
            "An address that nobody has confirmed gets three mails a day."
        )
    return None


def _why_later(mail: Mail, clinic: Clinic) -> tuple[datetime, str] | None:
    """A reminder that was held up does not wake anybody."""
    if mail.kind not in KEEPS_TO_MAIL_HOURS:
        return None
    begin = protocol.current().mails.reminders.hours_begin(mail.claimed_at, clinic.tz)
    return (begin, _("It waits for the morning.")) if begin > mail.claimed_at else None


def _could_not_be_written(mail: Mail, error: Exception) -> None:
    """The reason goes on the row only; it may quote what does not belong in a log."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {place.filename}:{place.lineno}"
    facts = {
        "last_error": f"{where}: {error}"[:500],
        "writing_errors": mail.writing_errors + 1,
    }
    logger.error("Mail %s could not be written: %s", mail.pk, where, extra=mail.in_logs)
    if mail.writing_errors + 1 >= WRITING_TRIES:
        mail.end(MailState.DEAD, _("It could not be written."), **facts)
    else:
        mail.retry(_wait(mail, POSTPONED), **facts)


def _handed_over(mail: Mail, message: EmailMessage, courier: Courier) -> bool:
    try:
        courier.deliver(message, mark=mail.mark)
    except NotTaken as error:
        kind = type(error).__name__
        logger.warning("Mail %s not sent: %s", mail.pk, kind, extra=mail.in_logs)
        _record_as_not_taken(mail, error)
        return False
    return True


def _record_as_not_taken(mail: Mail, error: NotTaken) -> None:
    match error:
        case Withdrawn():
            Mail.objects.give_back([mail])  # if it still is to go at all
        case InDoubt():
            mail.doubt(f"No answer after the message: {error}")
        case RecipientRefused():
            mail.end(
                MailState.FAILED, _("It was refused: ring this client."), last_error=str(error)
            )
        case SenderRefused():
            mail.retry(MINUTE, last_error=str(error), attempts=F("attempts") - 1)
        case Postponed():
            mail.retry(_wait(mail, POSTPONED), last_error=str(error))
        case Unreachable():
            mail.retry(_wait(mail, UNREACHABLE), last_error=str(error))


def _wait(mail: Mail, delays: tuple[timedelta, ...]) -> timedelta:
    return pause(mail.attempts, delays, random.random())  # noqa: S311 - only spreads retries


def _patiently(write: Callable[[], None]) -> None:
    """Worth waiting for a database that restarts."""
    for seconds in PATIENCE_WITH_THE_DATABASE:
        try:
            return write()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(seconds)
    return write()
