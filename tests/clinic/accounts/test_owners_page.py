"""What the owner does with somebody's login, and what that person and every owner are told."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client as Browser
from django.urls import reverse

from bookings.actions import logins
from bookings.core.roles import Role
from bookings.models import SignInEvent, SignInMail, Therapist
from tests import factories
from tests.admin.forms import page_of, send
from tests.clinic.accounts.conftest import SECRET
from tests.clinic.accounts.test_sessions import (
    ANOTHER,
    FIREFOX,
    SAFARI,
    SIGN_INS,
    is_in,
    login_page,
    mails_to,
    new_password,
    page,
    with_agent,
)
from tests.factories import PASSWORD
from tests.reading import first_match
from tests.totp import code_of


@pytest.fixture
def deb(kim, clinic):
    """The login of a therapist."""
    return kim.user


def newest(address) -> SignInMail:
    return SignInMail.objects.filter(address=address).latest("pk")


# Off and on


def test_a_login_is_switched_off_and_on_again_on_its_page(dee, owner, owners, type_password):
    hers = type_password(dee.email)
    owners.post(login_page(dee), {"do": "off"})
    dee.refresh_from_db()
    assert not dee.is_active
    assert not is_in(hers)
    assert not is_in(type_password(dee.email))
    assert "switched off" in page(owners, login_page(dee))
    assert "switched off" in newest(dee.email).subject
    assert "switched off" in newest(owner.email).body
    owners.post(login_page(dee), {"do": "on"})
    assert is_in(type_password(dee.email))
    assert not is_in(hers)
    assert "switched on" in mails_to(dee.email)
    assert list(
        SignInEvent.objects.filter(kind="login_changed")
        .order_by("pk")
        .values_list("how", flat=True)
    ) == ["off", "on"]


def test_nobody_switches_off_their_own_and_no_last_owner_is_shut_out(owner, owners):
    owners.post(login_page(owner), {"do": "off"})
    owner.refresh_from_db()
    assert owner.is_active
    with pytest.raises(logins.LastOwner):
        logins.switch(owner, on=False, by="owner: 1", by_name="x", now=owner.created_at)
    second = factories.make_user("otto@example.com", role=Role.OWNER)
    owners.post(login_page(second), {"do": "off"})
    second.refresh_from_db()
    assert not second.is_active
    with pytest.raises(logins.LastOwner):  # who is switched off is none
        logins.switch(owner, on=False, by="owner: 1", by_name="x", now=owner.created_at)


def test_who_is_still_offered_to_runners_is_said_and_taken_out_with_the_visits_first(
    deb, kim, owners, visit
):
    there = visit(factories.make_client("Ana Demo"))
    assert "goes on being offered" in page(owners, login_page(deb))
    owners.post(login_page(deb), {"do": "off"})
    assert "is still offered to runners" in page(owners, login_page(deb))
    asked = owners.post(login_page(deb), {"do": "out"})
    assert asked.status_code == 409
    assert reverse("diary:appointment", args=[there.pk]) in asked.content.decode()
    assert Therapist.objects.get(pk=kim.pk).active
    digest = first_match(r'name="accepted" value="(\w+)"', asked.content.decode())[1]
    owners.post(login_page(deb), {"do": "out", "accepted": digest})
    assert not Therapist.objects.get(pk=kim.pk).active
    assert "still offered" not in page(owners, login_page(deb))


# One session


def test_the_owner_ends_one_of_somebodys_sessions_and_no_other(dee, owner, owners, type_password):
    fox, safari = (type_password(dee.email, with_agent(one)) for one in (FIREFOX, SAFARI))
    shown = page(owners, login_page(dee))
    number = first_match(r'name="end" value="(\w{16})"', shown[shown.index("Safari, iPhone") :])[1]
    owners.post(login_page(dee), {"do": "end one", "end": number})
    assert is_in(fox)
    assert not is_in(safari)
    assert "Safari, iPhone" in newest(dee.email).body
    told = SignInMail.objects.count()
    owners.post(login_page(dee), {"do": "end one", "end": number})
    owners.post(login_page(dee), {"do": "end one", "end": "nonsense"})
    assert is_in(fox)
    assert SignInMail.objects.count() == told


def test_who_is_signed_out_by_the_owner_is_told_and_every_owner(dee, owner, owners):
    owners.post(login_page(dee), {"do": "end"})
    assert "signed out in every browser" in newest(dee.email).body
    assert "Dee was signed out" in newest(owner.email).body


# What the mails say


@pytest.mark.parametrize(
    ("typed", "said", "not_said"),
    [
        ({"email": "new@example.com"}, "another address", "role"),
        ({"role": "owner"}, "its role is now “Owner”", "address"),
        ({"is_active": ""}, "switched off", "role"),
    ],
)
def test_a_mail_says_what_was_changed_and_what_to_do(dee, owner, owners, typed, said, not_said):
    send(owners, page_of(dee), **typed)
    for told in (newest(dee.email), newest(owner.email)):
        assert said in " ".join(told.body.split())
        assert not_said not in told.body
        assert "  " not in told.body
    assert "please ring us" in newest(dee.email).body
    assert login_page(dee) in newest(owner.email).body


def test_who_becomes_a_therapist_is_told_so(owner, owners, clinic):
    other = factories.make_therapist("Lee Demo", user=None)
    login = factories.make_user("lee@example.com", name="Lee Demo")
    send(owners, page_of(other), user=login.pk)
    assert "its role is now “Therapist”" in newest(login.email).body


def test_a_mail_about_what_one_has_done_says_how_to_undo_it(dee, type_password, sign_in_by_code):
    new_password(type_password(dee.email))
    assert "/accounts/password/reset/" in newest(dee.email).body
    factories.make_client("Bo Demo", email="bo@example.com")
    runner = sign_in_by_code("bo@example.com")
    sign_in_by_code("bo@example.com")
    told = newest("bo@example.com").body
    assert "/accounts/sessions/" in told
    assert "change your password" not in told  # there is none
    assert "mailbox" in told
    assert "change your password" not in page(runner)
    other = factories.make_user("otto@example.com", role=Role.OWNER)
    assert "change your password" in page(type_password(other.email))


@pytest.mark.parametrize("needed", [True, False])
def test_the_words_about_a_new_factor_are_what_happens(dee, owner, settings, needed):
    settings.STAFF_NEED_A_SECOND_FACTOR = needed
    for login in (dee, owner):
        TOTP.activate(login, SECRET)
    browser = Browser()
    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert ("when they next sign in" in page(browser, login_page(dee))) is needed
    done = browser.post(login_page(dee), {"do": "factors"}, follow=True).content.decode()
    assert ("set up a new second factor when they sign in" in done) is needed
    assert ("you are asked to set up a new one" in newest(dee.email).body) is needed
    assert ("until you set one up" in newest(dee.email).body) is not needed


# A password that was taken away


def set_by_link(address, password) -> str:
    link = re.findall(r"/accounts/password/reset/key/\S+", mails_to(address))[-1]
    browser = Browser()
    form = browser.get(link, follow=True).request["PATH_INFO"]
    answer = browser.post(form, {"password1": password, "password2": password}, follow=True)
    return answer.content.decode()


def test_a_password_that_was_taken_away_is_not_set_again(dee, owners, type_password):
    owners.post(login_page(dee), {"do": "password"})
    owners.post(login_page(dee), {"do": "password"})  # and again changes nothing of it
    dee.refresh_from_db()
    assert not dee.has_usable_password()
    assert not is_in(type_password(dee.email))
    assert "has had so far" in set_by_link(dee.email, PASSWORD)
    dee.refresh_from_db()
    assert not dee.has_usable_password()
    set_by_link(dee.email, ANOTHER)
    dee.refresh_from_db()
    assert dee.check_password(ANOTHER)


def test_nor_does_a_change_take_the_same_one(dee, type_password):
    answer = new_password(type_password(dee.email), new=PASSWORD)
    assert "has had so far" in answer.content.decode()


# Asked first

TAKES_AWAY = re.compile(r"<button[^>]*(?:name=\"(?:end|do)\"|btn-danger)[^>]*>")


def test_what_takes_something_away_asks_first(deb, dee, owner, owners, type_password, settings):
    TOTP.activate(dee, SECRET)
    owners.post(login_page(dee), {"do": "none"})
    factories.make_client("Deb", email=deb.email, user=deb)
    hers = type_password(deb.email)
    type_password(deb.email)
    pages = [
        page(owners, login_page(dee)),
        page(owners, login_page(deb)),
        page(hers),
        page(hers, "/account/"),
        page(owners, f"/desk/mails/client/{deb.client.pk}/"),
    ]
    for shown in pages:
        outside = re.sub(r"<details.*?</details>", "", shown, flags=re.DOTALL)
        assert len(outside) < len(shown)
        assert TAKES_AWAY.findall(outside) == []
        assert "end-links" not in outside or "<button" not in outside.split("end-links")[1][:300]


# Whose pages they are


def test_a_therapists_pages_about_signing_in_are_a_therapists(deb, dee, owners, type_password):
    assert "therapist" in page(owners, login_page(deb)).split('class="lead')[1].split("</p>")[0]
    assert ", runner" not in page(owners, login_page(deb))
    hers, desks = type_password(deb.email), type_password(dee.email)
    for url in ("/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/", "/nowhere/"):
        assert 'href="/today/"' in page(hers, url), url
        assert 'data-shortcut="new"' in page(desks, url), url
        assert "Your bookings" not in page(hers, url), url
    assert hers.get(SIGN_INS).status_code == 403
    assert 'href="/today/"' in page(hers, SIGN_INS)
    deb.password = "!"
    deb.save()
    assert "mailed code" not in page(hers, "/accounts/password/set/")


def test_a_runner_sees_a_runners(clinic, type_password):
    runner = factories.make_user("ana@example.com")
    shown = page(type_password(runner.email), "/accounts/2fa/")
    assert "Your bookings" in shown
    assert "Diary" not in shown
