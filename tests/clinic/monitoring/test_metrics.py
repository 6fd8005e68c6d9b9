"""/metrics: figures for whoever has the token, and nobody in them."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.models import Mail, MailKind, MailState
from tests import factories

TOKEN = "shown-by-the-one-who-scrapes"


@pytest.fixture
def scrape(client, db, settings):
    settings.METRICS_TOKEN = TOKEN

    def _scrape():
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        lines = (line for line in answer.content.decode().splitlines() if line[0] != "#")
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return _scrape


@pytest.fixture
def owe(massage, kim, room):
    days = count(1)

    def _owe(**changes):
        visit = factories.make_appointment(
            starts_at=timezone.now() + timedelta(days=next(days)),
            treatment=massage,
            therapist=kim,
            room=room,
        )
        visit.record("booked", by="desk: dee@example.com", now=timezone.now())
        outbox.owe(MailKind.CONFIRMED, visit, now=timezone.now())
        Mail.objects.filter(appointment=visit).update(**changes)

    return _owe


def test_without_a_token_in_the_settings_there_is_no_such_page(client, db):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "Bearer é"])
def test_without_the_token_nothing_is_told(client, db, settings, shown):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert "taper" not in answer.content.decode()


def test_bookings_count_by_role_and_name_nobody(scrape, owe):
    owe()
    figures = scrape()
    assert figures['taper_bookings_total{by="desk"}'] == 1
    assert not [name for name in figures if "example.com" in name]


def test_mails_count_by_kind_and_outcome_and_the_queue_has_an_age(scrape, owe):
    owe(state=MailState.SENT, sent_at=timezone.now())
    owe(state=MailState.SCHEDULED, due_at=timezone.now() - timedelta(minutes=10))
    figures = scrape()
    assert figures['taper_mails_total{kind="confirmed",outcome="sent"}'] == 1
    assert figures['taper_mails_total{kind="confirmed",outcome="scheduled"}'] == 1
    assert 600 <= figures["taper_mail_queue_age_seconds"] < 660
    assert figures["taper_mail_queue_length"] >= 1


def test_requests_and_refusals_count_by_view(scrape, client, owe):
    owe()
    before = scrape()
    client.get("/")
    client.post("/book/no-such/hold/", {})
    client.post("/plan/", {})
    after = scrape()

    def more(name):
        return after.get(name, 0) - before.get(name, 0)

    assert more('taper_requests_total{method="GET",status="200",view="runner:home"}') == 1
    assert more('taper_requests_total{method="POST",status="404",view="runner:hold"}') == 1
    assert more('taper_refusals_total{kind="bad input",view="runner:plan"}') == 1
    assert more('taper_request_seconds_count{view="runner:home"}') == 1


def test_an_address_that_leads_nowhere_adds_no_row_of_its_own(scrape, client, db):
    client.get("/nowhere/")
    before = set(scrape())
    for number in range(3):
        client.get(f"/nowhere/{number}/")
    assert set(scrape()) - before <= {name for name in scrape() if 'view="metrics"' in name}


def test_a_scrape_asks_as_much_of_one_mail_as_of_thirty(scrape, owe):
    owe()
    with CaptureQueriesContext(connection) as of_one:
        scrape()
    for _ in range(29):
        owe()
    with CaptureQueriesContext(connection) as of_thirty:
        scrape()
    assert len(of_one) == len(of_thirty) <= 6
