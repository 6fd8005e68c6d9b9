"""Unguessable links, to one appointment or for one client; each has one purpose.

The page link is what the browser that booked is shown. The mail link goes to the address
only, so whoever acts behind it has proved the address. Both are good as long as the appointment
is remembered; a link for a client ends by itself. Raising an edition ends all that went before.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import reverse

from bookings.models import Appointment, Client

_PAGE = Signer(salt="appointment.page")
_MAIL = Signer(salt="appointment.mail")


@dataclass(frozen=True)
class Link:
    """What a token says: which appointment, and whether its bearer has read the mail."""

    public_id: str
    edition: int
    from_mail: bool


def page_token(appointment: Appointment) -> str:
    return _PAGE.sign(_named(appointment))


def mail_token(appointment: Appointment) -> str:
    return _MAIL.sign(_named(appointment))


def read(token: str) -> Link:
    """Raises BadSignature for a token that was not made here."""
    for signer, from_mail in ((_PAGE, False), (_MAIL, True)):
        try:
            public_id, _, edition = signer.unsign(token).partition(".")
        except BadSignature:
            continue
        return Link(public_id, int(edition or 0), from_mail)
    raise BadSignature("not a link of ours")


def _named(appointment: Appointment) -> str:
    edition = appointment.links_edition
    return f"{appointment.public_id}.{edition}" if edition else appointment.public_id


def page_url(appointment: Appointment) -> str:
    """The path of the appointment's page for the browser that booked it."""
    return reverse("runner:appointment", args=[page_token(appointment)])


def mailed_url(appointment: Appointment, route: str = "runner:appointment") -> str:
    """The absolute address that stands in a mail."""
    return urljoin(settings.SITE_URL, reverse(route, args=[mail_token(appointment)]))


class Purpose(StrEnum):
    """What a link to one client is for; each is good for nothing else."""

    BOOK = "offered"
    DECLINE = "not_this_time"
    AFTER_RACE = "after_race"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    YOUR_DATA = "your_data"
    DOWNLOAD = "download"

    @property
    def route(self) -> str:
        namespace = "records" if self in (Purpose.YOUR_DATA, Purpose.DOWNLOAD) else "runner"
        return f"{namespace}:{self}"


# Mail lies in mailboxes for years, and these act on more than one appointment. Only the link that
# can do nothing but stop mails is good for ever, as the law wants it to be.
# Behind this link lies all that is known of somebody: a forwarded mail must not open it.
DOWNLOAD_GOOD_FOR = timedelta(days=1)
GOOD_FOR: dict[Purpose, timedelta | None] = {
    Purpose.BOOK: timedelta(days=120),
    Purpose.DECLINE: timedelta(days=120),
    Purpose.AFTER_RACE: timedelta(days=120),
    Purpose.PREFERENCES: timedelta(days=400),
    Purpose.YOUR_DATA: timedelta(days=400),
    Purpose.DOWNLOAD: DOWNLOAD_GOOD_FOR,
    Purpose.UNSUBSCRIBE: None,
}


def client_url(purpose: Purpose, client: Client, **facts: str | int | None) -> str:
    """The absolute address behind which somebody acts as the client, for one purpose."""
    told = {**facts, "client": client.pk, "edition": client.links_edition}
    token = _signer(purpose).sign_object(told)
    return urljoin(settings.SITE_URL, reverse(purpose.route, args=[token]))


def read_client_token(purpose: Purpose, token: str) -> dict[str, Any]:
    """The facts, the client's number and the edition among them.

    Raises BadSignature, also for a token past its time.
    """
    return _signer(purpose).unsign_object(token, max_age=GOOD_FOR[purpose])


def _signer(purpose: Purpose) -> TimestampSigner:
    return TimestampSigner(salt=f"client.{purpose}")
