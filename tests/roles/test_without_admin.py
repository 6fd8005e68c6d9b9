"""With Django's admin off, as it is in production, nothing needs it and no page leads to it."""

import re

import pytest
from django.urls import Resolver404, resolve

from tests.roles import addresses
from tests.roles.walk import *  # noqa: F403 - fixtures

LINK = re.compile(r'(?:href|action|hx-get|hx-post|formaction)="(/[^"#?]*)')
OF_THE_STAFF = ("desk", "owner", "uma", "kim")
FILES = ("/static/", "/media/")


@pytest.fixture
def without_admin():
    with addresses.without_admin():
        yield


def leads_nowhere(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return not path.startswith(FILES)
    return False


def test_no_page_of_the_staff_leads_to_it_or_anywhere_that_is_not(walked, without_admin):
    seen = [one for one in walked.answers if one.who in OF_THE_STAFF and one.page]
    seen = [one for one in seen if not one.name.startswith("admin")]
    links = {(one.name, path) for one in seen for path in LINK.findall(one.page)}
    assert len(seen) > 150
    assert not [one for one in links if leads_nowhere(one[1])]


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/bookings/client/"])
def test_there_is_no_such_page(owners, desks, client, without_admin, path):
    for browser in (owners, desks, client):
        assert browser.get(path).status_code == 404
