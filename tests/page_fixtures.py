"""A small clinic that is open every day, and a runner's browser."""

from datetime import UTC, date, datetime, time, timedelta
from secrets import token_hex

import pytest
from django.utils import timezone

from bookings import links
from bookings.models import Appointment
from bookings.queries.training import protocol
from tests import factories


@pytest.fixture
def clinic(db):
    return factories.make_clinic()


@pytest.fixture
def room(clinic):
    return factories.make_room("Room 1")


@pytest.fixture
def kim(clinic):
    kim = factories.make_therapist("Kim Demo", initials="KD")
    factories.make_week(kim)
    return kim


@pytest.fixture
def massage(kim, room):
    return factories.make_treatment("Sports massage", therapists=[kim], minutes=60, price=60)


@pytest.fixture
def at(clinic):
    """An instant so many days from now, at a wall-clock time of the clinic."""

    def _at(days: int, hour: int, minute: int = 0) -> datetime:
        day = timezone.now().astimezone(clinic.tz).date() + timedelta(days=days)
        return datetime.combine(day, time(hour, minute), clinic.tz).astimezone(UTC)

    return _at


@pytest.fixture
def start(at):
    """Ten o'clock, three days from now."""
    return at(3, 10)


@pytest.fixture
def choose(client, massage):
    """Presses a time in the picker."""

    def _choose(start: datetime, therapist: str = "", **typed):
        asked = {"start": start.isoformat(), "therapist": therapist, **typed}
        return client.post(f"/book/{massage.slug}/hold/", asked)

    return _choose


@pytest.fixture
def send_details(client, massage, start):
    """Sends the details form with boring answers; a test names only what it is about."""

    def _send(browser=client, **typed):
        asked = {
            "start": start.isoformat(),
            "therapist": "",
            "key": token_hex(16),
            "name": "Ana Demo",
            "email": "ana@example.com",
            "phone": "",
            **typed,
        }
        return browser.post(f"/book/{massage.slug}/details/", asked)

    return _send


@pytest.fixture
def booked(massage, kim, room, start):
    """Ana's appointment, booked an hour ago, from an address that nobody has proved."""
    ana = factories.make_client("Ana Demo", email="ana@example.com", proved_at=None)
    return factories.make_appointment(
        starts_at=start,
        treatment=massage,
        therapist=kim,
        room=room,
        client=ana,
        booked_at=timezone.now() - timedelta(hours=1),
    )


@pytest.fixture
def only():
    """The one appointment there is."""
    return lambda: Appointment.objects.visits().get()


@pytest.fixture
def race_day(clinic) -> date:
    """A Sunday 16 weeks ahead, or up to six days more."""
    day = timezone.now().astimezone(clinic.tz).date() + timedelta(weeks=16)
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
        asked = {"race_date": race_day.isoformat(), "distance": "marathon", **typed}
        return client.post(url, asked)

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
