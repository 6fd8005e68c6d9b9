"""From a race's date to a booked session of the plan, in a real browser."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import days, journeys
from tests.browser.conftest import WIDTHS
from tests.browser.days import box_of, fits

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("somebody_free")]
NAMED = """
from bookings.models import Treatment
Treatment.objects.filter(slug="sports-massage-60").update(name="{}")
"""


def enter_a_marathon(page: Page) -> None:
    """From the home page, without an account: a Sunday about sixteen weeks ahead."""
    day = days.today() + timedelta(weeks=16)
    sunday = day + timedelta(days=6 - day.weekday())
    page.goto("/")
    journeys.type_the_date(page, sunday)
    page.get_by_role("button", name="Show my plan").click()
    page.get_by_role("heading", name="Sessions that fit").wait_for()
    page.wait_for_load_state()


def hills(page: Page):
    return page.locator(".plan-hills .hills")


def test_the_plan_is_for_everybody_and_fits(page, for_everybody):
    page.goto("/plan/")
    for_everybody(page)
    enter_a_marathon(page)
    for_everybody(page)
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Date of the race")).to_be_visible()
    for_everybody(page)


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
    for_everybody(page, (320, 390, 820, 1440))
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
    for_everybody(page, (320, 390, 820, 1440))


def test_a_therapists_page_is_for_everybody_and_fits(page, for_everybody):
    page.goto("/")
    page.locator(".person h3 a").first.click()
    expect(page.get_by_role("heading", name="Qualifications")).to_be_visible()
    for_everybody(page, (320, 820, 1440))


def test_the_hills_are_as_wide_as_the_page_and_their_words_touch_no_others(page):
    enter_a_marathon(page)
    for width in (320, *WIDTHS):
        page.set_viewport_size({"width": width, "height": 844})
        the_words_are_apart(page)
        fits(page)
    assert box_of(hills(page))["width"] > 900


def the_words_are_apart(page: Page) -> None:
    """Today, months, phases and races."""
    words = page.locator(".plan-hills text:visible").filter(has_text=re.compile("[A-Za-z]"))
    boxes = [(one.text_content(), box_of(one)) for one in words.all()]
    assert {"Today", "Base"} <= {text for text, _ in boxes}
    for i, (text, one) in enumerate(boxes):
        assert one["height"] >= 11
        for other_text, other in boxes[i + 1 :]:
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            apart = one["y"] + one["height"] <= other["y"] + 2
            apart |= other["y"] + other["height"] <= one["y"] + 2
            assert beside or apart, (text, other_text)


def tick_only(page: Page, count: int) -> None:
    """The first sessions that can be booked now."""
    ticks = page.locator("input[name='take']")
    for n in range(count):
        ticks.nth(n).check()


def book_three(page: Page, address: str) -> None:
    tick_only(page, 3)
    page.get_by_role("button", name="Book these 3 sessions").click()
    page.get_by_role("heading", name="Book your sessions").wait_for()
    expect(page.locator("input[required]:visible")).to_have_count(2)
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


def test_a_runner_books_three_sessions_at_once_and_postpones_the_race(page, site, axe, clicks):
    """From the home page, with the race's date: at most six presses, and two fields to fill in."""
    enter_a_marathon(page)
    address = journeys.new_address()
    book_three(page, address)
    assert len(clicks) <= 6, clicks
    expect(page.locator(".proposal").get_by_text("Kept for you", exact=True)).to_have_count(3)
    letter = site.inbox.wait_for(address, about="your 3 appointments")
    uids = [re.findall("^UID:", one, re.MULTILINE) for one in calendar_files(letter)]
    assert [len(one) for one in uids] == [1, 1, 1]

    page.goto(plan_in(letter, site))
    page.get_by_role("button", name="Yes, keep my plan").click()
    expect(page.locator(".proposal").get_by_text("Booked", exact=True)).to_have_count(3)
    postpone(page, weeks=2)
    axe(page)
    questions = page.locator(".misfit select")
    assert questions.count() >= 2
    moving = page.locator(".misfit select:has(option:checked:not([value=keep]))")
    assert moving.count() >= 1
    while moving.count() > 1:
        moving.nth(1).select_option("keep")
    page.get_by_role("button", name=re.compile("^Save")).click()
    page.get_by_text("1 appointment moved.").wait_for()
    site.inbox.wait_for(address, about="moved")
    assert len(site.inbox.all_to(address)) == 2


def test_booking_and_changing_a_plan_are_for_everybody_and_fit(page, for_everybody):
    enter_a_marathon(page)
    tick_only(page, 2)
    page.get_by_role("button", name="Book these 2 sessions").click()
    page.get_by_role("heading", name="Book your sessions").wait_for()
    for_everybody(page)
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_role("heading", name="Book your session", exact=True).wait_for()
    page.get_by_role("link", name="Back to your plan").click()
    postpone(page, weeks=3)
    for_everybody(page)


