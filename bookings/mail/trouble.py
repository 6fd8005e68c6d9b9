"""Why a mail server does not take us, and which setting to look at: in a sentence."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext_lazy

AN_ADDRESS = re.compile(r"\S+@\S+")


def _always() -> bool:
    return True


def _is_here() -> bool:
    return settings.EMAIL_HOST in ("localhost", "127.0.0.1", "::1")


def _login_is_not_ascii() -> bool:
    return not f"{settings.EMAIL_HOST_USER}{settings.EMAIL_HOST_PASSWORD}".isascii()


def _may_speak_tls() -> bool:
    return not settings.EMAIL_USE_SSL and settings.EMAIL_PORT != 25


# The first that fits: of this kind of error, where the settings are so.
SENTENCES: tuple[tuple[type[Exception], Callable[[], bool], Any], ...] = (
    (
        ssl.SSLCertVerificationError,
        _is_here,
        gettext_lazy(
            "The certificate of the mail server {where} is not for that name: set EMAIL_HOST to "
            "the name that stands in it; or, since nothing leaves this machine on the way there, "
            "set EMAIL_USE_TLS=false and EMAIL_USE_SSL=false."
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        _always,
        gettext_lazy(
            "The certificate of the mail server {where} is none that we can trust ({said}): is "
            "EMAIL_HOST the very name that your mail’s host tells you?"
        ),
    ),
    (
        ssl.SSLError,
        _always,
        gettext_lazy(
            "The mail server {where} does not speak TLS from the first byte: set EMAIL_PORT=587, "
            "EMAIL_USE_TLS=true, and take EMAIL_USE_SSL away."
        ),
    ),
    (
        socket.gaierror,
        _always,
        gettext_lazy("There is no machine by the name in EMAIL_HOST ({where}): is it typed right?"),
    ),
    (
        TimeoutError,
        _always,
        gettext_lazy(
            "The mail server {where} did not answer in time: does the firewall let mail out? "
            "Whoever rents out this machine may block port {port}, as many do 25: ask them to open "
            "it, or try EMAIL_PORT=587 or 465."
        ),
    ),
    (
        smtplib.SMTPAuthenticationError,
        _always,
        gettext_lazy(
            "The mail server {where} does not let us in ({said}): are EMAIL_HOST_USER and "
            "EMAIL_HOST_PASSWORD right? A password with $ or # in it goes between single quotes; "
            "some hosts want one made for programs."
        ),
    ),
    (
        smtplib.SMTPNotSupportedError,
        lambda: settings.EMAIL_USE_TLS,
        gettext_lazy(
            "The mail server {where} knows no STARTTLS: set EMAIL_PORT=465, which speaks TLS from "
            "the first byte, or what your mail’s host tells you."
        ),
    ),
    (
        smtplib.SMTPNotSupportedError,
        _always,
        gettext_lazy(
            "The mail server {where} lets nobody sign in without TLS: set EMAIL_PORT=587 and "
            "EMAIL_USE_TLS=true, or EMAIL_PORT=465."
        ),
    ),
    (
        smtplib.SMTPServerDisconnected,
        lambda: not _may_speak_tls(),
        gettext_lazy(
            "The mail server {where} hangs up ({said}): are its name and port right, and does it "
            "let this machine in? Ask your mail’s host."
        ),
    ),
    (
        smtplib.SMTPServerDisconnected,
        _always,
        gettext_lazy(
            "The mail server {where} hangs up: if it speaks TLS from the first byte, as on port "
            "465, set EMAIL_USE_SSL=true and take EMAIL_USE_TLS away; else are its port and name "
            "right?"
        ),
    ),
    (
        smtplib.SMTPRecipientsRefused,
        _always,
        gettext_lazy("The mail server {where} refused the recipient ({said})."),
    ),
    (
        smtplib.SMTPException,
        _always,
        gettext_lazy("The mail server {where} refused the mail ({said})."),
    ),
    (
        UnicodeError,
        _login_is_not_ascii,
        gettext_lazy(
            "EMAIL_HOST_USER or EMAIL_HOST_PASSWORD has a letter such as ä or é, which cannot be "
            "sent to a mail server: let your mail’s host make a password of plain letters."
        ),
    ),
    (
        UnicodeError,
        _always,
        gettext_lazy(
            "DEFAULT_FROM_EMAIL has a letter such as ä or é in the address itself: set it to one "
            "of plain letters."
        ),
    ),
    (
        Exception,
        _always,
        gettext_lazy(
            "The mail server {where} cannot be reached ({said}): are EMAIL_HOST and EMAIL_PORT "
            "what your mail’s host tells you?"
        ),
    ),
)


WANTS_TLS = gettext_lazy(
    "The mail server {where} takes nothing that is not encrypted ({said}): set EMAIL_PORT=587 and "
    "EMAIL_USE_TLS=true, or EMAIL_PORT=465."
)
WANTS_A_LOGIN = gettext_lazy(
    "The mail server {where} wants us to sign in first ({said}): set EMAIL_HOST_USER and "
    "EMAIL_HOST_PASSWORD to what your mail’s host tells you."
)
SILENT_AT_THE_LOGIN = gettext_lazy(
    "The mail server {where} answers, and falls silent when we sign in: some do so after a wrong "
    "password, and for a while after it. Are EMAIL_HOST_USER and EMAIL_HOST_PASSWORD right?"
)
SILENT = gettext_lazy(
    "The mail server {where} answers, and then falls silent: ask your mail’s host whether it takes "
    "mail from this machine."
)
NO_GREETING = gettext_lazy(
    "The mail server {where} says nothing: if it speaks TLS from the first byte, as on port 465, "
    "set EMAIL_USE_SSL=true and take EMAIL_USE_TLS away; else ask your mail’s host whether it lets "
    "this machine in."
)
SIGNED_BY_ITSELF = gettext_lazy(
    "The certificate of the mail server {where} is signed by nobody but itself, so we cannot know "
    "whether it is the one: let whoever keeps that server get one that is signed, as Let’s Encrypt "
    "does for nothing."
)
OUT_OF_ITS_TIME = gettext_lazy(
    "The certificate of the mail server {where} has run out, or is not valid yet: let whoever "
    "keeps that server renew it, and look whether the clock of this machine is right."
)
OUT_OF_ITS_TIME_CODES = (9, 10)  # OpenSSL’s, before its first day and after its last
SIGNED_BY_ITSELF_CODES = (18, 19)  # OpenSSL’s, of the certificate itself and of the one above it
NOT_OURS = gettext_lazy(
    "The mail server does not take mail from the address in DEFAULT_FROM_EMAIL ({said}): set "
    "it to one that your mail’s host lets you send from."
)
TLS_FIRST, LOGIN_FIRST = {538}, {530}  # what else these codes may mean stands in their words
OF_TLS, OF_A_LOGIN = ("starttls", "encryption required"), ("authentication required", "relay")


def problem(seconds: float) -> str:
    """Connects, signs in and names the sender, as a mail would; nothing where all is well."""
    backend = _Asking(timeout=seconds)
    error = refusal(backend, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    return in_words(error, connected=backend.has_greeted) if error else ""


class _Asking(EmailBackend):
    """Remembers whether the server has greeted us."""

    has_greeted = False

    @property
    def connection_class(self) -> Any:
        usual = super().connection_class

        def greeted(*where: Any, **how: Any) -> smtplib.SMTP:
            connection = usual(*where, **how)
            self.has_greeted = True
            return connection

        return greeted


def refusal(backend: EmailBackend, sender: str) -> Exception | None:
    """What a mail would meet before it has a recipient; the connection is closed behind it."""
    try:
        backend.open()
        if (smtp := backend.connection) is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        smtp.ehlo_or_helo_if_needed()
        code, reply = smtp.mail(sender)
        if code >= 400:
            return smtplib.SMTPSenderRefused(code, reply, sender)
    except (OSError, ValueError) as error:
        return error
    finally:
        with suppress(OSError, smtplib.SMTPException):
            backend.close()
    return None


def in_words(error: Exception, *, connected: bool = False) -> str:
    """Names the host and the port, and no secret; an address in an answer is left out.

    `connected`: it went wrong behind the server's greeting.
    """
    sentence = _of_us(error) or _of_its_certificate(error) or _of_silence(error, connected)
    if sentence is None and isinstance(error, smtplib.SMTPSenderRefused):
        sentence = NOT_OURS
    if sentence is None:
        sentence = next(
            words for kind, applies, words in SENTENCES if isinstance(error, kind) and applies()
        )
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return str(sentence).format(where=where, port=settings.EMAIL_PORT, said=said_by(error))


def _of_us(error: Exception) -> Any:
    """Whichever command it answers: what it wants of us before it takes anything."""
    code, words = _answer_in(error)
    if code < 500:
        return None
    if code in TLS_FIRST or any(mark in words.lower() for mark in OF_TLS):
        return WANTS_TLS
    if code in LOGIN_FIRST or any(mark in words.lower() for mark in OF_A_LOGIN):
        return WANTS_A_LOGIN
    return None


def _of_its_certificate(error: Exception) -> Any:
    code = getattr(error, "verify_code", None)
    if code in OUT_OF_ITS_TIME_CODES:
        return OUT_OF_ITS_TIME
    return SIGNED_BY_ITSELF if code in SIGNED_BY_ITSELF_CODES and not _is_here() else None


def _of_silence(error: Exception, connected: bool) -> Any:
    """smtplib hangs up when nobody answers, and says so in its words alone."""
    hung_up = isinstance(error, smtplib.SMTPServerDisconnected) and "timed out" in str(error)
    if not connected:
        return NO_GREETING if hung_up and _may_speak_tls() else None
    if not (hung_up or isinstance(error, TimeoutError) or "timed out" in str(error)):
        return None
    return SILENT_AT_THE_LOGIN if settings.EMAIL_HOST_USER else SILENT


def said_by(error: Exception) -> str:
    """A server's answer, without the addresses in it."""
    code, words = _answer_in(error)
    words = words or str(error)
    return AN_ADDRESS.sub("…", f"{code or ''} {words}".strip()).replace("\n", " ")[:200]


def _answer_in(error: Exception) -> tuple[int, str]:
    code, answer = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", b"")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()), (0, b""))
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return code, words
