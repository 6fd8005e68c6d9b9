"""The one thing nobody else has: from a race's date to the mail that says when a session is due."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import days, journeys, later

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("somebody_free")]


def test_a_race_typed_on_the_home_page_leads_to_a_nudge_in_the_inbox(page, open_context, site, run):
    """Booked in one browser, answered in another, and nothing is told twice."""
    page.goto("/")
    journeys.type_the_date(page, days.today() + timedelta(weeks=16))
    page.get_by_label("Write to me").check()
    page.get_by_role("button", name="Show my plan").click()
    page.get_by_role("heading", name="Sessions that fit").wait_for()
    address = journeys.new_address()
    journeys.book(page, address)

    elsewhere = open_context(**days.PHONE).new_page()
    elsewhere.goto(journeys.link_in(site.inbox.wait_for(address), site))
    elsewhere.get_by_role("button", name="Yes, that’s me").click()
    expect(elsewhere.get_by_text("Your race is with us")).to_be_visible()

    run(later.FIRST_NUDGE.replace("ADDRESS", address))
    nudge = site.inbox.wait_for(address, about="next session")
    links = [journeys.path_of(one) for one in site.inbox.links(nudge)]
    assert any(one.startswith("/times/") for one in links), "no time to book by one press"
    elsewhere.goto(next(one for one in links if one.endswith("/plan/")))
    expect(elsewhere.get_by_role("heading", name="Sessions that fit")).to_be_visible()
