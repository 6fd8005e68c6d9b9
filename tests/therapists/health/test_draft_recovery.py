"""What is sent after the login has ended waits, sealed, for whoever typed it."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client as Browser
from django.utils import timezone

from bookings.models import BrowserSession
from bookings.queries.training import protocol
from tests.factories import PASSWORD
from tests.reading import first_match
from tests.totp import code_of
from therapists.models import HealthCheck, Note
from therapists.pages import draft_recovery

WORDS = "Hamstring pulls since Sunday"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HERE = "What you wrote before you had to sign in again is here"


def pass_in(page) -> str:
    return first_match(r'name="left" value="([^"]+)"', page.content.decode()).group(1)


@pytest.fixture
def mine(visit):
    return visit()


@pytest.fixture
def page(mine):
    return f"/visits/{mine.pk}/note/"


@pytest.fixture
def send_late(kims, page):
    """The form as it was shown, sent once the login has ended; the browser it was sent by."""

    def _send_late(**typed):
        form = {"revision": 0, "privacy": "therapists", "do": "sign", "subjective": WORDS,
                "kind-left-calf": "tightness", "level-left-calf": "6",
                "left": pass_in(kims.get(page))}  # fmt: skip
        browser = Browser()
        answer = browser.post(page, form | typed)
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={page}")
        return browser

    return _send_late


def test_it_stands_in_the_form_after_signing_in_again_and_is_not_saved_yet(send_late, kim, page):
    browser = send_late()
    browser.force_login(kim.user)
    shown = browser.get(page).content.decode()
    assert HERE in shown
    assert WORDS in shown
    assert "Left calf: tight 6" in shown
    assert not Note.objects.exists()


def test_it_is_given_back_once(send_late, kim, page):
    browser = send_late()
    browser.force_login(kim.user)
    browser.get(page)
    assert WORDS not in browser.get(page).content.decode()


def test_a_draft_that_was_saved_meanwhile_is_not_overwritten_unseen(send_late, kim, kims, page):
    browser = send_late()
    kims.post(page, {"revision": 0, "privacy": "therapists", "subjective": "From the other phone"})
    browser.force_login(kim.user)
    typed = {"revision": 0, "privacy": "therapists", "do": "save", "subjective": WORDS}
    assert HERE in browser.get(page).content.decode()
    answer = browser.post(page, typed)
    assert answer.status_code == 409
    assert "From the other phone" in answer.content.decode()
    assert WORDS in answer.content.decode()


def test_a_form_sent_meanwhile_is_taken_and_what_waits_still_waits(send_late, kim, page):
    browser = send_late()
    browser.force_login(kim.user)
    typed = {"revision": 0, "privacy": "therapists", "do": "save", "plan": "From another tab"}
    shown = browser.post(page, typed, follow=True).content.decode()
    assert Note.objects.get().revision == 1
    assert HERE in shown
    assert WORDS in shown


def test_whoever_else_signs_in_gets_nothing_and_it_is_gone(send_late, kim, lee, page, earlier):
    earlier(7, therapist=lee)
    browser = send_late()
    browser.force_login(lee.user)
    browser.get(page)
    assert draft_recovery.KEPT not in browser.session
    browser.force_login(kim.user)
    assert WORDS not in browser.get(page).content.decode()


def test_another_visits_page_neither_shows_nor_drops_it(send_late, kim, page, visit, noon):
    other = visit(noon + timedelta(hours=3))
    browser = send_late()
    browser.force_login(kim.user)
    assert WORDS not in browser.get(f"/visits/{other.pk}/note/").content.decode()
    assert WORDS in browser.get(page).content.decode()


@pytest.mark.parametrize("forged", ["", "x", "WzEsIi8iXQ:1wAAAA:forged"])
def test_nothing_is_kept_without_a_pass_of_ours(send_late, forged):
    assert draft_recovery.KEPT not in send_late(left=forged).session


def test_a_pass_is_good_for_its_own_page_and_a_day(kims, page, visit, noon, clock):
    signed = pass_in(kims.get(page))
    other = visit(noon + timedelta(hours=3))
    browser = Browser()
    browser.post(f"/visits/{other.pk}/note/", {"left": signed, "subjective": WORDS})
    assert draft_recovery.KEPT not in browser.session
    clock.move_to(timezone.now() + timedelta(hours=25))
    browser.post(page, {"left": signed, "subjective": WORDS})
    assert draft_recovery.KEPT not in browser.session


def test_what_is_larger_than_any_note_is_not_kept(send_late):
    assert draft_recovery.KEPT not in send_late(subjective="x" * 100_001).session


def test_it_lies_sealed(send_late):
    browser = send_late()
    (kept,) = BrowserSession.objects.filter(pk=browser.session.session_key)
    assert draft_recovery.KEPT in kept.get_decoded()
    assert "Hamstring" not in str(kept.get_decoded())


def test_after_a_change_of_keys_it_is_dropped_and_the_page_still_opens(
    send_late, kim, page, settings
):
    browser = send_late()
    settings.HEALTH_KEYS = ["wRcf4Z1n3Jg3S0Gq7VxUu3nq2C0X9oQm0mXv1s8y3hA="]
    browser.force_login(kim.user)
    assert WORDS not in browser.get(page).content.decode()


def test_a_login_that_has_idled_too_long_loses_nothing_either(kims, kim, page, settings):
    settings.STAFF_IDLE_MINUTES = 0
    typed = {"revision": 0, "privacy": "therapists", "subjective": WORDS}
    signed = draft_recovery.door_pass(kim.user, page)
    typed["left"] = first_match(r'value="([^"]+)"', signed).group(1)
    session = kims.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    assert kims.post(page, typed).status_code == 302
    kims.force_login(kim.user)
    settings.STAFF_IDLE_MINUTES = 60
    assert WORDS in kims.get(page).content.decode()


def test_a_runners_answers_wait_too(anas, ana, mine):
    url = "/health/"
    signed = pass_in(anas.get(url))
    browser = Browser()
    browser.post(url, {"left": signed, "text": WORDS, "agreed": "on"})
    browser.force_login(ana.user)
    shown = browser.get(url).content.decode()
    assert WORDS in shown
    assert HERE in shown
    assert not HealthCheck.objects.exists()


def test_a_runner_who_sends_the_form_again_meanwhile_has_sent_it(anas, ana, mine):
    url = "/health/"
    browser = Browser()
    browser.post(url, {"left": pass_in(anas.get(url)), "text": WORDS})
    browser.force_login(ana.user)
    no = {one.key: "no" for one in protocol.current().contraindications}
    assert browser.post(url, no | {"agreed": "on", "text": "From another tab"}).status_code == 200
    assert HealthCheck.objects.get().content.opened()["text"] == "From another tab"


def test_a_form_older_than_a_new_sign_in_in_another_tab_loses_nothing(kim, page):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(kim.user)
    old_page = browser.get(page)
    token = first_match(r'name="csrfmiddlewaretoken" value="([^"]+)"', old_page.content.decode())
    typed = {"revision": 0, "privacy": "therapists", "do": "sign", "subjective": WORDS,
             "csrfmiddlewaretoken": token.group(1)}  # fmt: skip
    browser.cookies["csrftoken"] = "n" * 32
    assert browser.post(page, typed).status_code == 403
    shown = browser.post(page, typed | {"left": pass_in(old_page)}, follow=True)
    assert HERE in shown.content.decode()
    assert WORDS in shown.content.decode()
    assert not Note.objects.exists()


def test_what_has_no_pass_is_refused_as_ever(page):
    answer = Browser(enforce_csrf_checks=True).post(page, {"left": "x"})
    assert answer.status_code == 403
    assert "Please send that again" in answer.content.decode()


def test_it_waits_through_a_password_and_a_second_factor(send_late, kim, page, settings):
    browser = send_late()
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    TOTP.activate(kim.user, SECRET)
    login = {"login": kim.user.email, "password": PASSWORD, "next": page}
    answer = browser.post("/accounts/login/", login)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    answer = browser.post(answer["Location"], {"code": code_of(SECRET), "next": page})
    assert answer["Location"] == page
    shown = browser.get(page).content.decode()
    assert HERE in shown
    assert WORDS in shown
