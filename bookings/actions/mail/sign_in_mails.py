"""Mails about signing in: written with the answer, sent behind it.

One that is sent twice does no harm, and one that comes late is no use: there is no more to them
than a row that goes when the server has taken the message.
"""

import logging
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models.functions import Now

from bookings.core.clients.addresses import ascii_address
from bookings.core.wording import one_line
from bookings.mail import trouble
from bookings.mail.wake_worker import ring
from bookings.models import Clinic, LastSeen, MailServer, Seen, SignInMail

GOOD_FOR = timedelta(minutes=10)
AT_ONCE = 100

logger = logging.getLogger(__name__)


def owe(
    address: str,
    subject: str,
    body: str,
    *,
    good_for: timedelta = GOOD_FOR,
    is_a_test: bool = False,
    now: datetime,
) -> None:
    """Write down, in the caller's transaction, what is to be sent; to an address of no client.

    Or to one that must be told what a row of `Mail` could not keep.
    """
    SignInMail.objects.create(
        address=address,
        subject=one_line(subject)[:200],
        body=body.strip() + "\n",
        created_at=now,
        due_at=Now(),
        not_after=Now() + good_for,
        is_a_test=is_a_test,
    )
    transaction.on_commit(ring, robust=True)


def send_due() -> int:
    """Send what waits; returns how many went out. Any number of processes may do this at once."""
    SignInMail.objects.forget_what_is_over()
    if not SignInMail.objects.due().exists():
        return 0
    sender = _sender()
    try:
        with get_connection(timeout=settings.EMAIL_TIMEOUT) as connection:
            return sum(_send_one(sender, connection) for _ in range(AT_ONCE))
    except (OSError, SMTPException, UnicodeError) as error:
        logger.warning("A mail about signing in has not gone out: %s", type(error).__name__)
        if SignInMail.objects.filter(is_a_test=True).exists():
            LastSeen.objects.note(Seen.TEST_MAIL, problem=trouble.in_words(error))
        return 0


def _send_one(sender: str, connection: Any) -> bool:
    with transaction.atomic():
        mail = SignInMail.objects.claim()
    if mail is None:
        return False
    try:
        EmailMessage(
            mail.subject,
            mail.body,
            sender,
            [ascii_address(mail.address)],
            connection=connection,
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
    except (SMTPRecipientsRefused, SMTPDataError, ValueError) as refusal:
        logger.warning("A mail about signing in was refused: %s", type(refusal).__name__)
        if mail.is_a_test:
            LastSeen.objects.note(Seen.TEST_MAIL, problem=trouble.in_words(refusal))
        return False
    SignInMail.objects.filter(pk=mail.pk).delete()
    if mail.is_a_test:
        MailServer.objects.the().took_a_test()
        LastSeen.objects.note(Seen.TEST_MAIL)
    return True


def _sender() -> str:
    """The clinic's name, at the address that the server lets us send from."""
    return formataddr(
        (one_line(Clinic.objects.the().name), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    )
