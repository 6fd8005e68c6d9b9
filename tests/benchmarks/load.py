"""Requests and bookings, counted and timed."""

import http.client
import re
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

import psycopg2
from django.conf import settings
from django.utils import timezone

from bookings.actions.clients.identity import newcomer
from bookings.models import Treatment
from tests import patience
from tests.diary_requests import book_one
from tests.processes import at_once
from tests.reading import present

CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Visitor:
    """A browser without a screen: one connection, and the cookies it was given."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    wire: http.client.HTTPConnection | None = None
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict | None = None) -> tuple[int, bytes, str]:
        """Status, body, and where it redirects to."""
        waits = patience.seconds()
        self.wire = self.wire or http.client.HTTPConnection("localhost", self.port, timeout=waits)
        headers = {**self.headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.wire.request("POST" if form is not None else "GET", path, body, headers)
        response = self.wire.getresponse()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read(), response.headers.get("Location", "")


def latencies(port: int, paths: Iterable[str], visitor: Visitor | None = None) -> list[float]:
    """Milliseconds of each request, one after the other over one connection."""
    visitor, taken = visitor or Visitor(port), []
    for path in paths:
        began = time.perf_counter()
        status, _, _ = visitor.ask(path)
        taken.append((time.perf_counter() - began) * 1000)
        assert status == 200, (status, path)
    return taken


def on_the_picker(port: int, slug: str, start: str) -> Visitor:
    """A new visitor who has the slot picker open on that day."""
    visitor = Visitor(port)
    _, page, _ = visitor.ask(f"/book/{slug}/?day={start[:10]}")
    visitor.token = present(CSRF.search(page))[1].decode()
    return visitor


def hold_and_confirm(visitor: Visitor, slug: str, start: str, *, to_the_end: bool = False) -> bool:
    """The two POSTs of a booking, and the page that it ends at; False when the time was gone."""
    chosen = {"csrfmiddlewaretoken": visitor.token, "start": start, "therapist": ""}
    if visitor.ask(f"/book/{slug}/hold/", chosen)[0] != 200:
        return False
    status, _, confirmed = sent_details(visitor, slug, start)
    return status == 302 and (not to_the_end or visitor.ask(confirmed)[0] == 200)


def confirm(visitor: Visitor, slug: str, start: str, therapist: str = "") -> int:
    """The status that the details form is answered with."""
    return sent_details(visitor, slug, start, therapist)[0]


def sent_details(
    visitor: Visitor, slug: str, start: str, therapist: str = ""
) -> tuple[int, bytes, str]:
    said = {
        "csrfmiddlewaretoken": visitor.token,
        "key": token_hex(16),
        "name": "Ana Demo",
        "email": f"{token_hex(6)}@example.com",
        "start": start,
        "therapist": therapist,
    }
    return visitor.ask(f"/book/{slug}/details/", said)


def book_by_action(treatment: Treatment, start: datetime) -> bool:
    now = timezone.now()
    client = newcomer(name="Ana Demo", email=f"{token_hex(6)}@example.com", now=now)
    book_one(treatment, start, client=client, now=now)
    return True


def raw_connection():
    facts = settings.DATABASES["default"]
    return psycopg2.connect(host=facts["HOST"], user=facts["USER"], dbname=facts["NAME"])


def together(
    workers: int,
    work: Callable,
    *,
    prepare: Callable[[int], object] = int,
) -> tuple[Counter, float]:
    """What `workers` processes' pieces of work came to, and in how many seconds (at_once)."""
    shares = at_once(workers, work, prepare=prepare)
    taken = max(share.ended for share in shares) - min(share.began for share in shares)
    return sum((Counter(share.answers) for share in shares), Counter()), taken
