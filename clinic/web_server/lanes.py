"""Who has their turn first when more is asked than can be answered (docs/adr/0023-whose-turn.md).

Whoever only looks around waits behind everybody else: staff, bookings, mailed links. When very many
look around at once, the last to come are told so, at once and without a thread's work; their page
comes by itself a few seconds later.
"""

import re
from collections import deque
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from waitress.channel import HTTPChannel
from waitress.utilities import Error

BROWSING = re.compile(
    r"/(?:|plan/.*|just-book/|race-answer/|races/|therapists/[^/]+/|book/[^/]+/|embed/|api/openings)"
)
MOST_LOOKING = 32  # who wait for a process; about a second's work
SECONDS_TO_WAIT = 3
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>{title}</title></head>
<body style="font: 1.1rem/1.5 system-ui; max-width: 34rem; margin: 15vh auto; padding: 0 1rem">
<h1 style="font-size: 1.5rem">{title}</h1><p>{words}</p></body></html>
"""


class ManyAreLooking(Error):
    """A page that loads again by itself; of data, the same in short."""

    code, reason = 503, "Service Unavailable"

    def __init__(self, path: str):
        super().__init__("")
        self._is_data = path.startswith("/api/")

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        wait = str(SECONDS_TO_WAIT)
        headers = [("Retry-After", wait), ("Cache-Control", "no-store")]
        if self._is_data:
            kind, body = "application/json", '{"error": "busy"}'
        else:
            kind, body = "text/html; charset=utf-8", self._page
            headers.append(("Refresh", wait))
        return f"{self.code} {self.reason}", [*headers, ("Content-Type", kind)], body.encode()

    @cached_property
    def _page(self) -> str:
        words = _(
            "Very many people are looking at our times right now. "
            "The page comes by itself in a few seconds."
        )
        return PAGE.format(title=_("A moment, please"), words=words)


class Lanes:
    """waitress's queue of connections whose request is whole, in two lanes."""

    def __init__(self) -> None:
        self._first: deque[HTTPChannel] = deque()
        self._looking: deque[HTTPChannel] = deque()

    def append(self, channel: HTTPChannel) -> None:
        request = channel.requests[0] if channel.requests else None
        if request is None or request.error or not BROWSING.fullmatch(request.path):
            self._first.append(channel)
        elif len(self._looking) < MOST_LOOKING or request.command not in ("GET", "HEAD"):
            self._looking.append(channel)
        else:
            request.error = ManyAreLooking(request.path)
            self._first.append(channel)

    def popleft(self) -> Any:
        return (self._first or self._looking).popleft()

    def __len__(self) -> int:
        return len(self._first) + len(self._looking)
