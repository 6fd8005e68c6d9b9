"""The runner's way through the pages, in a real browser, to the mail in the inbox and back."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Request, expect

from tests.browser import days, journeys

pytestmark = pytest.mark.browser
A_WHILE = 120  # seconds that nobody takes to stop a clock


@pytest.mark.parametrize("leave", ["Just book", "Take it", "See times for Sports massage 60"])
def test_a_race_typed_on_the_home_page_goes_along_whichever_way_one_leaves_it(page, leave):
    page.goto("/")
    journeys.type_the_date(page, days.today() + timedelta(weeks=16))
    page.get_by_role("button" if "See" not in leave else "link", name=leave).first.click()
    if leave != "Take it":
        expect(page.get_by_label("Day", exact=True)).to_have_count(0)
        page.goto("/plan/")
        expect(page.get_by_role("heading", name="Sessions that fit")).to_be_visible()
    else:
        expect(page.get_by_text("Your race goes with this booking")).to_be_visible()


def test_home_to_confirmed_takes_four_clicks_and_two_fields_at_most(page, clicks):
    page.goto("/")
    page.get_by_role("button", name="Just book").click()
    page.get_by_role("link", name=re.compile("^See times for")).first.click()
    page.locator("button.start:visible").last.click()
    assert len(clicks) <= 3, clicks
    required = page.locator("input[required]:visible")
    expect(required).to_have_count(2)
    for field, text in zip(required.all(), ("Ana Demo", journeys.new_address()), strict=True):
        field.fill(text)
    journeys.send(page)
    expect(page.get_by_text("is on its way to")).to_be_visible()
    assert len(clicks) <= 4, clicks


def test_a_free_time_of_the_home_page_is_booked_by_two_presses(page, clicks):
    page.goto("/")
    page.get_by_role("button", name=re.compile("Take it")).first.click()
    journeys.fill_in(page, journeys.new_address())
    journeys.send(page)
    expect(page.get_by_text("is on its way to")).to_be_visible()
    assert len(clicks) == 2, clicks


def test_book_read_the_mail_move_and_cancel(page, site, open_context):
    address = journeys.new_address()
    journeys.book(page, address)

    mailed = journeys.link_in(site.inbox.wait_for(address), site)
    at_home = open_context().new_page()
    at_home.goto(mailed)
    at_home.get_by_role("button", name="Yes, that’s me").click()
    expect(at_home.get_by_text("Your email address is confirmed")).to_be_visible()

    at_home.get_by_role("link", name="Move", exact=True).click()
    clock = journeys.choose_a_time(at_home)
    at_home.get_by_role("button", name="Move my appointment").click()
    expect(at_home.get_by_text("Your appointment has been moved")).to_be_visible()
    expect(at_home.locator(".when-large")).to_contain_text(clock)
    site.inbox.wait_for(address, about="moved")

    at_home.get_by_role("link", name="Cancel", exact=True).click()
    at_home.get_by_label("Would you tell us why?").select_option(label="Something else")
    at_home.get_by_role("button", name="Cancel the appointment").click()
    expect(at_home.get_by_text("Your appointment is cancelled")).to_be_visible()
    site.inbox.wait_for(address, about="cancelled")

    page.reload()  # whoever booked has not shown there that the mailbox is theirs
    expect(page.get_by_role("heading", name="Please open it from our email")).to_be_visible()


def test_the_calendar_file_can_be_downloaded(page):
    journeys.book(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to calendar").click()
    assert download.value.suggested_filename == "appointment.ics"


def test_a_keyboard_is_enough(page):
    page.goto("/")

    def tab_to(selector: str, most: int = 200) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"never reached {selector}")

    tab_to(".need a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/**")
    tab_to(".days a:not(.is-full)")
    page.keyboard.press("Enter")
    expect(page.locator("#times-title")).to_be_focused()
    tab_to("button.start")
    page.keyboard.press("Enter")
    page.wait_for_url("**/details/**")
    tab_to("#id_name")
    page.keyboard.type("Ana Demo")
    tab_to("#id_email", most=1)
    page.keyboard.type(journeys.new_address())
    tab_to("#id_phone", most=1)
    tab_to("a[href$='/terms/']", most=1)
    tab_to("a[href$='/privacy/']", most=1)
    tab_to("form .btn-primary", most=1)
    page.keyboard.press("Enter")
    expect(page.get_by_text("is on its way to")).to_be_visible()


def test_what_is_booked_is_read_before_the_form_that_books_it(page):
    """In the page's own order, as a screen reader goes, and the list of mistakes is where it is."""
    journeys.open_picker(page)
    journeys.choose_a_time(page)
    words = page.locator("main").aria_snapshot()
    assert words.index("Sports massage 60") < words.index('textbox "Name"')
    journeys.send(page)
    expect(page.locator(".note-danger")).to_be_focused()


