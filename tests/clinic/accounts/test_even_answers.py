"""How long an answer takes tells nobody whether an address is known here."""

import time
from statistics import median
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client as Browser

from clinic.middleware.constant_time import HOLD_ANSWER
from tests import factories
from tests.clinic.accounts.conftest import CODE_PAGE

TRIES = 5


class RealHasher(PBKDF2PasswordHasher):
    """As in production, but for the rounds; it still outweighs the rest of the request."""

    iterations = 200_000


REAL_HASHER = f"{RealHasher.__module__}.{RealHasher.__name__}"


def seconds(clock, url, asked, **environment):
    browser = Browser()
    began = clock()
    browser.post(url, asked, **environment)
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
    """Whosever it is, the answer leaves at a time by which the work is done; no thread waits."""
    seconds(time.monotonic, url, {"email": "first@example.com"})  # reads the templates
    settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS = 60
    for address in (known, "nobody@example.com"):
        held: list[float] = []
        began = time.monotonic()
        asked = {"email": address}
        assert seconds(time.thread_time, url, asked, **{HOLD_ANSWER: held.append}) < 0.5
        assert [began + 60 <= until <= time.monotonic() + 60 for until in held] == [True]
        assert time.monotonic() - began < 60


@pytest.mark.parametrize("url", [CODE_PAGE, "/accounts/password/reset/"])
def test_a_refusal_that_looks_at_no_address_is_not_held(people, url):
    held: list[float] = []
    extra: dict[str, Any] = {HOLD_ANSWER: held.append}
    forged = Browser(enforce_csrf_checks=True)
    response = forged.post(url, {"email": "known@example.com"}, **extra)
    assert response.status_code == 403
    assert held == []


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
