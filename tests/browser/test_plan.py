"""From a race's date to a booked session of the plan, in a real browser."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import journeys

pytestmark = pytest.mark.browser


def enter_a_marathon(page: Page) -> None:
    """From the home page, without an account: a Sunday about sixteen weeks ahead."""
    day = datetime.now(UTC).date() + timedelta(weeks=16)
    sunday = day + timedelta(days=6 - day.weekday())
    page.goto("/")
    page.get_by_role("link", name="See your plan", exact=True).click()
    page.get_by_label("Date of the race").fill(sunday.isoformat())
    page.get_by_label("Distance").select_option("Marathon")
    page.get_by_role("button", name="Show my plan").click()
    page.get_by_role("heading", name="Sessions that fit").wait_for()


def ribbon(page: Page):
    return page.locator(".plan-ribbon:visible")


def wider_than_the_screen(page: Page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_plan_breaks_no_rule_of_accessibility(open_context, axe, scheme, width):
    viewport = {"width": width, "height": 844}
    page = open_context(color_scheme=scheme, viewport=viewport).new_page()
    page.goto("/plan/")
    axe(page)
    enter_a_marathon(page)
    axe(page)
    page.get_by_role("link", name="Change").click()
    axe(page)


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_the_ribbon_is_whole_at_every_width(open_context, width):
    page = open_context(viewport={"width": width, "height": 844}).new_page()
    enter_a_marathon(page)
    expect(ribbon(page)).to_have_count(1)
    for name in ("Base", "Build", "Taper", "Race week", "Recovery"):
        expect(ribbon(page).get_by_text(name, exact=True)).to_be_visible()
    assert wider_than_the_screen(page) <= 0
    box = ribbon(page).bounding_box()
    for words in ribbon(page).locator("text").all():
        place = words.bounding_box()
        assert box["x"] - 1 <= place["x"]
        assert place["x"] + place["width"] <= box["x"] + box["width"] + 1
        assert place["height"] >= 11
    page.locator(".more summary").first.wait_for(state="attached")
    page.get_by_role("link", name="Change").click()
    assert wider_than_the_screen(page) <= 0


def test_no_words_of_the_ribbon_lie_on_others(open_context):
    page = open_context(viewport={"width": 1440, "height": 844}).new_page()
    enter_a_marathon(page)
    boxes = [one.bounding_box() for one in ribbon(page).locator("text.name").all()]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            assert beside or abs(one["y"] - other["y"]) >= one["height"] - 2


def test_without_an_account_a_session_is_booked_and_the_plan_kept(page, site):
    enter_a_marathon(page)
    second = page.locator(".proposal").nth(1)
    second.locator("button.start").last.click()
    address = journeys.new_address()
    journeys.fill_in(page, address)
    journeys.send(page)
    page.get_by_text("You are booked.").wait_for()
    page.goto(journeys.link_in(site.inbox.wait_for(address), site))
    page.get_by_role("link", name="See your plan").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".proposal").nth(1).get_by_text("Booked", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("/appointments/.*/plan/"))


def test_the_plan_works_without_javascript(open_context):
    page = open_context(java_script_enabled=False).new_page()
    enter_a_marathon(page)
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Take it out of my plan").click()
    expect(page.get_by_role("heading", name="See your plan")).to_be_visible()
