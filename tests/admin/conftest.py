"""The owner, and one visit to correct."""

from datetime import UTC, datetime

import pytest

from bookings.models import User
from tests import factories
from tests.page_fixtures import *  # noqa: F403 - fixtures


@pytest.fixture
def owner(clinic):
    return User.objects.create_superuser("owner@example.com", name="Olu")


@pytest.fixture
def office(owner, signed_in):
    """The owner's browser."""
    return signed_in(owner)


@pytest.fixture
def ten(clinic):
    """Ten o'clock on a winter's day, when London's clock is UTC's."""
    return datetime(2027, 1, 12, 10, tzinfo=UTC)


@pytest.fixture
def visit(massage, kim, room, ten):
    return factories.make_appointment(starts_at=ten, treatment=massage, therapist=kim, room=room)
