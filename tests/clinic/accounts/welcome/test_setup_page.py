"""An empty installation is set up on one page, once, by whoever can read the log."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client as Browser

from bookings.core.roles import Role
from bookings.models import Clinic, Therapist, User
from clinic.operations import setup
from tests import factories

PAGE = "/setup/"
PASSWORD = "four plain words chosen"
TYPED = {
    "clinic": "Towpath Clinic",
    "address": "12 Towpath Yard\nLondon",
    "phone": "020 7946 0000",
    "replies_to": "clinic@example.com",
    "timezone": "Europe/London",
    "currency": "gbp",
    "name": "Dee Owner",
    "email": "Dee@Example.com",
    "password": PASSWORD,
    "again": PASSWORD,
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    """One that has come by the log's link."""
    browser = Browser()
    assert browser.get(f"{PAGE}?token={setup.token()}")["Location"] == PAGE
    return browser


def test_the_page_makes_the_clinic_and_its_owner_and_leads_to_the_checklist(browser):
    answer = browser.post(PAGE, TYPED)
    assert answer["Location"] == "/office/"
    clinic, owner = Clinic.objects.the(), User.objects.get()
    assert (clinic.name, clinic.currency) == ("Towpath Clinic", "GBP")
    assert (owner.email, owner.role) == ("dee@example.com", Role.OWNER)
    assert owner.check_password(PASSWORD)
    assert get_user(browser) == owner
    assert not Therapist.objects.exists()
    assert "Next: Rooms." in browser.get("/office/").text


def test_the_owner_is_led_to_a_second_factor_first(browser, settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    answer = browser.post(PAGE, TYPED, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/"
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    settings.STAFF_NEED_A_SECOND_FACTOR = False
    assert browser.get("/accounts/begin/")["Location"] == "/office/"


def test_slips_in_its_addresses_are_asked_about_once(browser):
    slips = {"replies_to": "towpath@gmial.com", "email": "dee@hotmial.com"}
    asked = browser.post(PAGE, {**TYPED, **slips})
    assert asked.status_code == 422
    assert "Did you mean towpath@gmail.com?" in asked.text
    assert "Did you mean dee@hotmail.com?" in asked.text
    sure = asked.context["form"]["sure"].value()
    assert browser.post(PAGE, {**TYPED, **slips, "sure": sure}).status_code == 302
    assert Clinic.objects.the().email == "towpath@gmial.com"
    assert User.objects.get().email == "dee@hotmial.com"


def test_before_there_is_a_clinic_no_dot_stands_alone_at_the_foot_of_the_page(browser):
    foot = browser.get(PAGE).text.split("<footer")[1]
    assert "·" not in foot.split("Taper")[0]


def test_an_owner_who_treats_is_in_the_diary(browser):
    browser.post(PAGE, {**TYPED, "treats": "on"})
    assert Therapist.objects.get().user == User.objects.get()


def test_without_the_token_nothing_is_asked_but_it(client):
    text = client.get(PAGE).text
    assert 'name="token"' in text
    assert 'name="password"' not in text
    assert client.post(PAGE, TYPED).status_code == 422
    assert not User.objects.exists()


@pytest.mark.parametrize("typed", ["", "wrong", "é", "x" * 200, "\x00"])
def test_a_wrong_token_opens_nothing(client, typed):
    for answer in (client.get(PAGE, {"token": typed}), client.post(PAGE, {"token": typed})):
        assert answer.status_code in (200, 400, 422)
        assert 'name="password"' not in answer.text
    assert client.post(PAGE, TYPED).status_code == 422
    assert not Clinic.objects.exists()


def test_the_token_may_be_typed(client):
    assert client.post(PAGE, {"token": f" {setup.token()} "})["Location"] == PAGE
    assert 'name="password"' in client.get(PAGE).text


def test_guessing_is_slow_and_the_right_one_comes_too_late_then(client):
    answers = [client.post(PAGE, {"token": str(number)}).status_code for number in range(11)]
    assert answers == [422] * 10 + [429]
    assert client.get(PAGE, {"token": setup.token()}).status_code == 429


@pytest.mark.parametrize("there", [factories.make_clinic, "owner"])
def test_there_is_no_such_page_once_a_clinic_or_an_owner_is_there(browser, client, there):
    """Whatever link, session or token somebody has kept."""
    if there == "owner":
        factories.make_user(role=Role.OWNER)
    else:
        there()
    before = User.objects.count()
    for one in (browser, client):
        assert one.get(PAGE).status_code == 404
        assert one.get(PAGE, {"token": setup.token()}).status_code == 404
        assert one.post(PAGE, TYPED).status_code == 404
    assert User.objects.count() == before


def test_setting_up_after_setting_up_is_no_second_owner(browser):
    second = Browser()
    second.get(PAGE, {"token": setup.token()})
    browser.post(PAGE, TYPED)
    assert second.post(PAGE, {**TYPED, "email": "eve@example.com"}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_set_it_up_at_once_are_one_owner():
    browsers = []
    for _ in range(4):
        browsers.append(Browser(raise_request_exception=False))
        browsers[-1].get(PAGE, {"token": setup.token()})

    def press(number: int) -> int:
        try:
            sent = {**TYPED, "email": f"owner{number}@example.com"}
            return browsers[number].post(PAGE, sent).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(press, range(4)))
    assert answers == [302, 404, 404, 404]
    assert User.objects.filter(role=Role.OWNER).count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"clinic": ""}, "clinic"),
        ({"clinic": "🙂"}, "clinic"),
        ({"phone": "ring us"}, "phone"),
        ({"replies_to": "nowhere"}, "replies_to"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"currency": "£"}, "currency"),
        ({"currency": "GBX"}, "currency"),
        ({"currency": "KWD"}, "currency"),
        ({"email": "nowhere"}, "email"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "dee@example.com", "again": "dee@example.com"}, "password"),
        ({"again": "something else"}, "again"),
        ({"address": ""}, "address"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_made(browser, typed, field):
    answer = browser.post(PAGE, {**TYPED, **typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert 'value="Dee Owner"' in answer.text
    assert PASSWORD not in answer.text
    assert not User.objects.exists()


def test_another_secret_is_another_token(settings):
    before = setup.token()
    settings.SECRET_KEY = "another secret key of that installation, long enough for it"
    assert setup.token() != before
