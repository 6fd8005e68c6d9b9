"""Links: one purpose each, ended when they are withdrawn, or by themselves."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings import links
from bookings.core.roles import Role
from bookings.links import Purpose, client_url
from bookings.models import Client
from tests import factories
from tests.cast import just_asked


def token_in(path):
    return next(part for part in path.split("/") if ":" in part)


def path_for(purpose, client):
    facts = {
        Purpose.DECLINE: {"kind": "maintenance", "ideal": "2027-01-01"},
        Purpose.UNSUBSCRIBE: {"group": "nudges"},
    }
    return urlsplit(client_url(purpose, client, **facts.get(purpose, {}))).path


@pytest.fixture
def ana(booked):
    """Who booked, her address proved."""
    booked.client.proved_at = timezone.now()
    booked.client.save()
    return booked.client


@pytest.fixture
def her_login(ana):
    ana.user = factories.make_user("ana@example.com")
    ana.save()
    browser = Browser()
    browser.force_login(ana.user)
    return just_asked(browser)


def test_each_link_is_good_for_one_purpose(ana, client):
    for purpose in Purpose:
        token = token_in(path_for(purpose, ana))
        for other in set(Purpose) - {purpose}:
            path = path_for(other, ana)
            wrong = path.replace(token_in(path), token)
            assert client.get(wrong).status_code == 404, (purpose, other)
        assert client.get(f"/appointments/{token}/").status_code == 404


def test_a_changed_letter_opens_nothing(booked, client):
    token = links.mail_token(booked)
    for place in (0, len(token) // 2, len(token) - 2):
        other = "A" if token[place] != "A" else "B"
        assert (
            client.get(f"/appointments/{token[:place]}{other}{token[place + 1 :]}/").status_code
            == 404
        )


def test_withdrawing_ends_every_link_and_new_ones_work(ana, booked, her_login, client):
    tokens = links.calendar_token(booked), links.mail_token(booked)
    pages = [f"/appointments/{token}/" for token in tokens]
    preferences = path_for(Purpose.PREFERENCES, ana)
    stops = path_for(Purpose.UNSUBSCRIBE, ana)
    assert all(client.get(url).status_code == 200 for url in [*pages, preferences])
    answer = her_login.post("/account/end-links/", follow=True)
    assert "no longer work" in answer.content.decode()
    assert {client.get(url).status_code for url in [*pages, preferences]} == {404}
    assert client.get(stops).status_code == 200  # it can do nothing but stop mails
    booked.refresh_from_db()
    assert client.get(f"/appointments/{links.mail_token(booked)}/").status_code == 200
    fresh = Client.objects.get(pk=ana.pk)
    assert client.get(path_for(Purpose.PREFERENCES, fresh)).status_code == 200


def test_the_edition_of_a_link_cannot_be_typed_in(booked, client):
    booked.links_edition = 2
    booked.save()
    forged = links.mail_token(booked).replace(".2.", ".3.")
    assert client.get(f"/appointments/{forged}/").status_code == 404


def test_looking_withdraws_nothing(ana, her_login):
    assert her_login.get("/account/end-links/").status_code == 405
    ana.refresh_from_db()
    assert ana.links_edition == 0


def test_nobody_ends_the_links_of_others(ana, booked):
    browser = Browser()
    browser.force_login(factories.make_user())
    just_asked(browser).post("/account/end-links/")
    browser.post(f"/desk/clients/{ana.pk}/end-links/")
    booked.refresh_from_db()
    assert booked.links_edition == 0


def test_the_desk_ends_them_from_the_clients_mails(ana, booked):
    desk = Browser()
    desk.force_login(factories.make_user(role=Role.DESK))
    assert (
        "End all links sent so far" in desk.get(f"/desk/clients/{ana.pk}/mails/").content.decode()
    )
    desk.post(f"/desk/clients/{ana.pk}/end-links/")
    booked.refresh_from_db()
    assert booked.links_edition == 1


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_for_more_than_one_appointment_ends_by_itself(ana, client, clock, purpose):
    url, days = path_for(purpose, ana), (links.GOOD_FOR[purpose] or timedelta(days=4000)).days
    until = timezone.now() + timedelta(days=days)
    clock.move_to(until - timedelta(hours=1))
    links.read_client_token(purpose, token_in(url))
    clock.move_to(until + timedelta(days=1))
    stays = purpose == Purpose.UNSUBSCRIBE
    assert (client.get(url).status_code == 404) != stays


def test_the_mails_link_opens_the_plan_for_a_year_and_its_visit_for_good(
    mine, booked, client, clock
):
    assert client.get(mine).status_code == 200
    clock.move_to(booked.ends_at + timedelta(days=367))
    response = client.get(mine, follow=True)
    assert response.redirect_chain[-1][0] == mine.removesuffix("plan/")
    assert "too old for your plan" in response.content.decode()
    assert client.post(f"{mine}keep/").status_code == 302


def test_the_mails_link_asks_of_health_for_a_week_after_the_visit(mine, booked, client, clock):
    url = mine.replace("/plan/", "/health/")
    clock.move_to(booked.ends_at + timedelta(days=6))
    assert client.get(url).status_code == 200
    clock.move_to(booked.ends_at + timedelta(days=8))
    assert client.get(url).status_code == 302