def focused(page: Page) -> str:
    """What a keyboard or a screen reader is at, in the words that it has."""
    return page.evaluate(
        "(e => (e.getAttribute('aria-label') || e.innerText || e.name || '').trim())"
        "(document.activeElement)"
    )


def tabbed(page: Page, most: int) -> list[str]:
    """What comes one after the other from the top of the page."""
    page.evaluate("document.activeElement.blur()")
    return tabbed_on(page, most)


def tabbed_on(page: Page, most: int) -> list[str]:
    """The same from where the keyboard is."""
    words = []
    for _ in range(most):
        page.keyboard.press("Tab")
        words.append(focused(page))
    return words


def in_order(words: list[str], *wanted: str) -> bool:
    """Whether they come in that order, whatever is between them."""
    rest = iter(words)
    return all(any(one.startswith(word) for one in rest) for word in wanted)


def test_a_keyboard_goes_through_plan_and_picker_in_the_order_of_reading(
    page, site, run, for_everybody
):
    """With the longest treatment's name, at every width; advice is a word and never a rule."""
    longest = "Muskelfunktionsdiagnostikmassage 45"
    page.emulate_media(reduced_motion="reduce")  # else a key may come while Tab's scrolling goes on
    enter_a_marathon(page)
    words = tabbed(page, 60)
    assert in_order(words, "Change", "Session 1", "Why then", "Why then"), words
    pin = page.get_by_role("link", name=re.compile("^Session 1,"))
    pin.press("Enter")
    expect(page.locator("#session-1")).to_be_in_viewport()
    for number in (1, 2):  # one may be ticked in advance: the next whose day has nothing against it
        session = page.locator(f"#session-{number} input[name=take]")
        session.focus()
        if not session.is_checked():
            page.keyboard.press("Space")
    expect(page.locator("[data-sum]")).to_contain_text("2 sessions")
    run(NAMED.format(longest))
    try:
        page.locator("#session-1 summary").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#session-1 .start").first).to_be_in_viewport()
        words = tabbed_on(page, 6)
        assert in_order(words, "time-1", "All times", "Book only this", "Skip this one"), words
        page.locator("#session-1").get_by_role("button", name="All times").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name=longest)).to_be_visible()
        for_everybody(page, (320, 390, 820, 1440))
        words = tabbed(page, 60)
        order = "Back to your plan", "Next free", "Next good day", "Any therapist", "Later"
        assert in_order(words, *order), words
        target = page.locator(".nexts a, .range nav a")
        assert all(box_of(one)["height"] >= 44 for one in target.all())
        page.set_viewport_size({"width": 390, "height": 844})
        chosen = page.locator(".days [aria-current]")
        page.locator("button.start:visible").last.scroll_into_view_if_needed()
        expect(chosen).to_be_in_viewport()
        page.locator("button.start:visible").last.focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Sessions that fit").wait_for()
        expect(page.locator("[data-sum]")).to_contain_text("2 sessions")
        for_everybody(page, (320, 1440), read_at=[])
    finally:
        run(NAMED.format("Sports massage 60"))


def test_a_keyboard_and_a_screen_reader_go_through_the_basket_in_the_order_of_reading(page, site):
    page.emulate_media(reduced_motion="reduce")
    enter_a_marathon(page)
    tick_only(page, 3)
    page.get_by_role("button", name="Book these 3 sessions").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Book your sessions").wait_for()
    order = "Back to your plan", "Remove", "Remove", "Remove", "name", "email", "phone", "race"
    words = tabbed(page, 20)
    assert in_order(words, *order, "terms", "How we look after", "Book all of them"), words
    said = page.locator("main").aria_snapshot().splitlines()
    heard = (
        'heading "Book your sessions"', 'heading "3 sessions', 'button "Remove', 'button "Remove',
        'button "Remove', 'heading "Your details"', 'textbox "Name"', 'textbox "Email"',
        'textbox "Phone', 'checkbox "Your race goes', 'button "Book all',
    )  # fmt: skip
    assert in_order([line.strip(" -'") for line in said], *heard), said
    names = page.get_by_role("button", name=re.compile("^Remove .*, .*20\\d\\d"))
    assert names.count() == 3
    page.get_by_label("Name").focus()
    page.keyboard.type("Ana Demo")
    page.keyboard.press("Tab")
    page.keyboard.type(journeys.new_address())
    page.get_by_role("button", name="Book all of them").focus()
    page.keyboard.press("Enter")
    page.get_by_text("We hold these 3 times for you until").wait_for()


