"""Who asks too often waits, and is told so kindly: by address, by account, by login."""

import pytest
from django.test import Client as Browser

from bookings.core.roles import Role
from bookings.web import rate_limits
from tests import factories
from tests.clinic.accounts.conftest import CODE_PAGE
from tests.factories import PASSWORD

API = "/api/openings?treatment=sports-massage"


@pytest.fixture(autouse=True)
def nothing_counted():
    rate_limits._limiter().storage.reset()


pytestmark = pytest.mark.usefixtures("ana", "massage")


def test_an_unknown_address_is_limited_alike(clinic):
    answers = [Browser().post(CODE_PAGE, {"email": "x@example.com"}) for _ in range(4)]
    assert "tried too often" in answers[3].content.decode()


def test_codes_asked_from_one_place_are_limited_whoever_they_are_for(clinic):
    for n in range(20):
        Browser().post(CODE_PAGE, {"email": f"somebody{n}@example.com"})
    response = Browser().post(CODE_PAGE, {"email": "ana@example.com"})
    assert "tried too often" in response.content.decode()


def test_signing_in_from_one_place_is_limited(clinic, settings):
    settings.LIMITS = {"accounts": "30/minute"}
    for n in range(30):
        Browser().post("/accounts/login/", {"login": f"x{n}@example.com", "password": PASSWORD})
    response = Browser().post("/accounts/login/", {"login": "y@example.com", "password": PASSWORD})
    assert response.status_code == 429
    assert response["Retry-After"]
    assert "A moment, please" in response.content.decode()


def test_the_api_says_when_to_ask_again(clinic, settings):
    settings.LIMITS = {"api": "3/minute"}
    answers = [Browser().get(API) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3]["Retry-After"]) <= 61
    assert "ask again" in answers[3].json()["error"]
    assert answers[3]["Access-Control-Allow-Origin"] == "*"


def test_each_address_is_counted_for_itself(clinic, settings):
    settings.LIMITS = {"api": "1/minute"}
    assert Browser(REMOTE_ADDR="192.0.2.1").get(API).status_code == 200
    assert Browser(REMOTE_ADDR="192.0.2.2").get(API).status_code == 200
    assert Browser(REMOTE_ADDR="192.0.2.1").get(API).status_code == 429


def test_a_proxy_of_ours_is_believed_and_nobody_else(clinic, settings):
    settings.LIMITS = {"api": "1/minute"}
    forged = [{"x-forwarded-for": f"198.51.100.{n}"} for n in range(2)]
    assert [Browser().get(API, headers=one).status_code for one in forged] == [200, 429]
    settings.TRUSTED_PROXIES = 1
    behind = [{"x-forwarded-for": f"6.6.6.{n}, 203.0.113.5"} for n in range(2)]
    assert [Browser().get(API, headers=one).status_code for one in behind] == [200, 429]


def test_allauth_believes_the_same_proxies(clinic, settings):
    settings.TRUSTED_PROXIES = 1
    for n in range(20):
        headers = {"x-forwarded-for": f"6.6.6.{n}, 203.0.113.5"}
        Browser(headers=headers).post(CODE_PAGE, {"email": f"somebody{n}@example.com"})
    other = Browser(headers={"x-forwarded-for": "203.0.113.6"})
    assert other.post(CODE_PAGE, {"email": "ana@example.com"}).status_code == 302


def test_booking_is_limited_by_address_and_by_login(clinic, settings):
    settings.LIMITS = {"booking": "2/hour"}
    url = "/book/sports-massage/details/"
    assert [Browser().post(url).status_code for _ in range(3)] == [422, 422, 429]
    user = factories.make_user()
    answers = []
    for n in range(3):
        browser = Browser(REMOTE_ADDR=f"192.0.2.{n}")
        browser.force_login(user)
        answers.append(browser.post(url))
    assert [one.status_code for one in answers] == [422, 422, 429]
    assert "A moment, please" in answers[2].content.decode()
    assert Browser().get(url).status_code == 302  # looking is no booking


def test_a_whole_club_on_one_network_stops_nobody_who_has_signed_in(clinic, settings):
    settings.LIMITS = {"booking": "2/hour", "pages": "4/minute"}
    url = "/book/sports-massage/details/"
    refused = [Browser().post(url) for _ in range(3)][-1]
    assert refused.status_code == 429
    assert "sign in</a>" in refused.content.decode().lower()
    browser = Browser()
    browser.force_login(factories.make_user())
    assert [browser.post(url).status_code for _ in range(3)] == [422, 422, 429]


def test_without_redis_nothing_is_limited_and_nothing_fails(clinic, settings, monkeypatch):
    settings.LIMITS = {"api": "1/minute"}
    settings.REDIS_URL = "redis+socket:///nowhere/valkey.sock"
    rate_limits._limiter.cache_clear()
    monkeypatch.setattr(rate_limits, "_quiet_until", 0.0)
    try:
        assert [Browser().get(API).status_code for _ in range(3)] == [200] * 3
    finally:
        rate_limits._limiter.cache_clear()


def test_a_login_holds_no_more_times_from_many_addresses_than_from_one(clinic, settings):
    settings.LIMITS = {"holds": "3/hour"}
    user = factories.make_user("ana2@example.com")
    answers = []
    for n in range(4):
        browser = Browser(REMOTE_ADDR=f"192.0.2.{n}")
        browser.force_login(user)
        answers.append(browser.post("/book/sports-massage/hold/", {"start": "x"}).status_code)
    assert answers == [422, 422, 422, 429]


PUBLIC = ("/", "/plan/", "/book/sports-massage/", "/protocol/", "/accounts/login/", "/readyz")


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_is_limited_by_network(clinic, settings, path):
    settings.LIMITS = {"pages": "2/minute"}
    asked = [Browser(REMOTE_ADDR=f"2001:db8::{n}").get(path).status_code for n in range(3)]
    assert asked[2] == 429 not in asked[:2]
    assert Browser(REMOTE_ADDR="2001:db8:0:1::1").get(path).status_code != 429


def test_the_staff_are_not_counted(clinic, settings):
    settings.LIMITS = {"pages": "2/minute"}
    browser = Browser()
    browser.force_login(factories.make_user("dee@example.com", role=Role.DESK))
    assert [browser.get("/desk/").status_code for _ in range(4)] == [200] * 4
    assert Browser().get("/").status_code == 200
