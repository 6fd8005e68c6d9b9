"""No page falls over, whatever stands behind its address: each as everybody, with every name that
a page of ours or of the admin's reads, and each of the admin's days at the ends of time."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import cycle, islice, product

import pytest
from django.conf import settings as configured
from django.contrib import admin
from django.db import connection
from django.db.models import DateField
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.admin.base import Bounded
from bookings.core.clients.search_text import LONGEST_SEARCH, MOST_TERMS
from tests.attacks.test_every_form import NASTY, THOROUGH
from tests.house.test_floors import APPS, ROOT
from tests.page_forms import forms_of
from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.walk import pages
from tests.roles.world import make_world, undone

READ = re.compile(r"""GET(?:\.get|\.getlist)?[(\[]["'](\w+)["']|["'](\w+)["'] in request\.GET""")
DAYS = ("9999-12-31", "0001-01-01", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00")
ADMINS = {"q", "p", "o", "all", "term", "app_label", "model_name", "field_name"}
PROBES = ("health", "readyz", "metrics")  # 503 where something is not well
VALUES = [*(value.decode(errors="replace")[:300] for value in NASTY.values()), *DAYS]
ENDS = [
    *((year, month, day) for year in (1, 9999) for month, day in ((1, 1), (12, 31), (12, None))),
    (1, None, None), (9999, None, None), (10_000, 1, 1), (0, 0, 0), (-1, 13, 99), (2026, 2, 30),
    ("\0", "x", "9" * 400), (2026, "٣", "1e3"),
]  # fmt: skip
LOOKUPS = ("", "__gte", "__lt", "__date", "__exact", "__isnull", "__in", "__range")
AT_THE_ENDS = [*DAYS, f"{DAYS[1]},{DAYS[0]}", "x", "\0"]


@pytest.fixture
def world(db, settings):
    settings.LIMIT_SIGNING_IN = False
    return make_world()


@pytest.fixture
def owner(world):
    browser = world.browsers["owner"]
    browser.raise_request_exception = False
    return browser


def names_read() -> set[str]:
    """What our own pages ask a query for by name."""
    modules = (path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))
    return {one or other for text in modules for one, other in READ.findall(text)}


def asked(browser, url: str, query: Mapping[str, str | int]) -> tuple[int, str]:
    with undone(browser):
        response = browser.get(url, query)
        content = b"".join(response)
    is_page = response.get("Content-Type", "").startswith("text/html")
    return response.status_code, content.decode() if is_page else ""


def fields_of(page: str) -> set[str]:
    forms = (form for form in forms_of(page) if form.method == "get")
    return {name for form in forms for name in form.sent}


@pytest.mark.parametrize("who", ["nobody", "ana", "kim", "owner"])
def test_no_page_falls_over_whatever_its_query_holds(world, walked, who):
    """To each that opens one value in turn; all of them where there is time."""
    browser, fell, names = world.browsers[who], [], names_read()
    browser.raise_request_exception = False
    assert {"q", "page", "day", "therapist"} <= names
    usual = walked.of(who)
    opening = ("200", "302") if THOROUGH else ("200",)
    for number, (name, url) in enumerate(pages(world)):
        if name.startswith(PROBES) or usual[name].got[0] not in opening:
            continue
        every = fields_of(usual[name].page) | (ADMINS if name.startswith("admin:") else names)
        some = VALUES if THOROUGH else [VALUES[number % len(VALUES)]]
        for value in some:
            if asked(browser, url, dict.fromkeys(every, value))[0] >= 500:
                fell.append(f"{name} {url}: {value[:40]!r}")
    assert not fell, "\n".join(fell)


@pytest.mark.parametrize("page", ["/desk/clients/?q=%00", "/health/accesses/?who=%00",
    "/desk/clients/{ana}/merge/?q=%00a", "/admin/bookings/client/?q=%00", "/desk/?%00=1",
    "/admin/autocomplete/?app_label=bookings&model_name=race&field_name=client&term=%00",
])  # fmt: skip
def test_a_nul_is_as_if_it_had_not_been_typed(world, owner, page):
    assert owner.get(page.format(ana=world.ana.pk)).status_code in (200, 302)


def test_a_nul_in_an_address_or_a_cookie_finds_nothing(world, clinic):
    browser = Browser(raise_request_exception=False)
    for url in ("/book/%00/", "/calendar/%00.ics", "/appointments/%00/", "/diary/week/%00/"):
        assert browser.get(url).status_code in (404, 302), url
    for name in (configured.SESSION_COOKIE_NAME, configured.CSRF_COOKIE_NAME):
        for value in ("abcdefgh\0ijkl", '"abcdefgh\\000ijkl"'):
            answer = browser.get("/account/", headers={"cookie": f"{name}={value}"})
            assert answer.status_code == 302, (name, value)


# The admin's lists


def lists() -> list[tuple[str, admin.ModelAdmin]]:
    return [
        (reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), one)
        for model, one in admin.site._registry.items()
    ]


def dates_of(one: admin.ModelAdmin) -> set[str]:
    """The fields of a list by whose days one may ask."""
    fields = {field.name for field in one.model._meta.fields if isinstance(field, DateField)}
    return fields | ({one.date_hierarchy} if one.date_hierarchy else set())


@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime:RuntimeWarning")
def test_each_list_of_the_admin_answers_at_the_ends_of_time(owner):
    """To each of its dates one day and one comparison in turn; all of them where there is time."""
    fell, tried = [], 0
    ends, compared = cycle(ENDS), cycle(product(LOOKUPS, AT_THE_ENDS))
    for url, one in lists():
        for name in sorted(dates_of(one)):
            queries = [parts_of(name, *end) for end in islice(ends, len(ENDS) if THOROUGH else 1)]
            pairs = islice(compared, len(LOOKUPS) * len(AT_THE_ENDS) if THOROUGH else 1)
            queries += [{f"{name}{lookup}": value} for lookup, value in pairs]
            fell += [f"{url} {query}" for query in queries if asked(owner, url, query)[0] >= 500]
            tried += len(queries)
    assert tried > 2 * len(LOOKUPS) * len(AT_THE_ENDS)
    assert not fell, "\n".join(fell)


def parts_of(name: str, *parts) -> dict[str, int | str]:
    of_parts = zip(("year", "month", "day"), parts, strict=True)
    return {f"{name}__{part}": value for part, value in of_parts if value is not None}


@pytest.mark.fixed_clock
def test_a_day_within_time_is_still_shown(owner):
    today = date(2026, 12, 3)
    query = {f"starts_at__{part}": getattr(today, part) for part in ("year", "month", "day")}
    status, page = asked(owner, reverse("admin:bookings_appointment_changelist"), query)
    assert status == 200
    assert "Massage" in page


def test_every_list_of_the_admin_is_bounded():
    for _, one in lists():
        assert isinstance(one, Bounded), one


# Searches


OF_RACES = {"app_label": "bookings", "model_name": "race", "field_name": "client"}
LONG = {"terms": "a " * 1500, "letters": "a" * 3000, "quotes": '"' * 3000, "marks": "a-1(" * 800}


@pytest.mark.parametrize("kind", LONG)
def test_a_search_asks_for_a_few_terms_however_many_are_typed(world, owner, kind):
    """Each term is a condition more, and costs the database as much again."""
    ana = world.ana.pk
    pages = [(url, "q") for url, one in lists() if one.search_fields]
    pages += [
        ("/desk/clients/", "q"), (f"/desk/clients/{ana}/merge/", "q"), ("/diary/new/", "who"),
        ("/health/accesses/", "who"), ("/desk/history/", "whom"),
        ("/admin/autocomplete/", "term"),
    ]  # fmt: skip
    for url, name in pages:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = owner.get(url, {**OF_RACES, name: LONG[kind]}, follow=True)
        assert answer.status_code in (200, 422), url
        likes = max(query["sql"].upper().count(" LIKE ") for query in seen)
        assert likes <= 6 * MOST_TERMS, (url, likes)
        assert not [one for one in seen if "a" * (LONGEST_SEARCH + 1) in one["sql"]], url


def test_what_people_search_for_is_found_as_before(world, owner):
    for url in ("/admin/bookings/client/", "/desk/clients/"):
        page = owner.get(url, {"q": "ana demo ana@example.com"}).content.decode()
        assert "Ana Demo" in page
        assert "Bo Demo" not in page
