"""One therapist, one room, one hour-long massage, open every day from nine to five."""

from datetime import timedelta

import pytest

from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import Refused
from bookings.queries.scheduling.slots import Slot
from tests import factories
from tests.diary_requests import book_one, hold_one
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
def slot(massage, start):
    """Ten o'clock with anybody, unless the test says otherwise."""
    return lambda **asked: Slot(**{"treatment": massage, "start": start, **asked})


@pytest.fixture
def book(massage, start):
    """Books with boring answers; a test names only what it is about."""

    def _book(*, treatment=massage, start=start, visitor="ana", now=NOW, **asked):
        typed = {name: asked.pop(name) for name in ("name", "email", "phone") if name in asked}
        person = {"name": "Ana Demo", "email": "ana@example.com", **typed}
        asked = {"client": newcomer(**person, now=now), **asked}
        return book_one(treatment, start, visitor=visitor, now=now, **asked)

    return _book


@pytest.fixture
def hold(massage, start):
    def _hold(*, treatment=massage, start=start, now=NOW, **asked):
        return hold_one(treatment, start, now=now, **asked)

    return _hold


@pytest.fixture
def refusal():
    """The refusal that something ends with."""

    def _refusal(kind: type[Refused], act, **asked) -> Refused:
        with pytest.raises(kind) as caught:
            act(**asked)
        return caught.value

    return _refusal
