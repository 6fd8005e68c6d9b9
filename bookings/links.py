"""Unguessable links, to one appointment or for one client; each has one purpose.

The page link is what the browser that booked is shown; once the mailbox has been proved it opens
only where that was done. The mail link goes to one address only and says which: whoever acts
behind it has proved that address and no other, and when the client has another, it is over. The
calendar link goes to the same mailbox and proves nothing. All are good as long as the appointment
is remembered; a link for a client ends by itself. Raising an edition ends all that went before.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from bookings.core.clients.addresses import compared
from bookings.models import Appointment, Client

_PAGE = Signer(salt="appointment.page")
_MAIL = Signer(salt="appointment.mail")
_CALENDAR = Signer(salt="appointment.calendar")

# What stands in the place of a token wherever the staff look at a mail.
DEAD = "in-the-clients-mail-alone"
A_TOKEN = "the-token-stands-here"  # noqa: S105 - no token
_are_dead: ContextVar[bool] = ContextVar("links lead nowhere", default=False)


@contextmanager
def leading_nowhere() -> Iterator[None]:
    """All links made meanwhile are dead: whoever sees them must not act as the client."""
    before = _are_dead.set(True)
    try:
        yield
    finally:
        _are_dead.reset(before)


def digest_of(address: str, key: str | None = None) -> str:
    """What a token says of the address that it was mailed to, by the key of now or that one."""
    return _digest(compared(address), key or settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _digest(address: str, key: str) -> str:
    """A mail's links all name the same one."""
    return salted_hmac("links.address", address, secret=key, algorithm="sha256").hexdigest()[:20]


@dataclass(frozen=True)
class Link:
    """What a token says: which appointment, and where its bearer has it from.

    `mailed_to` is a digest of an address; empty in mails from before tokens said it.
    """

    public_id: str
    edition: int
    from_mail: bool
    mailed_to: str = ""
    of_a_browser: bool = False


def page_token(appointment: Appointment) -> str:
    return DEAD if _are_dead.get() else _PAGE.sign(_named(appointment))


def calendar_token(appointment: Appointment) -> str:
    """For an entry in a calendar that came by mail, which may be shared: it proves no address."""
    return DEAD if _are_dead.get() else _CALENDAR.sign(_named(appointment))


def mail_token(appointment: Appointment) -> str:
    if _are_dead.get():
        return DEAD
    address = digest_of(appointment.whose.email)
    return _MAIL.sign(f"{appointment.public_id}.{appointment.links_edition}.{address}")


def read(token: str) -> Link:
    """Raises BadSignature for a token that was not made here."""
    for signer in (_PAGE, _MAIL, _CALENDAR):
        try:
            public_id, edition, address, *_ = [*signer.unsign(token).split("."), "", ""]
        except BadSignature:
            continue
        return Link(public_id, int(edition or 0), signer is _MAIL, address, signer is _PAGE)
    raise BadSignature("not a link of ours")


def still_goes_to(mailed_to: str, client: Client) -> bool:
    """Whether the address that a link was mailed to is the client's.

    A link that does not say it holds while the client is known: a new address ends it otherwise,
    and it proves none.
    """
    if not mailed_to:
        return not client.is_provisional
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(mailed_to, digest_of(client.email, key)) for key in keys)


def _named(appointment: Appointment) -> str:
    edition = appointment.links_edition
    return f"{appointment.public_id}.{edition}" if edition else appointment.public_id


def page_url(appointment: Appointment) -> str:
    """The path of the appointment's page for the browser that booked it."""
    return reverse("runner:appointment", args=[page_token(appointment)])


def mailed_url(
    appointment: Appointment, route: str = "runner:appointment", *, token: str = ""
) -> str:
    """The absolute address that stands in a mail; `token` where it has been made before."""
    return _address(settings.SITE_URL, route).replace(A_TOKEN, token or mail_token(appointment))


@lru_cache(maxsize=64)
def _address(site: str, route: str) -> str:
    """With a word in the place of its token, so that a mail's many links look for it only once."""
    return urljoin(site, reverse(route, args=[A_TOKEN]))


class Purpose(StrEnum):
    """What a link to one client is for; each is good for nothing else."""

    BOOK = "offered"
    DECLINE = "not_this_time"
    AFTER_RACE = "after_race"
    VISITS = "visits"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    YOUR_DATA = "your_data"
    DOWNLOAD = "download"
    WAITING = "waiting"
    WAIT_OFFER = "wait_offer"
    RACE_NEWS = "race_news"

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
    Purpose.VISITS: timedelta(days=120),
    Purpose.PREFERENCES: timedelta(days=400),
    Purpose.YOUR_DATA: timedelta(days=400),
    Purpose.WAITING: timedelta(days=400),
    Purpose.WAIT_OFFER: timedelta(days=30),
    Purpose.RACE_NEWS: timedelta(days=120),
    Purpose.DOWNLOAD: DOWNLOAD_GOOD_FOR,
    Purpose.UNSUBSCRIBE: None,
}


def client_url(purpose: Purpose, client: Client, **facts: str | int | None) -> str:
    """The absolute address behind which somebody acts as the client, for one purpose."""
    token = _client_token(purpose, client, facts)
    return _address(settings.SITE_URL, purpose.route).replace(A_TOKEN, token)


def client_path(purpose: Purpose, client: Client, **facts: str | int | None) -> str:
    """The same on the host that the visitor is at."""
    return reverse(purpose.route, args=[_client_token(purpose, client, facts)])


def _client_token(purpose: Purpose, client: Client, facts: Mapping[str, str | int | None]) -> str:
    if _are_dead.get():
        return DEAD
    told = {**facts, "client": client.pk, "edition": client.links_edition}
    return _signer(purpose).sign_object({**told, "address": digest_of(client.email)})


def read_client_token(purpose: Purpose, token: str) -> dict[str, Any]:
    """The facts; the client's number, the edition and a digest of the address among them.

    Raises BadSignature, also for a token past its time.
    """
    return _signer(purpose).unsign_object(token, max_age=GOOD_FOR[purpose])


def _signer(purpose: Purpose) -> TimestampSigner:
    return TimestampSigner(salt=f"client.{purpose}")
