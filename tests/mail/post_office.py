"""A real SMTP server that keeps what it takes, and misbehaves when told to."""

import asyncio
import email
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult

HANG_UP = "hang up"
SAY_NOTHING = "say nothing"
TAKE_AND_HANG_UP = "take the message, and hang up before the answer"


@dataclass
class Rule:
    """At one command, answer so, to whom it concerns, so many times."""

    command: str
    answer: str
    to: str = ""
    times: float = float("inf")

    def concerns(self, command: str, recipients: list[str]) -> bool:
        return self.command == command and self.times > 0 and (not self.to or self.to in recipients)


@dataclass
class PostOffice:
    messages: list[EmailMessage] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    connections: int = 0
    password: str = ""
    tls: ssl.SSLContext | None = None  # from the first byte
    starttls: ssl.SSLContext | None = None
    while_taking: Callable[[], None] = lambda: None
    seconds_at_login: float = 0
    seconds_at_rcpt: float = 0
    seconds_at_data: float = 0

    def __enter__(self) -> Self:
        self._controller = _Controller(self)
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    def will(self, answer: str, *, at: str, to: str = "", times: float = float("inf")) -> None:
        self.rules.append(Rule(at, answer, to, times))

    def behaves_again(self) -> None:
        self.rules.clear()

    def times_taken(self) -> Counter:
        return Counter(message["Message-ID"] for message in self.messages)

    def recipients(self) -> list[str]:
        return sorted(message["To"] for message in self.messages)

    # What aiosmtpd asks.

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_AUTH(self, server, session, envelope, args):  # noqa: N802
        await asyncio.sleep(self.seconds_at_login)
        return MISSING  # aiosmtpd goes on by itself

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return await self._answer("MAIL", server, envelope)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        await asyncio.sleep(self.seconds_at_rcpt)
        envelope.rcpt_tos.append(address)
        answer = await self._answer("RCPT", server, envelope)
        if not answer.startswith("250"):
            envelope.rcpt_tos.clear()
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await asyncio.sleep(self.seconds_at_data)
        await asyncio.to_thread(self.while_taking)
        answer = await self._answer("DATA", server, envelope)
        if answer.startswith("250") or answer == TAKE_AND_HANG_UP:
            self.messages.append(email.message_from_bytes(envelope.content, policy=default))
        return answer

    async def _answer(self, command: str, server: SMTP, envelope) -> str:
        rule = next((r for r in self.rules if r.concerns(command, envelope.rcpt_tos)), None)
        if rule is None:
            return "250 OK"
        rule.times -= 1
        if rule.answer in (HANG_UP, TAKE_AND_HANG_UP):
            cast(asyncio.Transport, server.transport).abort()
        if rule.answer == SAY_NOTHING:
            await asyncio.sleep(3600)  # Whoever asked has long lost patience.
        return rule.answer


class _Controller(Controller):
    def __init__(self, office: PostOffice):
        self.office = office
        super().__init__(office, hostname="127.0.0.1", port=0, ssl_context=office.tls)

    def factory(self) -> SMTP:
        return SMTP(
            self.handler,
            enable_SMTPUTF8=False,
            auth_require_tls=False,
            authenticator=self._knows,
            tls_context=self.office.starttls,
            ident="a post office for tests",
        )

    def _knows(self, server, session, envelope, mechanism, login) -> AuthResult:
        return AuthResult(success=login.password == self.office.password.encode(), handled=False)

    def _trigger_server(self) -> None:
        self.port = cast(asyncio.Server, self.server).sockets[0].getsockname()[1]
        super()._trigger_server()
