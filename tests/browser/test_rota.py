"""The rota in a real browser: by keys, drawn while it is typed, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser.logins import let_in

pytestmark = pytest.mark.browser

PAGES = ("rota/", "rota/2/", "rota/2/copy/", "rota/2/2027-01-20/", "closures/")
HOURS = "#id_w0-hours_0"
WIDTHS = "els => els.map(el => Number(el.getAttribute('width')))"


@pytest.fixture
def owner(open_context):
    return let_in(open_context().new_page(), "owner")


def focused(page) -> str:
    return page.evaluate("document.activeElement.id")


def save(page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).last.click()


def test_arrow_keys_lead_through_the_cells_and_hours_are_drawn_as_they_are_typed(owner):
    owner.goto("/office/rota/2/")
    cell = owner.locator(HOURS)
    cell.fill("9-12:30, 2pm to 6pm")
    bars = owner.locator(f"[data-bars^='{HOURS[1:]}'] rect:not(.pause)")
    assert bars.evaluate_all(WIDTHS) == [210, 240]
    cell.press("ArrowDown")
    assert focused(owner) == "id_w0-hours_1"
    owner.keyboard.press("ArrowRight")
    assert focused(owner) == "id_w0-breaks_1"
    owner.keyboard.press("ArrowUp")
    owner.keyboard.press("Home")
    owner.keyboard.press("ArrowLeft")
    assert focused(owner) == "id_w0-hours_0"
    cell.fill("nine")
    expect(bars).to_have_count(0)


def test_enter_saves_and_what_is_wrong_is_said_beside_its_cell(owner):
    owner.goto("/office/rota/2/")
    owner.locator(HOURS).fill("9-5")
    with owner.expect_navigation():
        owner.locator(HOURS).press("Enter")
    expect(owner.locator(HOURS)).to_have_value("9-5")
    expect(owner.locator(HOURS)).to_have_attribute("aria-invalid", "true")
    expect(owner.locator(f"{HOURS}-said")).to_contain_text("5 in the afternoon is 17")


def test_pressed_twice_it_is_saved_once(owner):
    owner.goto("/office/rota/4/")
    owner.locator("#id_w0-first").fill("2028-01-03")
    owner.locator("#id_w0-hours_6").fill("5-6")
    owner.locator("#id_w0-breaks_6").fill("5-5:10 stretch")
    with owner.expect_navigation():
        owner.get_by_role("button", name="Save", exact=True).last.dblclick()
    expect(owner.get_by_role("status")).to_contain_text("The hours of")
    expect(owner.locator("#id_w1-breaks_6")).to_have_value("05–05:10 stretch")


def test_in_the_table_arrow_keys_lead_from_day_to_day(owner):
    owner.goto("/office/rota/")
    owner.locator("tbody th a").first.focus()
    owner.keyboard.press("ArrowRight")
    owner.keyboard.press("ArrowDown")
    owner.keyboard.press("Enter")
    expect(owner.get_by_label("Hours of that day")).to_be_visible()


def test_without_scripts_a_day_is_changed_and_set_back(open_context):
    page = let_in(open_context(java_script_enabled=False).new_page(), "owner")
    page.goto("/office/rota/2/2028-01-19/")
    usual = page.get_by_label("Hours of that day").input_value()
    page.get_by_label("Hours of that day").fill("10-12")
    save(page)
    expect(page.get_by_text("only this day").last).to_be_visible()
    page.goto("/office/rota/2/2028-01-19/")
    expect(page.get_by_label("Hours of that day")).to_have_value("10–12")
    with page.expect_navigation():
        page.get_by_role("button", name="As every week again").click()
    page.goto("/office/rota/2/2028-01-19/")
    expect(page.get_by_label("Hours of that day")).to_have_value(usual)


def test_the_pages_are_for_everybody_and_fit(owner, for_everybody):
    for path in PAGES:
        owner.goto(f"/office/{path}")
        for_everybody(owner)
