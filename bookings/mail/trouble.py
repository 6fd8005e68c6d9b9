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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

AN_ADDRESS = re.compile(r"\S+@\S+")


def _always() -> bool:
    return True


def _may_speak_tls() -> bool:
    return not settings.EMAIL_USE_SSL and settings.EMAIL_PORT != 25


# The first that fits: of this kind of error, where the settings are so.
SENTENCES: tuple[tuple[type[Exception], Callable[[], bool], Any], ...] = (
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
        _may_speak_tls,
        gettext_lazy(
            "The mail server {where} says nothing: if it speaks TLS from the first byte, as on "
            "port 465, set EMAIL_USE_SSL=true and take EMAIL_USE_TLS away; else let this "
            "machine’s firewall and its host let mail out."
        ),
    ),
    (
        TimeoutError,
        _always,
        gettext_lazy(
            "The mail server {where} does not answer: does the firewall, or the host of this "
            "machine, let mail out? Many close port 25; try EMAIL_PORT=587."
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
        Exception,
        _always,
        gettext_lazy(
            "The mail server {where} cannot be reached ({said}): are EMAIL_HOST and EMAIL_PORT "
            "what your mail’s host tells you?"
        ),
    ),
)


def problem(seconds: float) -> str:
    """Connects, signs in and names the sender, as a mail would; nothing where all is well."""
    backend = EmailBackend(timeout=seconds)
    try:
        backend.open()
        if (smtp := backend.connection) is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        smtp.ehlo_or_helo_if_needed()
        code, reply = smtp.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
        if code >= 400:
            return _of_the_sender(code, reply)
    except (OSError, ValueError) as error:
        return in_words(error)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            backend.close()
    return ""


def in_words(error: Exception) -> str:
    """Names the host and the port, and no secret; an address in an answer is left out."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _of_the_sender(error.smtp_code, error.smtp_error)
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    sentence = next(
        words for kind, applies, words in SENTENCES if isinstance(error, kind) and applies()
    )
    return str(sentence).format(where=where, said=_without_addresses(error))


def _of_the_sender(code: int, reply: bytes | str) -> str:
    words = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return _(
        "The mail server does not take mail from the address in DEFAULT_FROM_EMAIL ({said}): set "
        "it to one that your mail’s host lets you send from."
    ).format(said=AN_ADDRESS.sub("…", f"{code} {words}")[:200])


def _without_addresses(error: Exception) -> str:
    code, answer = getattr(error, "smtp_code", ""), getattr(error, "smtp_error", "") or str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()), (0, b""))
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return AN_ADDRESS.sub("…", f"{code} {words}".strip()).replace("\n", " ")[:200]