def test_the_pages_work_without_javascript(open_context, site):
    page = open_context(java_script_enabled=False).new_page()
    address = journeys.new_address()
    journeys.open_picker(page)
    journeys.choose_a_far_day(page)
    assert page.url.endswith("#times")
    journeys.choose_a_time(page)
    expect(page.locator(".countdown")).to_contain_text(
        re.compile(r"We are keeping this time for you until \d\d:\d\d")
    )
    page.go_back()
    page.go_forward()  # which sends nothing, and asks nobody whether it may
    journeys.fill_in(page, address)
    journeys.send(page)
    expect(page.get_by_text("is on its way to")).to_be_visible()
    page.get_by_role("link", name="Move", exact=True).click()
    journeys.choose_a_time(page)
    page.get_by_role("button", name="Move my appointment").click()
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_text("Your appointment is cancelled")).to_be_visible()


def test_the_countdown_runs_and_is_said_aloud_at_five_two_and_one_minutes(page):
    page.clock.install()
    journeys.open_picker(page)
    journeys.choose_a_time(page)
    clock, says = page.locator("[data-clock]"), page.locator("[data-countdown-says]")
    expect(clock).to_be_visible()
    expect(says).to_have_text("")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + A_WHILE)

    def left() -> int:
        minutes, seconds = clock.inner_text().split(":")
        return int(minutes) * 60 + int(seconds)

    assert 5 * 60 < left() <= 10 * 60 - A_WHILE
    for minutes, words in ((5, "5 minutes left"), (2, "2 minutes left"), (1, "1 minute left")):
        page.clock.run_for(1000 * (left() - minutes * 60))
        assert left() == minutes * 60
        expect(says).to_contain_text(words)
    page.clock.run_for(1000 * left())
    expect(page.locator(".countdown")).to_contain_text("no longer kept")


def test_a_tab_whose_time_another_tab_has_ended_counts_down_no_longer(page):
    tabs = [page, page.context.new_page()]
    for number, tab in enumerate(tabs):
        journeys.open_picker(tab)
        tab.locator("button.start:visible").nth(number).click()
        expect(tab.locator("[data-clock]")).to_be_visible()
    expect(tabs[0].locator(".countdown")).to_contain_text("no longer kept")
    expect(tabs[1].locator("[data-clock]")).to_be_visible()
    journeys.fill_in(tabs[0], journeys.new_address())
    journeys.send(tabs[0])  # it is booked all the same, being free
    expect(tabs[0].get_by_text("is on its way to")).to_be_visible()
    tabs[1].bring_to_front()
    tabs[1].evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tabs[1].locator(".countdown")).to_contain_text("no longer kept")


def test_going_back_after_booking_leads_to_the_appointment(page):
    appointment = journeys.book(page)
    page.go_back()
    expect(page).to_have_url(appointment)


def test_bad_input_is_said_in_the_page_and_nothing_is_lost(page):
    journeys.open_picker(page)
    journeys.choose_a_time(page)
    journeys.fill_in(page, "not-an-address", name="A" * 300)
    page.get_by_label("Phone").fill("020 7946 0000")
    journeys.send(page)
    expect(page.get_by_role("alert")).to_contain_text("at most 200 characters; this has 300")
    assert page.get_by_label("Name").input_value() == "A" * 300
    assert page.get_by_label("Email").input_value() == "not-an-address"
    assert page.get_by_label("Phone").input_value() == "020 7946 0000"
    expect(page.locator("[data-clock]")).to_be_visible()


