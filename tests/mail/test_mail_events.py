"""What a mail service tells, signed: bounces and complaints."""

import base64

import pytest
from django.test import Client as Service

pytestmark = [
    pytest.mark.usefixtures("ana_wants_nudges"),
    pytest.mark.urls("tests.mail_events_urls"),
]
SECRET = "service:a-long-password"
BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce", "Email": "Ana@Example.com"}
COMPLAINT = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": "ana@example.com"}
TRANSIENT = {"RecordType": "Bounce", "Type": "Transient", "Email": "ana@example.com"}


@pytest.fixture
def tell(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}

    def _tell(event, secret=SECRET):
        signed = base64.b64encode(secret.encode()).decode()
        strict = Service(enforce_csrf_checks=True, raise_request_exception=False)
        return strict.post(
            "/mail-events/",
            {"MessageID": "x", "ID": 1, "Description": "", **event},
            content_type="application/json",
            headers={"Authorization": f"Basic {signed}"},
        )

    return _tell


def test_a_hard_bounce_marks_the_address_and_stops_nudges(ana, tell):
    assert tell(BOUNCE).status_code == 200
    ana.refresh_from_db()
    assert ana.bounced_at
    assert not ana.wants_nudges
    assert ana.mail_consents.get().how == "hard bounce"
    assert tell(BOUNCE).status_code == 200
    assert ana.mail_consents.count() == 1


def test_a_complaint_stops_nudges_and_leaves_reminders(ana, tell):
    tell(COMPLAINT)
    ana.refresh_from_db()
    assert (ana.wants_nudges, ana.wants_reminders, ana.bounced_at) == (False, True, None)


def test_what_passes_by_itself_changes_nothing(ana, tell):
    assert tell(TRANSIENT).status_code == 200
    ana.refresh_from_db()
    assert ana.wants_nudges
    assert ana.bounced_at is None


def test_whoever_does_not_know_the_secret_is_refused(ana, tell):
    assert tell(BOUNCE, secret="service:a-guess").status_code == 400
    ana.refresh_from_db()
    assert ana.wants_nudges
