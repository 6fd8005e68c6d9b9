"""Holding and booking with boring answers, and what is refused."""

from secrets import token_hex

import pytest

from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import booking
from tests.factories import NOW


@pytest.fixture
def massage(massage):
    """A pause follows it."""
    massage.buffer_minutes = 15
    massage.save()
    return massage


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
