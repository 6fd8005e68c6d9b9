"""A small clinic that is open every day, and a runner's browser."""

from datetime import UTC, datetime, time, timedelta
from secrets import token_hex

import pytest
from django.utils import timezone

from bookings.models import Appointment
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
