"""What a browser does on the pages; the cast is in tests/cast.py."""

from datetime import date, datetime, timedelta
from html import unescape
from secrets import token_hex

import pytest
from django.utils import timezone

from bookings import links
from bookings.models import Appointment
from bookings.queries.training import protocol
from tests.reading import first_match


@pytest.fixture
def choose(client, massage):
    """Presses a time in the picker."""

    def _choose(start: datetime, therapist: str = "", **typed):
        data = {"start": start.isoformat(), "therapist": therapist, **typed}
        return client.post(f"/book/{massage.slug}/hold/", data)

    return _choose


@pytest.fixture
def send_details(client, massage, start):
    """Sends the details form with boring answers; a test names only what it is about."""

    def _send(browser=client, **typed):
        data = {
            "start": start.isoformat(),
            "therapist": "",
            "key": token_hex(16),
            "name": "Ana Demo",
            "email": "ana@example.com",
            "phone": "",
            **typed,
        }
        return browser.post(f"/book/{massage.slug}/details/", data)

    return _send


@pytest.fixture
def only():
    """The one appointment there is."""
    return lambda: Appointment.objects.visits().get()


@pytest.fixture
def race_day(today) -> date:
    """A Sunday 16 weeks ahead, or up to six days more."""
    day = today + timedelta(weeks=16)
    return day + timedelta(days=6 - day.weekday())


@pytest.fixture
def suits_all(massage):
    massage.session_kinds = [kind.value for kind in protocol.current().session_types]
    massage.save()
    return massage


@pytest.fixture
def enter(client, suits_all, race_day):
    """Sends the form with a marathon; a test names only what it is about."""

    def _enter(url="/plan/", **typed):
        data = {"race_date": race_day.isoformat(), "distance": "marathon", **typed}
        return client.post(url, data)

    return _enter


@pytest.fixture
def plan(client, enter):
    """The page after that race has been entered."""

    def _plan(**typed):
        assert enter(**typed).status_code == 302
        return client.get("/plan/")

    return _plan


@pytest.fixture
def mine(booked):
    """Behind Ana's mailed link, her address proved."""
    booked.client.proved_at = timezone.now()
    booked.client.save()
    return f"/appointments/{links.mail_token(booked)}/plan/"


def its_address(page) -> str:
    """Where a page that answers a press stands, for loading it anew."""
    return unescape(first_match(r'data-its-address="([^"]+)"', page.text)[1])


def proposals(client, url="/plan/"):
    """Those that can be booked now."""
    return [one for one in client.get(url).context["page"].proposals if one.times]


@pytest.fixture
def choose_sessions(client):
    """Ticks the first sessions of the plan and presses the button."""

    def _choose(count: int = 3, url="/plan/", **more):
        chosen = proposals(client, url)[:count]
        sent = {f"time-{one.offer.number}": one.times[0].value for one in chosen}
        return client.post(
            f"{url}choose/", {"take": [one.offer.number for one in chosen], **sent, **more}
        )

    return _choose


@pytest.fixture
def basket(client, plan, choose_sessions):
    """The page with three sessions of a marathon's plan in it."""

    def _basket():
        plan()
        assert choose_sessions().headers["Location"] == "/plan/book/"
        return client.get("/plan/book/")

    return _basket
