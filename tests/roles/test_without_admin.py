"""With Django's admin off, as it is in production, nothing needs it and no page leads to it."""

import re
from importlib import reload

import pytest
from django.urls import Resolver404, clear_url_caches, resolve

from clinic import urls
from tests.roles.addresses import every_page
from tests.roles.world import make_world

LINK = re.compile(r'(?:href|action|hx-get|hx-post|formaction)="(/[^"#?]*)')
OF_THE_STAFF = ("desk", "uma", "kim")
FILES = ("/static/", "/media/")


@pytest.fixture
def without_admin(settings):
    """As the web server reads it at start, without ADMIN in its environment."""
    settings.ADMIN = False
    _read_again()
    yield
    settings.ADMIN = True
    _read_again()


def _read_again() -> None:
    clear_url_caches()
    reload(urls)


def leads_nowhere(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return not path.startswith(FILES)
    return False


def test_no_page_of_the_staff_leads_to_it_or_anywhere_that_is_not(db, settings, without_admin):
    settings.LIMIT_SIGNING_IN = False
    world = make_world()
    pages = sorted(set(every_page(world.argument)))
    assert not [name for name, _url in pages if name.startswith("admin")]
    seen, dead = 0, set()
    for who in OF_THE_STAFF:
        for name, url in pages:
            answer = world.browsers[who].get(url) if "logout" not in name else None
            if answer is None or answer.status_code != 200 or answer.streaming:
                continue
            seen += 1
            dead |= {(name, path) for path in LINK.findall(answer.text) if leads_nowhere(path)}
    assert seen > 150
    assert not dead


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/bookings/client/"])
def test_there_is_no_such_page(owners, desks, client, without_admin, path):
    for browser in (owners, desks, client):
        assert browser.get(path).status_code == 404
