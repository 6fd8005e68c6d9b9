"""Telling the owner of trouble by another way than the one that is in trouble.

The first way is a notice (therapists/actions/notices.py): a mail, and a message on their devices.
Of what carries those, the mail server, the worker and the broker, we tell by a second mail server
(ALERT_EMAIL_URL); of all trouble by a web hook (ALERT_URL). Once it has lasted for a while, again
after a day, and when it is over.
"""

import logging
import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPException
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from urllib3 import PoolManager, Timeout, exceptions
from urllib3.exceptions import HTTPError

from bookings.actions.watch import A_LOOK_LATER, WELL_AGAIN_AFTER
from bookings.core.roles import Role
from bookings.core.wording import one_line
from bookings.mail import second_server, trouble
from bookings.models import Clinic, LastSeen, Seen, Tally, Trouble, User, WatchedPart

CARRY_THE_FIRST_WAY = (WatchedPart.MAIL, WatchedPart.WORKER, WatchedPart.BROKER)
AGAIN_AFTER, TRIED_AGAIN_AFTER = timedelta(days=1), timedelta(minutes=5)
ALIVE_EACH = timedelta(minutes=4, seconds=30)  # so each fifth ring of the minute
SECONDS = 8.0

WHY = (
    (ssl.SSLCertVerificationError, gettext_lazy("its certificate is none that we can trust")),
    (exceptions.SSLError, gettext_lazy("its certificate is none that we can trust")),
    (
        ssl.SSLError,
        gettext_lazy("it does not speak TLS from the first byte: is smtp:// right, or its port?"),
    ),
    (
        (socket.gaierror, exceptions.NameResolutionError),
        gettext_lazy("there is no machine by its name"),
    ),
    (
        (TimeoutError, exceptions.TimeoutError),
        gettext_lazy("no answer in time; whoever rents out this machine may block its port"),
    ),
    (
        (ConnectionRefusedError, exceptions.NewConnectionError),
        gettext_lazy("nothing listens at its port"),
    ),
)

Way = Callable[[str, str], None]  # is given a subject and a text; raises what it likes
logger = logging.getLogger(__name__)


def tell(*, now: datetime, among: tuple[WatchedPart, ...] = tuple(WatchedPart)) -> None:
    """Of what is to be told by now; any number of processes may do this at once."""
    for one in _to_tell(now, among):
        with translation.override(settings.LANGUAGE_CODE):
            subject, text = _in_words(one)
        kept = [_kept_by(way, subject, text) for way in _ways_for(WatchedPart(one.part))]
        if "" in kept:
            told = None if one.well_since else now
            Trouble.objects.filter(pk=one.pk).update(told_at=told)


def say_that_we_live(*, now: datetime) -> None:
    """To ALIVE_URL, while nothing is in trouble: whoever misses it tells the owner."""
    if not settings.ALIVE_URL or Trouble.objects.filter(_lasts(now)).exists():
        return
    if Tally.objects.one_more("alive", ALIVE_EACH) == 1:
        _kept_by(lambda _subject, _text: _ask(settings.ALIVE_URL, "GET"), "", "")


