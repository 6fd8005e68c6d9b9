"""Visits an hour apart from tomorrow on, and a real SMTP server."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from bookings.actions.mail import outbox, sending
from bookings.models import Mail
from tests import factories, patience
from tests.mail.post_office import PostOffice


@pytest.fixture
def post_office(settings):
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = patience.seconds()  # Tests of silence have less.
    with PostOffice() as office:
        settings.EMAIL_PORT = office.port
        yield office


@pytest.fixture
def visit(massage, kim, room):
    """Makes a booked visit, each an hour after the last, for a client of its own."""
    tomorrow = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    hours = count()

    def _visit(**fields):
        fields = {
            "starts_at": tomorrow + timedelta(hours=next(hours)),
            "treatment": massage,
            "therapist": kim,
            "room": room,
            **fields,
        }
        return factories.make_appointment(**fields)

    return _visit


@pytest.fixture
def owed(visit):
    """Owes a mail about a new visit, and returns its row."""

    def _owed(kind="confirmed", **fields) -> Mail:
        appointment = visit(**fields)
        outbox.owe(kind, appointment, now=timezone.now())
        return appointment.mails.get(kind=kind)

    return _owed


@pytest.fixture
def send_due():
    def _send_due(**options) -> int:
        return sending.send_due(now=timezone.now(), **options)

    return _send_due
