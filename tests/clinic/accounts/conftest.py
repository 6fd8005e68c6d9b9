"""People who sign in, and the mails about it."""

import re
from itertools import count

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client as Browser

from bookings.core.roles import Role
from bookings.models import SignInMail
from tests import factories
from tests.factories import PASSWORD
from tests.page_fixtures import *  # noqa: F403 - fixtures
from tests.totp import code_of

CODE_PAGE, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def visit(massage, kim, room, at):
    """An appointment in a few days of a client, as somebody booked it; each at another hour."""
    hours = count(10, 2)

    def _visit(client, days: int = 3, **fields):
        return factories.make_appointment(
            starts_at=at(days, next(hours)), treatment=massage, therapist=kim, room=room,
            client=client, **fields,
        )  # fmt: skip

    return _visit


@pytest.fixture
def mail_to():
    """The text of the newest mail about signing in to that address, or ""."""

    def _mail(address: str) -> str:
        found = SignInMail.objects.filter(address__iexact=address).order_by("-pk").first()
        return found.body if found else ""

    return _mail


@pytest.fixture
def mailed_code(mail_to):
    return lambda address: re.search(r"^ {4}(\S+)$", mail_to(address), re.MULTILINE)[1]


@pytest.fixture
def sign_in_by_code(mailed_code):
    def _sign_in(address: str, browser: Browser | None = None) -> Browser:
        browser = browser or Browser()
        browser.post(CODE_PAGE, {"email": address})
        response = browser.post(CONFIRM, {"code": mailed_code(address)})
        assert response.status_code == 302, response.content.decode()
        return browser

    return _sign_in


@pytest.fixture
def staff_need_a_factor(settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = True


@pytest.fixture
def desk(clinic, staff_need_a_factor):
    return factories.make_user("dee@example.com", role=Role.DESK)


@pytest.fixture
def with_an_app(desk):
    """The desk, with an authenticator app."""
    TOTP.activate(desk, SECRET)
    return desk


@pytest.fixture
def type_password():
    def _type(address: str, browser: Browser | None = None) -> Browser:
        browser = browser or Browser()
        browser.post("/accounts/login/", {"login": address, "password": PASSWORD})
        return browser

    return _type


@pytest.fixture
def signed_in_with_app(with_an_app, type_password):
    browser = type_password(with_an_app.email)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    return browser