def try_the_second_way() -> list[tuple[str, bool]]:
    """What became of each, in a sentence, and whether it went: for an owner who wants to know."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("A test: this is how you are told of trouble")
        text = _("Nothing is wrong. You, or somebody who runs your clinic, asked for this message.")
    kept = {name: _kept_by(way, subject, text) for name, way in _second_ways().items()}
    LastSeen.objects.note(Seen.SECOND_WAY, went={name: not why for name, why in kept.items()})
    return [(_of_a_try(name, why), not why) for name, why in kept.items()]


def knock_at_the_second_way() -> list[tuple[str, bool]]:
    """The same, as far as it goes without sending anything."""
    kept = {name: _kept_by(knock, "", "") for name, knock in _knocks().items()}
    answers, refuses = _("{way} answers."), _("{way} does not take messages ({why}).")
    return [
        ((refuses if why else answers).format(way=name, why=why), not why)
        for name, why in kept.items()
    ]


def _of_a_try(name: str, why: str) -> str:
    if why:
        return _("{way} did not take the message ({why}).").format(way=name, why=why)
    return _("{way} took the message.").format(way=name)


def _lasts(now: datetime) -> Q:
    return Q(well_since=None, since__lte=now - A_LOOK_LATER)


def _to_tell(now: datetime, among: tuple[WatchedPart, ...]) -> list[Trouble]:
    """Taken by us alone for some minutes."""
    again = Q(told_at=None) | Q(told_at__lte=now - AGAIN_AFTER)
    over = Q(told_at__isnull=False, well_since__lte=now - WELL_AGAIN_AFTER)
    rested = Q(tried_at=None) | Q(tried_at__lte=now - TRIED_AGAIN_AFTER)
    with transaction.atomic():
        due = Trouble.objects.filter(rested, (_lasts(now) & again) | over, part__in=among)
        found = list(due.select_for_update(skip_locked=True))
        Trouble.objects.filter(pk__in=[one.pk for one in found]).update(tried_at=now)
    return found


def _in_words(found: Trouble) -> tuple[str, str]:
    clinic = Clinic.objects.the()
    says, _line, do = found.says.partition("\n")
    if found.well_since:
        says, do = _("Well again: {part}.").format(part=found.get_part_display()), ""
    page = urljoin(settings.SITE_URL, reverse("office:watch"))
    look = _("How it stands: {page}").format(page=page)
    return one_line(f"{clinic.name}: {says}")[:150], "\n\n".join(filter(None, (says, do, look)))


def _ways_for(part: WatchedPart) -> list[Way]:
    ways = _second_ways()
    if part not in CARRY_THE_FIRST_WAY:
        ways.pop("ALERT_EMAIL_URL", None)
    elif part != WatchedPart.MAIL and "ALERT_EMAIL_URL" not in ways:
        ways["EMAIL_HOST"] = _by_the_first_server
    return list(ways.values())


def _second_ways() -> dict[str, Way]:
    """By the setting that names it, which may be shown; what it says may not."""
    ways: dict[str, Way] = {}
    if settings.ALERT_EMAIL_URL:
        ways["ALERT_EMAIL_URL"] = _by_the_second_server
    if settings.ALERT_URL:
        ways["ALERT_URL"] = _by_web_hook
    return ways


def _knocks() -> dict[str, Way]:
    ways: dict[str, Way] = {}
    if settings.ALERT_EMAIL_URL:
        ways["ALERT_EMAIL_URL"] = _knock_at_the_second_server
    if settings.ALERT_URL:
        ways["ALERT_URL"] = lambda _subject, _text: _ask(settings.ALERT_URL, "HEAD", most=499)
    return ways


def _kept_by(way: Way, subject: str, text: str) -> str:
    """What keeps it from being taken, or nothing; a line of the log, too, and no secret in it."""
    try:
        way(subject, text)
    except (OSError, SMTPException, HTTPError, ValueError) as error:
        logger.warning("A message about trouble was not taken: %s", type(error).__name__)
        return _why(error)
    return ""


def _why(error: Exception) -> str:
    """An address that was asked is a secret, and stands in some words; an answer is none."""
    if isinstance(error, SMTPException):
        return trouble.said_by(error)
    if type(error) is ValueError:
        return str(error)
    return str(
        next((words for kind, words in WHY if isinstance(error, kind)), type(error).__name__)
    )


def _knock_at_the_second_server(_subject: str, _text: str) -> None:
    sender, backend = _second_server()
    if error := trouble.refusal(backend, sender):
        raise error


def _by_the_second_server(subject: str, text: str) -> None:
    sender, backend = _second_server()
    _by_mail(subject, text, sender, backend)


def _second_server() -> tuple[str, EmailBackend]:
    """From which address, and how."""
    server = second_server.read(settings.ALERT_EMAIL_URL)
    if server is None:
        raise ValueError(_("it is not the address of a mail server"))
    sender = server.user if "@" in server.user else parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return sender, server.backend(SECONDS)


def _by_the_first_server(subject: str, text: str) -> None:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    _by_mail(subject, text, sender, get_connection(timeout=SECONDS))


def _by_mail(subject: str, text: str, sender: str, backend: BaseEmailBackend) -> None:
    owners = User.objects.filter(is_active=True, role=Role.OWNER).values_list("email", flat=True)
    to = settings.ALERT_EMAIL_TO or list(owners)
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, text, sender, to, connection=backend, headers=headers).send()
    finally:
        backend.close()  # Django leaves open where a login is refused


def _by_web_hook(subject: str, text: str) -> None:
    _ask(settings.ALERT_URL, "POST", text.encode())


def _ask(url: str, method: str, body: bytes | None = None, *, most: int = 299) -> None:
    """Over https alone, wherever the settings say; no redirect is followed.

    `most`: the largest status that is an answer, as the rest is none.
    """
    if not url.startswith("https://"):
        raise ValueError(_("it does not begin with https://"))
    patience = Timeout(connect=SECONDS / 2, read=SECONDS / 2)
    headers = {"Content-Type": "text/plain; charset=utf-8"} if body else {}
    with PoolManager(timeout=patience, retries=False) as pool:
        answer = pool.request(method, url, body=body, headers=headers, redirect=False)
    if answer.status > most:
        raise ValueError(str(answer.status))
