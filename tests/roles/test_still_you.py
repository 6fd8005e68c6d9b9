"""What was sent before it was asked who it is: it goes on to its own page, and never elsewhere."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import Clinic, User
from tests import factories
from tests.factories import PASSWORD
from tests.reading import present
from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.walk import pages
from tests.roles.world import make_world, undone

INVITE = "/office/people/invite/"
WRONG = {"name": "Nia Demo", "email": "no address", "role": "desk"}
LONG = timedelta(minutes=20)
THE_QUESTION = ("reauthenticate", "code_again", "reauthenticate_webauthn")
DIFFERENT = {"office:embeds": {"origin": "https://club.example"}}  # else it asks nobody


@pytest.fixture
def type_password(clinic):
    def _type(address: str) -> Browser:
        browser = Browser()
        browser.post("/accounts/login/", {"login": address, "password": PASSWORD})
        return browser

    return _type


@pytest.fixture
def owner(clinic) -> User:
    return factories.make_user("olga@example.com", name="Olga", role=Role.OWNER)


def asks_for_the_password(answer) -> bool:
    return answer.status_code == 302 and "reauthenticate" in answer["Location"]


@pytest.fixture
def owners_of_before(owner, type_password, clock):
    browser = type_password(owner.email)
    clock.move_to(timezone.now() + LONG)
    return browser


def test_what_is_put_right_after_the_password_goes_where_it_belongs(owners_of_before):
    asked = owners_of_before.post(INVITE, WRONG)
    shown = owners_of_before.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert (shown.request["PATH_INFO"], shown.status_code) == (INVITE, 422)
    assert 'value="Nia Demo"' in shown.text
    assert User.objects.count() == 1
    again = owners_of_before.get(INVITE)
    assert (again.status_code, "Nia Demo" in again.text) == (200, False)


def test_a_page_with_a_question_in_its_address_gets_what_was_sent_too(owners_of_before):
    therapist = factories.make_therapist("Kim Demo")
    page = f"{INVITE}?therapist={therapist.pk}"
    asked = owners_of_before.post(page, {**WRONG, "email": "kim@example.com", "role": "runner"})
    owners_of_before.post(asked["Location"], {"password": PASSWORD}, follow=True)
    therapist.refresh_from_db()
    assert present(therapist.user).email == "kim@example.com"


def test_what_no_browser_went_on_with_is_not_done_another_day(owners_of_before, clock):
    asked = owners_of_before.post(INVITE, {**WRONG, "email": "nia@example.com"})
    assert owners_of_before.post(asked["Location"], {"password": PASSWORD})["Location"] == INVITE
    clock.move_to(timezone.now() + timedelta(minutes=2))
    assert owners_of_before.get(INVITE).status_code == 200
    assert User.objects.count() == 1


def test_what_was_given_up_is_not_done_when_another_page_asks(owners_of_before):
    owners_of_before.post(INVITE, {**WRONG, "email": "nia@example.com"})
    sent = {"password": PASSWORD, "next": "/office/people/"}
    owners_of_before.post("/accounts/reauthenticate/", sent, follow=True)
    owners_of_before.get(INVITE)
    assert User.objects.count() == 1


def test_signing_in_says_who_it_is_for_a_quarter_of_an_hour(owner, type_password, clock):
    browser = type_password(owner.email)
    assert browser.post(INVITE, WRONG).status_code == 422
    clock.move_to(timezone.now() + timedelta(minutes=14))
    assert browser.post(INVITE, WRONG).status_code == 422
    clock.move_to(timezone.now() + timedelta(minutes=2))
    assert asks_for_the_password(browser.post(INVITE, WRONG))
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.post(INVITE, WRONG).status_code == 422


def walked_by(browser, pages) -> set[str]:
    """The names of those that ask; each was gone on with, and its answer is at its own address."""
    walked = set()
    for name, url in pages:
        with undone(browser):
            asked = browser.post(url, DIFFERENT.get(name, {}))
            if asks_for_the_password(asked):
                came = browser.post(asked["Location"], {"password": PASSWORD})
                assert came["Location"] == url, name
                assert not asks_for_the_password(browser.get(url)), name
                walked.add(name)
    return walked


def asking(world, usual) -> list[tuple[str, str]]:
    """Pages that may ask, by what the same one got of each; some do once more is sent."""
    there = [(name, url) for name, url in pages(world) if not name.endswith(THE_QUESTION)]
    return [
        (name, url)
        for name, url in there
        if name in DIFFERENT or name not in usual or usual[name].got[1] == "302"
    ]


def test_every_page_that_asks_comes_back_to_its_own_address(walked, clock, type_password, settings):
    settings.LIMIT_SIGNING_IN = False
    Clinic.objects.all().delete()
    world = make_world()
    Authenticator.objects.all().delete()
    usual = {"uma": walked.of("owner") | walked.of("uma"), "ana": walked.of("ana")}
    browsers = [type_password(f"{who}@example.com") for who in usual]
    clock.move_to(timezone.now() + LONG)
    offices, anas = (
        walked_by(browser, asking(world, got))
        for got, browser in zip(usual.values(), browsers, strict=True)
    )
    assert {"office:invite", "office:leave", "office:clinic", "office:embeds", "login"} <= offices
    assert {"records:wish", "records:account_json", "runner:withdraw_links"} <= anas