def test_at_twice_the_size_a_phone_has_words_in_its_rows_and_all_of_its_bar(page, run):
    """A screen of 390 px at 200 % is 195 wide."""
    run(NAMED.format("Muskelfunktionsdiagnostikmassage 45"))
    try:
        page.set_viewport_size({"width": 195, "height": 422})
        page.goto("/")
        fits(page)
        enter_a_marathon(page)
        fits(page)
        assert box_of(page.locator(".proposal-what").first)["width"] > 100
        bar = box_of(page.locator("[data-book-all]"))
        assert bar["x"] + bar["width"] <= 195
        page.locator("[data-book-all]").click()
        page.get_by_role("heading", name="Book your session").wait_for()
        fits(page)
        page.goto("/")
        fits(page)
        page.goto("/book/sports-massage-60/")
        fits(page)
    finally:
        run(NAMED.format("Sports massage 60"))


def test_a_tick_says_added_and_without_any_the_bar_says_so(page):
    enter_a_marathon(page)
    first = page.locator("input[name='take']").first
    expect(page.get_by_role("checkbox", name=re.compile("^Added"))).to_be_checked()
    first.press("Space")
    expect(page.get_by_role("checkbox", name=re.compile("^Added"))).to_have_count(0)
    expect(page.locator("[data-sum]")).to_have_text("No session is ticked.")
    expect(page.get_by_role("button", name="Book the ticked sessions")).to_be_disabled()


def test_all_sessions_of_a_plan_stand_within_three_screens_of_a_phone(open_context):
    """And the heading of each says the time that is chosen below it."""
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    enter_a_marathon(page)
    rows = page.locator(".proposals > li")
    assert rows.count() >= 9
    last = box_of(rows.last)
    assert last["y"] + last["height"] < 3 * 844
    row = rows.filter(has=page.locator(".start ~ .start")).first
    before = row.locator("h3").inner_text()
    row.locator("summary").click()
    row.locator(".start").nth(1).click()
    expect(row.locator("h3")).not_to_have_text(before, use_inner_text=True)
    time = row.locator(".start").nth(1).locator("b").inner_text()
    expect(row.locator("h3")).to_contain_text(time, use_inner_text=True)


def test_the_pages_of_a_basket_work_without_javascript(open_context, site):
    page = open_context(java_script_enabled=False).new_page()
    enter_a_marathon(page)
    row = page.locator(".proposal:has([name=only])").last
    row.locator("summary").click()
    row.get_by_role("button", name="Book only this").click()
    address = journeys.new_address()
    journeys.fill_in(page, address)
    page.get_by_role("button", name="Book it").click()
    page.get_by_text("We hold this time for you until").first.wait_for()
    site.inbox.wait_for(address)


def test_the_plan_works_without_javascript(open_context):
    page = open_context(java_script_enabled=False).new_page()
    enter_a_marathon(page)
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Remove this race").click()
    page.get_by_role("button", name="Remove this race").click()
    expect(page.get_by_role("heading", name="See your plan")).to_be_visible()


def calendar_of_a_plan() -> bytes:
    """Twelve weeks: intervals on Tuesdays, long runs on Thursdays, and a word that nobody knows."""
    titles = {1: "6 x 800m", 3: "Long Run - 24 km", 5: "Zanzibar twist"}
    events = (
        f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
        for day in (days.today() + timedelta(days=n) for n in range(84))
        if (title := titles.get(day.weekday(), "Easy run"))
    )
    return f"BEGIN:VCALENDAR\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


def test_a_training_plan_is_shown_and_put_right_and_the_plan_follows(page, for_everybody):
    enter_a_marathon(page)
    before = hills(page).inner_html()
    page.get_by_role("link", name="Show us its days").click()
    page.get_by_label("Calendar (.ics) or table (.csv)").wait_for()
    for_everybody(page, read_at=[390])
    file = {"name": "plan.ics", "mimeType": "text/calendar", "buffer": calendar_of_a_plan()}
    page.get_by_label("Calendar (.ics) or table (.csv)").set_input_files(file)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("12 long runs, 12 hard days read.")
    for_everybody(page, read_at=[390])
    tuesday = next(
        day for day in (days.today() + timedelta(n) for n in range(7)) if day.weekday() == 1
    )
    page.locator(f"#kind-{tuesday}").select_option(label="Easy run")
    sport = page.get_by_role("button", name="Strength or other sport")
    sport.click()
    expect(sport).to_have_count(0)  # nothing is asked any more
    page.get_by_role("button", name="Yes, keep these days").first.click()
    expect(page.locator(".own-plan")).to_contain_text("12 long runs, 11 hard days, from")
    assert hills(page).inner_html() != before
    for weeks in range(1, 8):  # a Thursday that is neither full nor closed
        page.goto(f"/plan/times/sports-massage-60/?day={tuesday + timedelta(days=2, weeks=weeks)}")
        if "nothing free any more" not in page.locator("main").inner_text():
            break
    expect(page.locator("main")).to_contain_text("Your plan has a long run on Thursday")
