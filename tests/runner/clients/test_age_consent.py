"""Date of birth and consent, asked behind the mailed link or a login and nowhere else."""

from datetime import date

import pytest

from bookings import links
from tests.factories import make_client, make_user


@pytest.fixture
def asks(clinic):
    clinic.asks_date_of_birth = True
    clinic.save()


@pytest.fixture
def page(booked):
    return f"/appointments/{links.mail_token(booked)}/"


@pytest.fixture
def ana(booked):
    """Who booked, without a login."""
    return booked.client


def test_a_clinic_that_does_not_ask_shows_nothing(client, page):
    assert "date of birth" not in client.get(page).content.decode()


def test_the_mailed_link_leads_to_the_question(client, asks, page):
    assert f"{page}age/" in client.get(page).content.decode()
    assert "Your date of birth" in client.get(f"{page}age/").content.decode()


def test_the_pages_own_link_asks_and_takes_nothing(client, asks, booked, ana):
    own = f"/appointments/{links.page_token(booked)}/"
    assert "date of birth" not in client.get(own).content.decode()
    assert client.post(f"{own}age/", {"date_of_birth": "1990-01-01"}).status_code == 404


def test_whoever_is_grown_up_is_asked_nothing_more(client, asks, page, ana):
    answer = client.post(f"{page}age/", {"date_of_birth": "1990-01-01"})
    assert answer["Location"] == page
    ana.refresh_from_db()
    assert ana.date_of_birth == date(1990, 1, 1)
    assert ana.proved_at


def test_whoever_is_under_eighteen_needs_a_guardian(client, asks, page, ana):
    answer = client.post(f"{page}age/", {"date_of_birth": "2015-01-01"})
    assert answer["Location"] == f"{page}age/"
    assert "must" in client.get(page).content.decode()
    assert "parent or guardian" in client.get(f"{page}age/").content.decode()
    client.post(f"{page}age/", {"guardian_name": "Pat Demo", "agreed": "on"})
    ana.refresh_from_db()
    assert (ana.guardian_name, ana.guardian_agreed_by) == ("Pat Demo", "runner")
    assert f"{page}age/" not in client.get(page).content.decode()


@pytest.mark.parametrize("born", ["", "soon", "2999-01-01", "1815-12-10"])
def test_nonsense_is_said_and_changes_nothing(client, asks, page, ana, born):
    assert client.post(f"{page}age/", {"date_of_birth": born}).status_code == 422
    ana.refresh_from_db()
    assert ana.date_of_birth is None


@pytest.mark.parametrize("typed", [{"guardian_name": "Pat"}, {"agreed": "on"}, {}])
def test_consent_needs_a_name_and_a_yes(client, page, ana, typed):
    ana.date_of_birth = date(2015, 1, 1)
    ana.save()
    assert client.post(f"{page}age/", typed).status_code == 422
    ana.refresh_from_db()
    assert ana.guardian_agreed_at is None


def test_what_is_known_is_not_changed_from_outside(client, asks, page, ana):
    ana.date_of_birth = date(1980, 1, 1)
    ana.save()
    client.post(f"{page}age/", {"date_of_birth": "1990-01-01"})
    ana.refresh_from_db()
    assert ana.date_of_birth == date(1980, 1, 1)


def test_the_quick_booking_never_asks(client, asks, massage, choose, start):
    assert "date_of_birth" not in choose(start).content.decode()


def test_a_login_is_asked_too(client, asks):
    user = make_user()
    bo = make_client("Bo Demo", user=user)
    client.force_login(user)
    assert "/account/age/" in client.get("/account/").content.decode()
    client.post("/account/age/", {"date_of_birth": "1990-01-01"})
    bo.refresh_from_db()
    assert bo.date_of_birth == date(1990, 1, 1)


def test_a_login_without_a_record_is_led_back(client, asks):
    client.force_login(make_user())
    assert client.get("/account/age/")["Location"] == "/account/"
