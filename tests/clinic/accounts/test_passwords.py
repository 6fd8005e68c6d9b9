"""New passwords are held against those that others have."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from bookings.models import User
from tests import factories
from tests.clinic.accounts.conftest import SECRET
from tests.totp import code_of

COMMON = [
    "password12345",
    "passwordpassword",
    "qwertyuiop[]",
    "liverpool2026",
    "football1234",
    "iloveyou1234",
    "P@ssw0rd1234",
    "123456789012",
    "abcdefghijkl",
    "clinicclinic1",
    "sportsmassage",
]


@pytest.mark.parametrize("password", COMMON)
def test_a_password_that_others_have_is_refused_with_what_to_do_instead(password):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password)
    assert "Four words that have nothing to do" in " ".join(refusal.value.messages)


@pytest.mark.parametrize("password", ["dee.owner1234", "DeeOwnerDeeOwner", "towpathyard12"])
def test_a_password_made_of_who_one_is_is_refused(password):
    dee = User(email="dee.owner@towpathyard.example", name="Dee Owner")
    with pytest.raises(ValidationError):
        validate_password(password, dee)


@pytest.mark.parametrize(
    "password",
    ["a-long-enough-phrase", "correct horse battery", "x7!kQ2mm-Pq0", "ääääx9!Kqw2z"],
)
def test_others_are_taken(password):
    validate_password(password)


def test_a_very_long_one_is_looked_at_in_no_time_and_may_be_taken():
    validate_password("the river runs early " * 200)


def test_a_password_is_taken_exactly_as_it_is_typed(clinic):
    """With what is dropped from names: spaces around it, and marks of direction."""
    typed = "\u202e towpath heron lantern \u2069"
    user = factories.make_user()
    user.set_password(typed)
    user.save()
    for password, opens in (
        (typed.strip("\u202e\u2069"), False),
        (typed.upper(), False),
        (typed, True),
    ):
        browser = Browser()
        browser.post("/accounts/login/", {"login": user.email, "password": password})
        assert (browser.get("/account/").status_code == 200) == opens


@pytest.mark.parametrize("url", ["/accounts/login/", "/accounts/password/change/"])
def test_a_password_is_masked_and_a_password_manager_may_fill_it_in(clinic, url):
    browser = Browser()
    if "change" in url:
        browser.force_login(factories.make_user())
    fields = re.findall(
        r'<input[^>]*name="(?:old)?password\d?"[^>]*>', browser.get(url).content.decode()
    )
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)


def test_a_new_password_asks_for_the_one_of_now(clinic):
    user = factories.make_user()
    browser = Browser()
    browser.force_login(user)
    new = "heron lantern towpath"
    for old, taken in (("not-hers", False), (factories.PASSWORD, True)):
        typed = {"oldpassword": old, "password1": new, "password2": new}
        browser.post("/accounts/password/change/", typed)
        user.refresh_from_db()
        assert user.check_password(new) == taken


def test_whoever_has_a_factor_shows_it_again_before_setting_a_password(clinic):
    user = factories.make_user()
    user.set_unusable_password()
    user.save()
    TOTP.activate(user, SECRET)
    browser = Browser()
    browser.force_login(user)
    page, new = "/accounts/password/set/", "heron lantern towpath"
    asked = browser.post(page, {"password1": new, "password2": new})
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/")
    user.refresh_from_db()
    assert not user.has_usable_password()
    browser.post(asked["Location"], {"code": code_of(SECRET)})
    browser.post(page, {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


def test_a_short_password_is_refused_with_the_reason():
    with pytest.raises(ValidationError) as refusal:
        validate_password("x7!kQ2mm-Pq")
    assert "at least 12" in " ".join(refusal.value.messages)
