"""Every page of the runner's: for everybody, at every width, in both colour schemes."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browser import days, journeys, logins

pytestmark = pytest.mark.browser


def every_page(page: Page, site):
    """Goes through the runner's pages, and stops at each."""
    for path in ("/", "/terms/", "/accounts/login/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(path)
        yield
    journeys.open_picker(page)
    yield
    journeys.choose_a_time(page)
    page.wait_for_selector("[data-clock]:visible")
    yield
    address = journeys.new_address()
    journeys.fill_in(page, "not-an-address", name="A" * 300)
    journeys.send(page)
    page.get_by_role("alert").wait_for()
    yield
    journeys.fill_in(page, address)
    page.get_by_role("link", name="Choose another time").click()
    journeys.choose_a_far_day(page)
    journeys.choose_a_time(page)
    journeys.fill_in(page, address)
    journeys.send(page)
    page.get_by_text("is on its way to").wait_for()
    yield
    page.goto(journeys.link_in(site.inbox.wait_for(address), site))
    yield
    with page.expect_navigation():
        page.get_by_role("link", name="Move", exact=True).click()
    yield
    journeys.choose_a_time(page)
    page.get_by_role("button", name="Move my appointment").wait_for()
    yield
    with page.expect_navigation():
        page.get_by_role("link", name="Keep it as it is").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Cancel", exact=True).click()
    yield
    page.get_by_role("button", name="Cancel the appointment").click()
    page.get_by_role("link", name=re.compile("^(Book|Same) again$")).wait_for()
    yield


# In the place of what is in the books, and the other way round.
LONGEST = """
from bookings.models import Treatment
Treatment.objects.filter(name="{}").update(name="{}")
"""
LONG, USUAL = "Muskelfunktionsdiagnostikmassage 45", "Sports massage 60"


def pages_of_a_client(page: Page, site, run):
    """Behind a mail's links, of somebody with a race and a visit."""
    page.goto("/")
    journeys.type_the_date(page, days.today() + timedelta(weeks=16))
    page.get_by_role("button", name="Show my plan").click()
    address = journeys.new_address()
    journeys.book(page, address, name="Ana " + "Wolfeschlegelsteinhausenbergerdorff" * 2)
    letter = site.inbox.wait_for(address)
    page.goto(journeys.link_in(letter, site))
    page.get_by_role("button", name="Yes, that’s me").click()
    page.get_by_text("Your race is with us").wait_for()
    run(LONGEST.format(USUAL, LONG))
    page.reload()
    yield
    links = [journeys.path_of(link) for link in site.inbox.links(letter)]
    for start in ("/your-appointments/", "/mails/"):
        page.goto(next(link for link in links if link.startswith(start)))
        yield
    here = journeys.link_in(letter, site)
    for path in ("plan/", "health/"):
        page.goto(here + path)
        yield
    page.goto("/therapists/ines-carrow/")
    yield
    page.goto("/protocol/")
    yield
    logins.let_in(page, "runner")
    for path in ("/account/", "/account/week/", "/account/data/", "/plan/"):
        page.goto(path)
        yield


def test_what_a_client_opens_from_a_mail_is_for_everybody_and_fits_the_longest_words(
    page, site, run, for_everybody
):
    try:
        for _ in pages_of_a_client(page, site, run):
            for_everybody(page, (320, 390, 1440), read_at=[390])
    finally:
        run(LONGEST.format(LONG, USUAL))


def test_every_page_is_for_everybody_and_fits_and_asks_nobody_else_for_anything(
    page, site, for_everybody
):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in every_page(page, site):
        for_everybody(page, (320, 390, 820), read_at=[820])
    assert asked
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_systems_setting_decides_between_light_and_dark(open_context, scheme, dark):
    page = open_context(color_scheme=scheme).new_page()
    page.goto("/")
    red = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(red) < 60) == dark
