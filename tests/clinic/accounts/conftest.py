"""People who sign in, and the mails about it."""

import re
from datetime import timedelta
from itertools import count

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client as Browser
from django.utils import timezone

from bookings.actions.clients import details
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.desk.clients.client_forms import sealed
from bookings.models import Client, SignInMail
from tests import factories
from tests.cast import just_asked
from tests.factories import PASSWORD
from tests.page_fixtures import *  # noqa: F403 - fixtures
from tests.reading import first_match
from tests.totp import code_of
from therapists.actions import health_checks
from therapists.actions.notes import Draft, sign
from therapists.core.content import Answers, Content
from therapists.health_audit import Reader
from therapists.models import Form, Privacy

CODE_PAGE, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
ANSWER, NOTE = "an old secret of the knee", "a quiet word about the calf"
DATA = "/account/data.json"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def nothing_of_health(browser) -> bool:
    just_asked(browser)
    shown = [browser.get(url).content.decode() for url in (DATA, "/account/data/", "/health/?all")]
    return not [word for word in (ANSWER, NOTE) for page in shown if word in page]


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
    return lambda address: first_match(r"^ {4}(\S+)$", mail_to(address), re.MULTILINE)[1]


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


def is_still_you(browser: Browser) -> Browser:
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.fixture
def owner(clinic):
    return factories.make_user("olga@example.com", name="Olga", role=Role.OWNER)


@pytest.fixture
def owners(owner, signed_in):
    """Asked just now, as before changing logins."""
    return just_asked(signed_in(owner))


@pytest.fixture
def dee(clinic):
    return factories.make_user("dee@example.com", name="Dee", role=Role.DESK)


@pytest.fixture
def signed_in_with_app(with_an_app, type_password):
    browser = type_password(with_an_app.email)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    return browser


@pytest.fixture
def tell(ana):
    """Answers of hers, given at that moment."""

    def _tell(words=ANSWER, client=ana, now=None):
        reader = Reader("runner", None, None, "test")
        answers = Answers(1, (), text=words)
        health_checks.give(
            client, answers, form=Form.FULL, visit=None, reader=reader, now=now or timezone.now()
        )

    return _tell


@pytest.fixture
def note(kim):
    def _note(visit, words=NOTE):
        draft = Draft(Content(subjective=words), Privacy.THERAPISTS, revision=0, author=kim)
        reader = Reader("therapist", kim.user, None, "test")
        sign(visit, draft, reader=reader, now=timezone.now())

    return _note


@pytest.fixture
def treated(ana, visit, tell, note, clock):
    """Ana, with answers, a signed note of a month ago, a race, and a visit to come."""
    note(visit(ana, days=-30, status=Status.COMPLETED))
    visit(ana, days=3)
    factories.make_race(ana, name="Ana's Marathon")
    tell()
    clock.move_to(timezone.now() + timedelta(minutes=1))
    return ana


@pytest.fixture
def change_as():
    """What the desk's form sends when only these fields are typed anew, by whose browser it is."""

    def _change(browser, client, **typed):
        client = Client.objects.get(pk=client.pk)
        facts = details.facts_of(client)
        data = {**facts, "seen": sealed(facts), **typed}
        data["shared"] = data["email"]  # "they share a mailbox": it is sure
        data = {name: value for name, value in data.items() if value not in (None, False)}
        response = browser.post(f"/desk/clients/{client.pk}/edit/", data)
        assert response.status_code == 302, response.content.decode()
        changed = Client.objects.get(pk=client.pk)
        assert changed.email.lower() == typed.get("email", client.email).lower()
        return changed

    return _change
