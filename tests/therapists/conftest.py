"""Kim treats Ana; Lee treats others; everybody else stands outside."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from tests import factories
from therapists.models import Note, NoteVersion


@pytest.fixture
def clinic(db):
    return factories.make_clinic()


@pytest.fixture
def room(clinic):
    return factories.make_room("Room 1")


@pytest.fixture
def kim(clinic):
    user = factories.make_user("kim@example.com")
    return factories.make_therapist("Kim Demo", initials="KD", user=user)


@pytest.fixture
def lee(clinic):
    user = factories.make_user("lee@example.com")
    return factories.make_therapist("Lee Demo", initials="LD", user=user)


@pytest.fixture
def massage(kim, lee):
    return factories.make_treatment("Sports massage 60", therapists=[kim, lee])


@pytest.fixture
def ana(clinic):
    user = factories.make_user("ana@example.com")
    return factories.make_client("Ana Demo", email="ana@example.com", user=user)


@pytest.fixture
def noon(clinic) -> datetime:
    """Of today, on the clinic's clock."""
    local = timezone.now().astimezone(clinic.tz)
    return local.replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


@pytest.fixture
def visit(massage, kim, room, ana, noon):
    """Books a visit, by default Ana's with Kim at noon today."""

    def _visit(starts_at=noon, **fields):
        fields = {"client": ana, "therapist": kim, "room": room, "treatment": massage, **fields}
        return factories.make_appointment(starts_at=starts_at, **fields)

    return _visit


@pytest.fixture
def earlier(visit, noon):
    """A visit that took place so many days ago."""

    def _earlier(days, **fields):
        fields = {"status": Status.COMPLETED, **fields}
        return visit(noon - timedelta(days=days), **fields)

    return _earlier


@pytest.fixture
def kims(kim, signed_in):
    return signed_in(kim.user)


@pytest.fixture
def lees(lee, signed_in):
    return signed_in(lee.user)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def note_of(appointment, **typed):
    """What a browser sends: only what the test is about."""
    revision = Note.objects.filter(appointment=appointment).values_list("revision", flat=True)
    return {
        "revision": next(iter(revision), 0),
        "privacy": "therapists",
        "do": "save",
        **typed,
    }


@pytest.fixture
def write(kims):
    def _write(appointment, browser=kims, **typed):
        url = f"/visits/{appointment.pk}/note/"
        return browser.post(url, note_of(appointment, **typed), follow=True)

    return _write


@pytest.fixture
def sign(write):
    def _sign(appointment, **typed):
        response = write(appointment, do="sign", **typed)
        assert response.status_code == 200
        return NoteVersion.objects.filter(note__appointment=appointment).last()

    return _sign
