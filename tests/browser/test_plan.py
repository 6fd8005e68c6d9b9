"""From a race's date to a booked session of the plan, in a real browser."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import days, journeys
from tests.browser.conftest import WIDTHS
from tests.browser.days import fits

pytestmark = pytest.mark.browser


def enter_a_marathon(page: Page) -> None:
    """From the home page, without an account: a Sunday about sixteen weeks ahead."""
    day = days.today() + timedelta(weeks=16)
    sunday = day + timedelta(days=6 - day.weekday())
    page.goto("/")
    journeys.type_the_date(page, sunday)
    page.get_by_role("button", name="Show my plan").click()
    page.get_by_role("heading", name="Sessions that fit").wait_for()


def ribbon(page: Page):
    return page.locator(".plan-ribbon:visible")


def test_the_plan_is_for_everybody_and_fits(page, for_everybody):
    page.goto("/plan/")
    for_everybody(page, read_at=[390, 1440])
    enter_a_marathon(page)
    for_everybody(page, read_at=[390, 1440])
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Date of the race")).to_be_visible()
    for_everybody(page, read_at=[390, 1440])


def test_the_home_page_answers_while_the_date_is_typed(page, for_everybody):
    page.goto("/")
    answer, problem = page.locator("#answer"), page.locator("#race-problem")
    expect(answer).to_contain_text("These hills are a marathon’s.")
    page.get_by_label("Half", exact=True).check()
    expect(answer).to_contain_text("These hills are a half marathon’s.")
    day = days.today() + timedelta(weeks=16)
    journeys.type_the_date(page, day)
    expect(answer).to_contain_text("weeks to")
    expect(page.get_by_label("Year", exact=True)).to_be_focused()
    expect(page.locator("#land .flag-name:visible")).to_contain_text(f"{day.day} {day:%b}")
    for_everybody(page, (320, 390, 820, 1440), read_at=[390, 1440])
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).fill("2")
    expect(problem).to_contain_text("There is no such day.")
    expect(page.get_by_label("Day", exact=True)).to_have_value("31")
    for_everybody(page, (320, 390), read_at=[390])
    journeys.type_the_date(page, day)
    expect(problem).to_be_hidden()
    page.get_by_role("button", name="Show my plan").click()
    page.get_by_role("heading", name="Sessions that fit").wait_for()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("to your half marathon")
    for_everybody(page, (320, 390, 820, 1440), read_at=[390, 1440])


def test_a_therapists_page_is_for_everybody_and_fits(page, for_everybody):
    page.goto("/")
    page.locator(".person h3 a").first.click()
    expect(page.get_by_role("heading", name="Qualifications")).to_be_visible()
    for_everybody(page, (320, 820, 1440), read_at=[320, 1440])


def test_the_ribbon_is_whole_at_every_width(page):
    enter_a_marathon(page)
    for width in (320, *WIDTHS):
        page.set_viewport_size({"width": width, "height": 844})
        the_ribbon_is_whole(page)
        fits(page)


def the_ribbon_is_whole(page: Page) -> None:
    expect(ribbon(page)).to_have_count(1)
    for name in ("Base", "Build", "Taper", "Race week", "Recovery"):
        expect(ribbon(page).get_by_text(name, exact=True)).to_be_visible()
    box = ribbon(page).bounding_box()
    for words in ribbon(page).locator("text").all():
        place = words.bounding_box()
        assert box["x"] - 1 <= place["x"]
        assert place["x"] + place["width"] <= box["x"] + box["width"] + 1
        assert place["height"] >= 11


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


def tick_only(page: Page, count: int) -> None:
    """The first sessions that can be booked now."""
    ticks = page.locator("input[name='take']")
    for n in range(count):
        ticks.nth(n).check()


def book_three(page: Page, address: str) -> None:
    tick_only(page, 3)
    page.get_by_role("button", name="Book these 3 sessions").click()
    page.get_by_role("heading", name="Book your sessions").wait_for()
    journeys.fill_in(page, address)
    page.get_by_role("button", name="Book all of them").click()
    page.get_by_text("We hold these 3 times for you until").wait_for()


def postpone(page: Page, weeks: int) -> None:
    """As far as the page that says what changes."""
    page.get_by_role("link", name="Change").first.click()
    day = page.get_by_label("Date of the race")
    later = datetime.fromisoformat(day.input_value()) + timedelta(weeks=weeks)
    day.fill(later.date().isoformat())
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("heading", name="What changes").wait_for()


def calendar_files(letter) -> list[str]:
    return [part.get_content().decode() for part in letter.iter_attachments()]


def plan_in(letter, site) -> str:
    links = [journeys.path_of(link) for link in site.inbox.links(letter)]
    return next(link for link in links if link.endswith("/plan/"))


def test_a_runner_books_three_sessions_at_once_and_postpones_the_race(page, site, axe):
    enter_a_marathon(page)
    address = journeys.new_address()
    book_three(page, address)
    expect(page.locator(".proposal").get_by_text("Kept for you", exact=True)).to_have_count(3)
    letter = site.inbox.wait_for(address, about="your 3 appointments")
    uids = [re.findall("^UID:", one, re.MULTILINE) for one in calendar_files(letter)]
    assert [len(one) for one in uids] == [1, 1, 1]

    page.goto(plan_in(letter, site))
    page.get_by_role("button", name="Yes, keep my plan").click()
    expect(page.locator(".proposal").get_by_text("Kept for you", exact=True)).to_have_count(3)
    postpone(page, weeks=2)
    axe(page)
    questions = page.locator("fieldset.misfit")
    assert questions.count() >= 2
    moving = questions.filter(has=page.get_by_text("Move it to")).last
    moving.get_by_text("Move it to").first.click()
    page.get_by_role("button", name="Change the race, and do as I chose").click()
    page.get_by_text("1 appointment moved.").wait_for()
    site.inbox.wait_for(address, about="moved")
    assert len(site.inbox.all_to(address)) == 2


def test_booking_and_changing_a_plan_are_for_everybody_and_fit(page, for_everybody):
    enter_a_marathon(page)
    tick_only(page, 2)
    page.get_by_role("button", name="Book these 2 sessions").click()
    page.get_by_role("heading", name="Book your sessions").wait_for()
    for_everybody(page)
    page.get_by_role("button", name="Leave out").first.click()
    page.get_by_role("heading", name="Book your session", exact=True).wait_for()
    page.get_by_role("link", name="Back to your plan").click()
    postpone(page, weeks=3)
    for_everybody(page)


def test_the_pages_of_a_basket_work_without_javascript(open_context, site):
    page = open_context(java_script_enabled=False).new_page()
    enter_a_marathon(page)
    page.get_by_role("button", name="Book only this").last.click()
    address = journeys.new_address()
    journeys.fill_in(page, address)
    page.get_by_role("button", name="Book it").click()
    page.get_by_text("We hold this time for you until").first.wait_for()
    site.inbox.wait_for(address)


def test_the_plan_works_without_javascript(open_context):
    page = open_context(java_script_enabled=False).new_page()
    enter_a_marathon(page)
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Take it out of my plan").click()
    page.get_by_role("button", name="Take it out of my plan").click()
    expect(page.get_by_role("heading", name="See your plan")).to_be_visible()
