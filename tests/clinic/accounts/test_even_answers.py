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


class RealHasher(PBKDF2PasswordHasher):
    """As in production, but for the rounds; it still outweighs the rest of the request."""

    iterations = 200_000


REAL_HASHER = f"{RealHasher.__module__}.{RealHasher.__name__}"


def seconds(clock, url, data):
    cache.clear()
    browser = Browser()
    began = clock()
    browser.post(url, data)
    return clock() - began


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
    """Whosever it is, the answer waits for a time that is longer than the work."""
    seconds(time.monotonic, url, {"email": "first@example.com"})  # reads the templates
    settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS = 0.6
    for address in (known, "nobody@example.com"):
        assert seconds(time.monotonic, url, {"email": address}) >= 0.6
        assert seconds(time.thread_time, url, {"email": address}) < 0.5


@pytest.mark.parametrize("is_without_password", [False, True])
def test_a_wrong_password(people, settings, is_without_password):
    settings.PASSWORD_HASHERS = [REAL_HASHER]
    user = factories.make_user("real@example.com")
    if is_without_password:
        user.set_unusable_password()
        user.save()
    wrong = {"password": "wrong-but-long-enough"}
    tried = [{"login": user.email, **wrong}, {"login": "nobody@example.com", **wrong}]
    url = "/accounts/login/"
    # What is computed is counted, not what passes meanwhile on a busy machine.
    times = [[seconds(time.thread_time, url, one) for one in tried] for _ in range(TRIES)]
    first, second = (median(column) for column in zip(*times, strict=True))
    assert abs(first - second) < 0.35 * max(first, second), (first, second)
