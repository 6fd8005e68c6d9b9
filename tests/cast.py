"""The cast of every test: one small clinic that is open every day, and the people in it.

`factories` make more of the same. A test that needs somebody to be different says how, in a
fixture of the same name that asks for this one.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import update_last_login
from django.test import Client as Browser
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import User
from clinic.accounts.sessions import SessionStore
from tests import factories
from tests.clock import CLOCK, Clock, instant_of
from tests.reading import present


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        CLOCK.install()


@pytest.fixture(autouse=True)
def clock(request) -> Iterator[Clock]:
    """The one clock; `clock.move_to(instant)` puts it elsewhere until the test ends."""
    instant = instant_of(request.node)
    if instant is None:
        CLOCK.be_real()
        yield CLOCK
    else:
        with CLOCK.standing_at(instant):
            yield CLOCK


@pytest.fixture
def clinic(db):
    return factories.make_clinic()


@pytest.fixture
def today(clinic) -> date:
    """On the clinic's clock."""
    return clinic.day_of(timezone.now())


@pytest.fixture
def at(clinic, today):
    """An instant so many days from today, at a wall-clock time of the clinic."""

    def _at(days: int, hour: int, minute: int = 0) -> datetime:
        wall = datetime.combine(today + timedelta(days=days), time(hour, minute), clinic.tz)
        return wall.astimezone(UTC)

    return _at


@pytest.fixture
def start(at) -> datetime:
    """Ten o'clock, three days from now."""
    return at(3, 10)


@pytest.fixture
def room(clinic):
    return factories.make_room("Room 1")


@pytest.fixture
def kim(clinic):
    """A therapist who works every day from nine to five, and has a login."""
    user = factories.make_user("kim@example.com")
    kim = factories.make_therapist("Kim Demo", initials="KD", user=user)
    factories.make_week(kim)
    return kim


@pytest.fixture
def lee(clinic):
    """Another therapist, who gives no treatment and works at no hours unless a test says so."""
    user = factories.make_user("lee@example.com")
    return factories.make_therapist("Lee Demo", initials="LD", user=user)


@pytest.fixture
def massage(kim, room):
    """An hour with Kim."""
    return factories.make_treatment("Sports massage", therapists=[kim], minutes=60, price=60)


@pytest.fixture
def ana(clinic):
    """A runner with a login, whose address is proved."""
    user = factories.make_user("ana@example.com")
    return factories.make_client(
        "Ana Demo", email="ana@example.com", phone="07700 900123", user=user
    )


@pytest.fixture
def ana_wants_nudges(ana) -> None:
    ana.wants_nudges = True
    ana.save()


@pytest.fixture
def booked(massage, kim, room, start):
    """A visit of an Ana without a login, booked an hour ago from an address nobody has proved."""
    ana = factories.make_client("Ana Demo", email="ana@example.com", proved_at=None)
    return factories.make_appointment(
        starts_at=start,
        treatment=massage,
        therapist=kim,
        room=room,
        client=ana,
        booked_at=timezone.now() - timedelta(hours=1),
    )


@pytest.fixture
def signed_in():
    """A browser of that login."""

    def _signed_in(user):
        return sign_in(Browser(), user)

    return _signed_in


def sign_in(browser: Browser, user: User) -> Browser:
    """As the browser's own `force_login`, which takes three sessions to leave one."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    [session[BACKEND_SESSION_KEY]] = settings.AUTHENTICATION_BACKENDS
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = present(session.session_key)
    update_last_login(User, user)
    return browser


@pytest.fixture
def anas(ana, signed_in):
    return just_asked(signed_in(ana.user))


def just_asked(browser: Browser) -> Browser:
    """As if whoever has signed in there had been asked this moment whether it is still them."""
    session = browser.session
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    now = timezone.now().timestamp()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, {"method": "code", "at": now}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session.get(SESSION_KEY)
    session.save()
    return browser


@pytest.fixture
def kims(kim, signed_in):
    return signed_in(kim.user)


@pytest.fixture
def lees(lee, signed_in):
    return signed_in(lee.user)


@pytest.fixture
def desks(clinic, signed_in):
    return signed_in(factories.make_user("desk@example.com", role=Role.DESK))


@pytest.fixture
def owners(clinic, signed_in):
    return signed_in(factories.make_user("owner@example.com", role=Role.OWNER))
