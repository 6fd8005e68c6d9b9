"""Holding and booking with boring answers, and what is refused."""

import pytest
from django.utils import timezone

from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import Refused
from bookings.queries.scheduling.slots import Slot
from tests.diary_requests import book_one, hold_one


@pytest.fixture
def massage(massage):
    """A pause follows it."""
    massage.buffer_minutes = 15
    massage.save()
    return massage


@pytest.fixture
def slot(massage, start):
    """Ten o'clock with anybody, unless the test says otherwise."""
    return lambda **data: Slot(**{"treatment": massage, "start": start, **data})


@pytest.fixture
def book(massage, start):
    """Books with boring answers; a test names only what it is about."""

    def _book(*, treatment=massage, start=start, visitor="ana", now=None, **data):
        now = now or timezone.now()
        typed = {name: data.pop(name) for name in ("name", "email", "phone") if name in data}
        person = {"name": "Ana Demo", "email": "ana@example.com", **typed}
        data = {"client": newcomer(**person, now=now), **data}
        return book_one(treatment, start, visitor=visitor, now=now, **data)

    return _book


@pytest.fixture
def hold(massage, start):
    def _hold(*, treatment=massage, start=start, now=None, **data):
        return hold_one(treatment, start, now=now or timezone.now(), **data)

    return _hold


@pytest.fixture
def refusal():
    """The refusal that something ends with."""

    def _refusal(kind: type[Refused], act, **data) -> Refused:
        with pytest.raises(kind) as caught:
            act(**data)
        return caught.value

    return _refusal