def test_the_form_that_answers_a_press_is_read_again_and_nothing_sent_twice(page):
    """Loaded anew, left, come back to: at an address of its own, which holds nothing."""
    journeys.open_picker(page)
    journeys.choose_a_time(page)
    expect(page).to_have_url(re.compile(r"/details/\?start="))
    methods: list[str] = []

    def note(asked: Request) -> None:
        if asked.is_navigation_request():
            methods.append(asked.method)

    page.on("request", note)
    page.reload()
    expect(page.locator("[data-clock]")).to_be_visible()
    page.go_back()
    expect(page.locator("button.start:visible").first).to_be_visible()
    page.go_forward()
    expect(page.locator("[data-clock]")).to_be_visible()
    assert set(methods) == {"GET"}


def test_a_time_that_went_meanwhile_is_answered_with_the_nearest(page, open_context):
    other = open_context().new_page()
    for one in (page, other):
        journeys.open_picker(one, "Pre-race 30")
        journeys.choose_a_therapist(one)
    page.locator("button.start:visible").last.click()
    page.wait_for_url("**/details/**")
    other.locator("button.start:visible").last.click()
    expect(other.get_by_role("alert")).to_contain_text("has just been taken")
    expect(other.locator(".nearest button")).to_have_count(3)
    other.locator(".nearest button").first.click()
    expect(other.get_by_role("heading", name="Your details")).to_be_visible()


def test_what_was_typed_survives_a_time_taken_while_it_was_typed(page, open_context, axe):
    """The second visitor's form is made to ask for the very time that the first one holds."""
    other, address = open_context().new_page(), journeys.new_address()
    for one in (page, other):
        journeys.open_picker(one, "Post-race 45")
        journeys.choose_a_therapist(one)
        journeys.choose_a_far_day(one)
    page.locator("button.start:visible").last.click()
    page.wait_for_url("**/details/**")
    held = page.locator("input[name=start]").get_attribute("value")
    other.locator("button.start:visible").first.click()
    journeys.fill_in(other, address, name="Bo Demo")
    other.locator("input[name=start]").evaluate("(field, start) => field.value = start", held)
    journeys.send(other)
    expect(other.get_by_role("alert")).to_contain_text("What you typed is kept")
    axe(other)
    expect(other.locator(".nearest button")).to_have_count(3)
    other.get_by_label("Name").fill("Bo Demo-Smith")
    other.locator(".nearest button").first.click()
    expect(other.get_by_label("Name")).to_have_value("Bo Demo-Smith")
    expect(other.get_by_label("Email")).to_have_value(address)
    journeys.send(other)
    expect(other.get_by_text("is on its way to")).to_be_visible()


@pytest.mark.parametrize(
    ("zone", "told"),
    [("America/New_York", True), ("Europe/London", False), ("Europe/Jersey", False)],
)
def test_a_device_on_another_clock_is_told_that_times_are_the_clinics(open_context, zone, told):
    page = open_context(timezone_id=zone).new_page()
    journeys.open_picker(page)
    note = page.locator("[data-zone]")
    expect(note).to_be_visible(visible=told)
    if told:
        expect(note).to_contain_text("New York time")
    expect(page.get_by_text("Times are London time.")).to_be_visible()
    first = page.locator("button.start:visible").first
    start = datetime.fromisoformat(first.get_attribute("value"))
    assert first.locator("b").inner_text() == f"{start.astimezone(days.ZONE):%H:%M}"


def test_on_a_phone_focus_goes_to_the_times_under_the_chosen_day(open_context):
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    journeys.open_picker(page)
    journeys.choose_a_far_day(page)
    expect(page.locator("#times-title")).to_be_focused()
    expect(page.locator("button.start:visible").first).to_be_in_viewport()
    expect(page.locator(".days [aria-current]")).to_be_in_viewport()


def test_the_filter_keeps_focus_and_the_page_keeps_its_address(page):
    journeys.open_picker(page)
    page.locator(".choices a").nth(2).click()
    expect(page).to_have_url(re.compile("therapist="))
    expect(page.locator(".choices li:nth-child(3) a")).to_be_focused()
    page.go_back()
    expect(page.locator(".choices li:first-child a")).to_have_attribute("aria-current", "true")
