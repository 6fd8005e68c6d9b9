"""Who has their turn first when more is asked than can be answered (docs/adr/0023-whose-turn.md).

Whoever only looks around waits behind everybody else: staff, bookings, mailed links. When very many
look around at once, the last to come are told so, and their page comes by itself a few seconds
later; so is one address that has many questions waiting, whoever else is there.
"""

import logging
import re
import time
from collections import Counter, deque
from typing import Any

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from waitress.channel import HTTPChannel
from waitress.utilities import Error

from bookings.core.proxies import outermost_trusted

# By the first part of their path; all else, also what is not there, is looked at.
FIRST = frozenset(
    (  # noqa: SIM905 - shorter so
        "account accounts admin after-the-race appointments calendar clients demo desk diary "
        "health healthz held kept-for-you letters looks mail-events mails metrics my-time "
        "not-this-time notes notices office photos race-news readyz setup staff.webmanifest "
        "static times today unsubscribe visits waiting your-appointments your-data"
    ).split()
)
OF_A_BOOKING = re.compile(r"/book/[^/]+/[^/]+/|/plan/(?:book|choose|keep)/.*|/plan/.*/choose/")
MOST_LOOKING = 32  # who wait for a process; about a second's work
MOST_OF_ONE = 8  # of them from one address: a household, or a page's parts
SECONDS_TO_WAIT = 3
SECONDS_BETWEEN_WORDS = 60
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>{title}</title></head>
<body style="font: 1.1rem/1.5 system-ui; max-width: 34rem; margin: 15vh auto; padding: 0 1rem">
<h1 style="font-size: 1.5rem">{title}</h1><p>{words}</p></body></html>
"""

logger = logging.getLogger(__name__)


class ComeBack(Error):
    """A page that loads again by itself; of data, the same in short."""

    code, reason = 503, "Service Unavailable"

    def __init__(self, path: str):
        super().__init__("")
        self._is_data = path.startswith("/api/")

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        wait = str(SECONDS_TO_WAIT)
        headers = [
            ("Retry-After", wait),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ]
        if self._is_data:
            kind, body = "application/json", '{"error": "busy"}'
            headers += [("Access-Control-Allow-Origin", "*")]
            headers += [("Access-Control-Expose-Headers", "Retry-After")]
        else:
            kind, body = "text/html; charset=utf-8", self._page
            headers.append(("Refresh", wait))
        return f"{self.code} {self.reason}", [*headers, ("Content-Type", kind)], body.encode()

    @cached_property
    def _page(self) -> str:
        words = _(
            "Too much is asked of us at this moment. The page comes by itself in a few seconds."
        )
        return PAGE.format(title=_("A moment, please"), words=words)


def is_first(path: str) -> bool:
    """`path` is as it was sent, but unquoted; Django knows only its last slash at the front."""
    path = "/" + path.lstrip("/")
    return path.split("/", 2)[1] in FIRST or OF_A_BOOKING.fullmatch(path) is not None


def source_of(channel: HTTPChannel) -> str:
    """The address that asks, as bookings.web.visitor has it."""
    told = channel.requests[0].headers.get("X_FORWARDED_FOR", "")
    remote = str(channel.addr[0] if channel.addr else "")
    return outermost_trusted(told, remote, settings.TRUSTED_PROXIES)


class Lanes:
    """waitress's queue of connections whose request is whole, in two lanes."""

    def __init__(self) -> None:
        self._first: deque[HTTPChannel] = deque()
        self._looking: deque[tuple[HTTPChannel, str]] = deque()
        self._waiting: Counter[str] = Counter()  # who looks, by address
        self._refused, self._told_at = 0, 0.0

    def append(self, channel: HTTPChannel) -> None:
        request = channel.requests[0] if channel.requests else None
        if request is None or request.error or is_first(request.path):
            self._first.append(channel)
        elif self._has_room_for(source := source_of(channel), request.command):
            self._looking.append((channel, source))
            self._waiting[source] += 1
        else:
            request.error = ComeBack(request.path)
            self._first.append(channel)
            self._tell()

    def popleft(self) -> Any:
        if self._first:
            return self._first.popleft()
        channel, source = self._looking.popleft()
        self._waiting[source] -= 1
        self._waiting += Counter()  # forgets whom nobody waits for
        return channel

    def __len__(self) -> int:
        return len(self._first) + len(self._looking)

    def _has_room_for(self, source: str, command: str) -> bool:
        """A form that is sent finds room, unless its address has taken much already."""
        if self._waiting[source] >= MOST_OF_ONE:
            return False
        return len(self._looking) < MOST_LOOKING or command not in ("GET", "HEAD")

    def _tell(self) -> None:
        self._refused += 1
        if time.monotonic() - self._told_at > SECONDS_BETWEEN_WORDS:
            self._told_at = time.monotonic()
            logger.warning("too much is asked: %s told to come back so far", self._refused)
