"""The phone at one's ear: booking by keyboard alone, and the records of clients, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.logins import let_in

# A call is booked within this many seconds of typing, at the pace of an average typist (Card,
# Moran and Newell, "The keystroke-level model", 1980). How fast the machine answers is measured
# by the benchmarks, since here it says more of what else the machine does.
SECONDS, A_KEY = 15, 0.28


@pytest.fixture
def desk(open_context):
    return let_in(open_context().new_page(), "desk")


def tab_to(page, role, name):
    """Tab until that has the focus; fails when it cannot be reached."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"no way to {role} {name} by the keyboard")


def test_a_known_client_is_booked_by_keyboard_alone(desk):
    page, pressed = desk, []
    page.expose_function("noteKey", lambda key: pressed.append(key))
    page.add_init_script("addEventListener('keydown', event => noteKey(event.key), true)")
    page.goto("/diary/")
    page.keyboard.press("Alt+N")
    page.wait_for_url("**/diary/new/")
    expect(page.get_by_role("textbox", name="Client")).to_be_focused()
    page.keyboard.type("robin")
    expect(page.get_by_role("radio", name=re.compile("^Robin Demo"))).to_be_checked()
    tab_to(page, "textbox", "When")
    page.keyboard.type("weekdays after 3")
    shown = page.locator("#times")
    expect(shown).to_contain_text("15:00; for the morning")
    expect(shown.get_by_role("radio").first).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/diary/20\d\d-\d\d-\d\d/#visit-\d+$"))
    expect(page.locator(".ec-event.is-marked")).to_contain_text("Robin Demo")
    said = page.get_by_role("status").first
    expect(said).to_contain_text("Robin Demo is booked")
    expect(said).to_be_in_viewport(ratio=1)  # wherever the address has scrolled to
    assert len("robin weekdays after 3") < len(pressed) < min(31, SECONDS / A_KEY), pressed


def test_what_is_typed_before_the_box_is_listened_to_is_looked_for(desk):
    page, script = desk, []
    page.route("**/htmx.min*.js", lambda route: script.append(route))  # it is slow to come
    page.goto("/diary/new/", wait_until="commit")
    box = page.get_by_role("textbox", name="Client")
    expect(box).to_be_focused()
    page.keyboard.type("robin")
    script[0].continue_()
    expect(page.get_by_role("radio", name=re.compile("^Robin Demo"))).to_be_checked()


def test_somebody_new_is_written_down_and_booked_by_keyboard_alone(desk):
    page = desk
    page.goto("/diary/new/")
    expect(page.get_by_role("textbox", name="Client")).to_be_focused()
    page.keyboard.type("Vera Newcomer 07700 900321")
    expect(page.get_by_role("radio", name=re.compile("Somebody new"))).to_be_checked()
    tab_to(page, "textbox", "When")
    page.keyboard.type("next free")
    expect(page.locator("[name=when_shown]")).to_have_value(re.compile("next free$"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#times").get_by_role("radio").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/#visit-*")
    expect(page.get_by_role("status").first).to_contain_text("no address to send a mail to")


def test_the_last_treatment_is_offered_until_another_is_chosen(desk):
    page = desk
    page.goto("/diary/new/")
    page.get_by_label("Client", exact=True).fill("Robin Demo")
    chosen = page.locator("#people [type=radio]:checked")
    expect(chosen).to_have_attribute("data-treatment", re.compile(r"\d"))
    treatment = page.get_by_label("Treatment", exact=True)
    expect(treatment).to_have_value(chosen.get_attribute("data-treatment"))
    treatment.select_option(label="Post-race 45")
    by_hand = treatment.input_value()
    page.get_by_label("Client", exact=True).fill("Robin")
    expect(page.locator("#people [name=who_shown]")).to_have_value("Robin")
    expect(treatment).to_have_value(by_hand)


def test_without_javascript_enter_shows_who_is_chosen_and_enter_books(open_context):
    page = let_in(open_context(java_script_enabled=False).new_page(), "desk")
    page.goto("/diary/new/")
    page.get_by_label("Client", exact=True).fill("Quinn Demo")
    page.get_by_label("When", exact=True).fill("next week")
    page.get_by_label("When", exact=True).press("Enter")
    page.get_by_role("alert").get_by_text("Please choose who it is").wait_for()
    page.get_by_role("radio", name=re.compile(r"^Quinn Demo\b")).check()
    page.get_by_label("When", exact=True).press("Enter")
    page.wait_for_url("**/#visit-*")


def test_the_clients_pages_are_for_everybody_and_fit(desk, for_everybody):
    page = desk
    page.goto("/desk/clients/?q=Robin")
    page.get_by_role("link", name="Robin Demo", exact=True).click()
    page.get_by_role("heading", level=1, name="Robin Demo").wait_for()
    record = page.url
    pages = ["/desk/clients/", "/desk/clients/new/", "/diary/new/?who=demo&when=next+week", record]
    for url in [*pages, f"{record}edit/", f"{record}merge/?q=demo"]:
        page.goto(url)
        for_everybody(page)
    page.locator(".lines a").first.click()
    page.get_by_role("heading", name="Merge two records").wait_for()
    for_everybody(page)
