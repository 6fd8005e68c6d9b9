"""Who signed in a while ago shows that it is still them before what only they should do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import ErasureRequest, SignInMail
from tests import factories
from tests.clinic.accounts.conftest import DATA
from tests.factories import PASSWORD

SURELY = {"do": "erase", "sure": "yes"}
WISH, LINKS, AGAIN = "/account/data/wish/", "/account/end-links/", "/accounts/code-again/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(visit):
    """She signs in by code alone."""
    ana = factories.make_client("Ana Demo", email="ana@example.com")
    visit(ana)
    return ana


@pytest.fixture
def hers(ana, sign_in_by_code):
    return sign_in_by_code("ana@example.com")


@pytest.fixture
def hers_of_before(hers, clock):
    clock.move_to(timezone.now() + timedelta(minutes=6))
    return hers


def test_who_has_just_signed_in_is_not_asked(hers):
    assert "Ana Demo" in hers.get(DATA).content.decode()


@pytest.mark.parametrize(
    ("method", "url", "sent"),
    [
        ("get", DATA, {}),
        ("post", WISH, SURELY),
        ("post", LINKS, {}),
        ("get", "/accounts/2fa/totp/activate/", {}),
        ("get", "/accounts/2fa/webauthn/add/", {}),
        ("get", "/accounts/password/set/", {}),
    ],
)
def test_who_signed_in_by_code_a_while_ago_is_asked_for_a_fresh_one(
    hers_of_before, ana, method, url, sent
):
    answer = getattr(hers_of_before, method)(url, sent)
    assert answer["Location"].startswith(f"{AGAIN}?next=")
    ana.refresh_from_db()
    assert (ana.links_edition, ErasureRequest.objects.count()) == (0, 0)


def test_what_was_asked_for_is_done_once_the_code_is_typed(hers_of_before, ana, mailed_code):
    asked = hers_of_before.post(WISH, SURELY)["Location"]
    shown = hers_of_before.post(asked, {}, follow=True).content.decode()
    assert "We have written to" in shown
    mail = SignInMail.objects.latest("pk")
    assert (mail.address, "Is it still you?" in mail.subject) == ("ana@example.com", True)
    answer = hers_of_before.post(asked, {"code": mailed_code("ana@example.com")})
    assert answer["Location"] == "/account/data/"
    assert ErasureRequest.objects.get().client == ana
    assert "Ana Demo" in hers_of_before.get(DATA).content.decode()


def test_a_code_opens_nothing_twice_nor_late_nor_in_another_browser(
    hers_of_before, mailed_code, sign_in_by_code, clock
):
    hers_of_before.post(AGAIN)
    code = mailed_code("ana@example.com")
    other = sign_in_by_code("ana@example.com")
    clock.move_to(timezone.now() + timedelta(minutes=11))
    for browser in (hers_of_before, other):
        assert browser.post(AGAIN, {"code": code}).status_code == 422
        assert browser.get(DATA).status_code == 302


def test_guessing_ends_and_the_right_code_is_of_no_use_then(hers_of_before, mailed_code):
    hers_of_before.post(AGAIN)
    for _ in range(40):
        assert hers_of_before.post(AGAIN, {"code": "BBBB-BBBB"}).status_code == 422
    refused = hers_of_before.post(AGAIN, {"code": mailed_code("ana@example.com")})
    assert "tried too often" in refused.content.decode()


def test_no_more_codes_an_hour_are_mailed_than_for_signing_in(hers_of_before, settings):
    before = SignInMail.objects.count()
    for _ in range(settings.SIGN_IN_MAILS_PER_HOUR + 4):
        hers_of_before.post(AGAIN)
    assert SignInMail.objects.count() - before == settings.SIGN_IN_MAILS_PER_HOUR


def test_who_has_a_password_types_that(ana, type_password, clock):
    ana.user = factories.make_user("ana@example.com")
    ana.save()
    browser = type_password("ana@example.com")
    clock.move_to(timezone.now() + timedelta(minutes=6))
    asked = browser.get(DATA)["Location"]
    assert asked.startswith("/accounts/reauthenticate/")
    browser.post(asked, {"password": PASSWORD})
    assert browser.get(DATA).status_code == 200


def test_looking_at_what_is_ones_own_is_not_asked_about(hers_of_before):
    for url in ("/account/", "/account/data/", "/accounts/sessions/", "/plan/"):
        assert hers_of_before.get(url).status_code == 200, url
