"""Every staff list that can be narrowed down remembers how, and shows a link that clears it."""

import re
from urllib.parse import urljoin

import pytest
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.core.roles import Role
from bookings.models import MailKind
from tests import factories

pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")
DIARY = "/diary/2026-12-01/"
# Each list: how it is narrowed down, what its page says of that, and the link that clears it.
LISTS = {
    "/desk/clients/": ("show=no-email", "No e-mail ·", "show="),
    "/desk/mails/": ("kind=confirmed", 'href="?kind=confirmed" aria-current="true"', "kind="),
    DIARY: ("filter=yes&therapist=kim-demo", "Therapists shown: 1 of 2", "filter=yes"),
    "/desk/history/": ("who=programs&what=bookings_race", '"programs" selected', "who="),
    "/health/accesses/": ("did=read", '"read" selected', "did="),
}


@pytest.fixture
def owner(client, clinic, booked, kim):
    factories.make_therapist("Lee")
    for kind in (MailKind.CONFIRMED, MailKind.MOVED):
        outbox.owe(kind, booked, now=timezone.now())
    client.force_login(factories.make_user("olu@example.com", role=Role.OWNER))
    return client


@pytest.mark.parametrize("url", LISTS)
def test_a_list_is_narrowed_down_as_it_was_until_that_is_cleared(owner, url):
    query, told, clears = LISTS[url]
    assert told not in owner.get(url).content.decode()
    assert told in owner.get(f"{url}?{query}").content.decode()
    owner.get("/desk/")
    page = owner.get(url).content.decode()
    assert told in page
    link = re.search(rf'href="([^"]*[?;&]{clears})"', page)
    assert link, "no link in sight clears it"
    assert told not in owner.get(urljoin(url, link[1].replace("&amp;", "&"))).content.decode()
    assert told not in owner.get(url).content.decode()


def test_what_is_typed_to_search_is_not_remembered(owner):
    owner.get("/desk/clients/?q=nobody-of-this-name&show=")
    assert "Nobody is found" not in owner.get("/desk/clients/").content.decode()


def test_who_begins_later_is_shown_where_all_were_ticked(owner):
    owner.get(f"{DIARY}?filter=yes&therapist=kim-demo&therapist=lee")
    factories.make_therapist("Max")
    assert "Therapists shown: all" in owner.get(DIARY).content.decode()
