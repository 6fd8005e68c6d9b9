"""How long an answer takes tells nobody whether an address is known here."""

import time
from statistics import median

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client as Browser

from tests import factories
from tests.clinic.accounts.conftest import CODE_PAGE

TRIES = 5
REAL_HASHER = f"{PBKDF2PasswordHasher.__module__}.{PBKDF2PasswordHasher.__name__}"


def seconds(url, asked):
    cache.clear()
    browser = Browser()
    began = time.perf_counter()
    browser.post(url, asked)
    return time.perf_counter() - began


def assert_even(url, one, other, within):
    """The medians of tries that take turns differ by less than that part of themselves."""
    times = [(seconds(url, one), seconds(url, other)) for _ in range(TRIES)]
    first, second = (median(column) for column in zip(*times, strict=True))
    assert abs(first - second) < within * max(first, second), (first, second)


@pytest.fixture
def people(clinic):
    factories.make_user("known@example.com")
    factories.make_client(email="client@example.com")


@pytest.mark.parametrize(
    ("url", "known"),
    [
        (CODE_PAGE, "known@example.com"),
        (CODE_PAGE, "client@example.com"),
        ("/accounts/password/reset/", "known@example.com"),
    ],
)
def test_a_mail_that_is_asked_for(people, settings, url, known):
    settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS = 0.4
    assert_even(url, {"email": known}, {"email": "nobody@example.com"}, within=0.1)


@pytest.mark.parametrize("is_without_password", [False, True])
def test_a_wrong_password(people, settings, is_without_password):
    settings.PASSWORD_HASHERS = [REAL_HASHER]
    user = factories.make_user("real@example.com")
    if is_without_password:
        user.set_unusable_password()
        user.save()
    wrong = {"password": "wrong-but-long-enough"}
    known, unknown = {"login": user.email, **wrong}, {"login": "nobody@example.com", **wrong}
    assert_even("/accounts/login/", known, unknown, within=0.35)
