"""Hands messages to the SMTP server, and tells sharply what became of each."""

import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any, Self

from django.core.mail.backends.smtp import EmailBackend

from bookings.mail.messages.parts import as_sent
from bookings.models import MailServer
from bookings.models.mail.mail_server import TROUBLE

# Codes that speak of our login, whichever command they answer.
LOGIN_REFUSED = {530, 534, 535, 538}
AN_ADDRESS = re.compile(r"\S+@\S+")


class NotTaken(Exception):
    """The server has not, or not surely, taken it. `str()` may be stored: no address in it."""

    def __init__(self, reason: object):
        super().__init__(AN_ADDRESS.sub("(address)", str(reason))[:500])


class Unreachable(NotTaken):
    """No server answers, or it went away before the message."""


class SenderRefused(NotTaken):
    """The server does not take mail from us at all; any other message would fare the same."""


class Postponed(NotTaken):
    """Not now (4xx)."""


class RecipientRefused(NotTaken):
    """Never (5xx)."""


class Withdrawn(NotTaken):
    """The mark was refused: the mail is no longer the caller's to send."""


class InDoubt(NotTaken):
    """The connection ended after the message and before the server's answer."""


class Courier:
    """One SMTP connection for many messages, opened for the first, and again when it is lost.

    `in_trouble` when the server is better left alone for now. What all senders have found of it
    is on its row; "not now" about single messages is none of that.
    """

    def __init__(self, server: MailServer):
        self._smtp: smtplib.SMTP | None = None
        self.server = server
        self._failures_in_a_row = 0
        self.in_trouble = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        if self._smtp:
            with suppress(OSError):
                self._smtp.quit()
            self._hang_up()

    def deliver(self, message: EmailMessage, *, mark: Callable[[], bool]) -> None:
        """Send it; `mark` is called when all is settled, just before the message goes out.

        Raises a NotTaken. So many recipients refused in a row are the sender refused.
        """
        try:
            self._deliver(message, mark)
        except Withdrawn:
            raise
        except Postponed:
            self._fails()
            raise
        except NotTaken as error:
            self._fails()
            refused_us = isinstance(error, SenderRefused)
            rests = self.server.failed(at_once=refused_us)
            self.in_trouble |= rests
            if rests and isinstance(error, RecipientRefused):
                raise SenderRefused(error) from error
            raise
        self._failures_in_a_row = 0

    def _fails(self) -> None:
        self._failures_in_a_row += 1
        self.in_trouble |= self._failures_in_a_row >= TROUBLE

    def _deliver(self, message: EmailMessage, mark: Callable[[], bool]) -> None:
        with self._silence_means(Unreachable):
            self._address(message)
        if not mark():
            self._start_over()
            raise Withdrawn("no longer ours to send")
        with self._silence_means(InDoubt):
            code, reply = _answer_to_data(self._connection, message)
        self._require_accepted(code, reply, RecipientRefused)

    def _address(self, message: EmailMessage) -> None:
        """Name the sender and the recipient, so that only the message itself is left to send."""
        code, reply = self._name_the_sender(message["From"].addresses[0].addr_spec)
        self._require_accepted(code, reply, SenderRefused)
        try:
            code, reply = self._connection.rcpt(message["To"].addresses[0].addr_spec)
        except UnicodeError:
            code, reply = 553, b"The address has letters that this server cannot take."
        self._require_accepted(code, reply, RecipientRefused)

    def _name_the_sender(self, sender: str) -> tuple[int, bytes]:
        """A server may end a used connection when it likes; that is no fault of this message."""
        if self._smtp:
            with suppress(OSError):
                code, reply = self._smtp.mail(sender)
                if code != 421:
                    return code, reply
            self._hang_up()
        self._smtp = self._connected()
        return self._smtp.mail(sender)

    @property
    def _connection(self) -> smtplib.SMTP:
        """Raises SMTPServerDisconnected, an OSError, if there is none, as smtplib does itself."""
        if self._smtp is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        backend = EmailBackend()
        try:
            backend.open()
            if (smtp := backend.connection) is None:
                raise smtplib.SMTPServerDisconnected("not connected")
            smtp.ehlo_or_helo_if_needed()
        except (OSError, UnicodeError) as error:  # of a password that no server can be sent
            self.in_trouble = True
            backend.fail_silently = True
            backend.close()
            raise _why_not_connected(error) from error
        return smtp

    def _hang_up(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def _start_over(self) -> None:
        """Forget the message that was begun, and keep the connection if it still answers."""
        try:
            self._connection.rset()
        except OSError:
            self._hang_up()

    def _require_accepted(self, code: int, reply: bytes, refusal: type[NotTaken]) -> None:
        if code in (250, 251):
            return
        self._start_over()
        if code < 500:
            refusal = Postponed
        elif code in LOGIN_REFUSED:
            refusal = SenderRefused
        raise refusal(f"{code} {reply.decode(errors='replace')}")

    @contextmanager
    def _silence_means(self, outcome: type[NotTaken]) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._hang_up()
            raise outcome(_described(error)) from error


def _answer_to_data(smtp: smtplib.SMTP, message: EmailMessage) -> tuple[int, bytes]:
    try:
        return smtp.data(as_sent(message))
    except smtplib.SMTPDataError as error:
        reply = error.smtp_error
        return error.smtp_code, reply if isinstance(reply, bytes) else reply.encode()


def _why_not_connected(error: Exception) -> NotTaken:
    match error:
        case UnicodeError():
            return SenderRefused(type(error).__name__)  # its words hold a letter of the password
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
            return SenderRefused(_described(error))
        case smtplib.SMTPNotSupportedError():
            return SenderRefused(_described(error))
    return Unreachable(_described(error))


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
