"""A calendar of somebody's that stands on a server of our own, for tests that paste its link."""

from datetime import date

import pytest
from django.db import connection

from bookings.actions import pasted_links
from bookings.actions.pasted_links import NotReadable
from bookings.models.pasted_links import NotRead
from tests.fetching.servers import HOST, CalendarServer, say
from tests.office.watch.dns_server import DnsServer

PATH = "/ical/Zq7-secret-5f2b81c09e4d/f3a.ics"
LINK = f"webcal://{HOST}{PATH}"
SECRET = "Zq7-secret"


class Feed:
    """What stands at `link`, as its owner changes it; `asked` is how often it was fetched."""

    link = LINK

    def __init__(self, server: CalendarServer):
        self._server = server
        self._edition = 0

    @property
    def asked(self) -> int:
        return len(self._server.taken)

    def says(self, *events: str) -> None:
        self._edition += 1
        tag = f'"{self._edition}"'
        content = calendar_of(*events)

        def answer(request):
            same = request.headers.get("If-None-Match") == tag
            say(304 if same else 200, b"" if same else content, ETag=tag)(request)

        self._server.answers[PATH] = answer

    def answers(self, status: int, content: bytes = b"", **headers: str) -> None:
        self._server.answers[PATH] = say(status, content, **headers)


def calendar_of(*events: str) -> bytes:
    inside = "\r\n".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}\r\nEND:VCALENDAR\r\n".encode()


class ReadInARoom:
    """Stands in for whatever reads a calendar; `rooms` is how many were taken each time."""

    def __init__(self):
        self.rooms: list[int] = []

    def __call__(self, *_args, **_options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted")
            taken = {one for (one,) in cursor.fetchall()}
        self.rooms.append(len(taken & {*pasted_links.THERAPISTS}))
        raise NotReadable(NotRead.UNREADABLE)


def training(day: date, title: str) -> str:
    return f"UID:{day}-{title}\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:{title}"


@pytest.fixture(scope="module")
def feed_server(tmp_path_factory):
    with CalendarServer(tmp_path_factory.mktemp("ca")) as server:
        yield server


@pytest.fixture(scope="module")
def feed_names():
    with DnsServer() as names:
        yield names


@pytest.fixture
def feed(feed_server, feed_names, settings):
    feed_server.answers.clear()
    feed_server.taken.clear()
    feed_names.addresses = {HOST: ["127.0.0.1"]}
    settings.CALENDAR_SITES = {"Feeds": [HOST]}
    settings.CALENDAR_NETWORKS = ["127.0.0.0/8"]
    settings.DNS_SERVERS = [feed_names.address]
    settings.CALENDAR_PORT = feed_server.port
    settings.CALENDAR_AUTHORITIES = feed_server.authorities
    return Feed(feed_server)
