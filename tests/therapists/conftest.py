"""Kim treats Ana; Lee treats others; everybody else stands outside."""

from datetime import datetime, timedelta

import pytest

from bookings.core.scheduling.statuses import Status
from tests import factories
from tests.therapists.push_service import trusted
from therapists.models import Note, NoteVersion


@pytest.fixture
def massage(massage, lee):
    """Lee gives it too."""
    massage.therapists.add(lee)
    return massage


@pytest.fixture
def noon(at) -> datetime:
    """Of today, on the clinic's clock."""
    return at(0, 12)


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


@pytest.fixture
def push_service(tmp_path, settings, monkeypatch):
    with trusted(tmp_path, settings, monkeypatch) as running:
        yield running
