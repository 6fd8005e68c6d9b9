"""One therapist, one room, one hour-long massage, open every day from nine to five."""

from datetime import timedelta
from secrets import token_hex

import pytest

from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import booking
from tests import factories
from tests.factories import NOW


@pytest.fixture
def clinic(db):
    return factories.make_clinic()


@pytest.fixture
def room(clinic):
    return factories.make_room("Room 1")


@pytest.fixture
def kim(clinic):
    kim = factories.make_therapist("Kim Demo")
    factories.make_week(kim)
    return kim


@pytest.fixture
def massage(kim, room):
    return factories.make_treatment(therapists=[kim], minutes=60, buffer_minutes=15)


@pytest.fixture
def start():
    """Ten o'clock in the clinic, two days from now."""
    return NOW.replace(hour=10) + timedelta(days=2)


@pytest.fixture
def book(massage, start):
    """Books with boring answers; a test names only what it is about."""

    def _book(**asked):
        asked = {
            "treatment": massage,
            "start": start,
            "therapist": None,
            "visitor": "ana",
            "key": token_hex(16),
            "now": NOW,
            **asked,
        }
        typed = {name: asked.pop(name) for name in ("name", "email", "phone") if name in asked}
        person = {"name": "Ana Demo", "email": "ana@example.com", **typed}
        return booking.book(**{"client": newcomer(**person, now=asked["now"]), **asked})

    return _book


@pytest.fixture
def hold(massage, start):
    def _hold(**asked):
        asked = {
            "treatment": massage,
            "start": start,
            "therapist": None,
            "visitor": "ana",
            "now": NOW,
            **asked,
        }
        return booking.hold(**asked)

    return _hold


@pytest.fixture
def refusal():
    """The refusal that something ends with."""

    def _refusal(kind: type[Refused], act, **asked) -> Refused:
        with pytest.raises(kind) as caught:
            act(**asked)
        return caught.value

    return _refusal
