"""The list of races in a real browser: one chosen by letters, and one that twelve runners lose."""

import re

import pytest
from playwright.sync_api import expect

from tests import patience
from tests.browser.logins import signed_in

pytestmark = pytest.mark.browser
MOST_PRESSES = 10
LEFT_TO_A_WORKER = """
from bookings.models import NewsState, RunnerNews
print(RunnerNews.objects.filter(state=NewsState.WAITING).count())
"""


def test_a_race_is_chosen_by_a_few_letters_and_the_keyboard(page, axe):
    page.goto("/")
    name = page.get_by_role("combobox")
    name.press_sequentially("whit")
    expect(page.get_by_role("option")).to_contain_text("Harbour Marathon")
    axe(page)
    name.press("ArrowDown")
    name.press("Enter")
    expect(name).to_have_value("Harbour Marathon")
    expect(page.locator("[name=race_date_year]")).to_have_value(re.compile(r"^20\d\d$"))
    expect(page.locator("#answer .answer-figure")).to_be_visible()
    page.get_by_role("button", name="Show my plan").click()
    expect(page.get_by_role("heading", name="Harbour Marathon").first).to_be_visible()


def test_a_race_cancelled_for_twelve_runners_is_settled_in_under_ten_presses(
    open_context, run, axe
):
    desk = signed_in(open_context().new_page(), "desk")
    presses = 0

    def press(what) -> None:
        nonlocal presses
        presses += 1
        what.click()
        desk.wait_for_load_state()

    press(desk.locator("summary", has_text="More"))
    press(desk.get_by_role("link", name="Races", exact=True))
    axe(desk)
    press(desk.get_by_role("link", name="Harbour Marathon").first)
    press(desk.get_by_role("link", name="Moved or cancelled?"))
    press(desk.get_by_label("It is cancelled"))
    press(desk.get_by_role("button", name="Show whom it concerns"))
    expect(desk.get_by_role("heading", name="12 runners")).to_be_visible()
    axe(desk)
    press(desk.get_by_role("button", name="Cancel it for all of them"))
    expect(desk.get_by_text("It concerns 12 runners.")).to_be_visible()
    axe(desk)
    patience.wait_for(lambda: run(LEFT_TO_A_WORKER).strip() == "0")  # where a press was too slow
    desk.reload()
    press(desk.get_by_role("button", name="Tick all"))
    press(desk.get_by_role("button", name="Settle those ticked"))
    expect(desk.get_by_text("12 are settled.")).to_be_visible()
    expect(desk.get_by_text("Nobody is left to ask.")).to_be_visible()
    assert presses < MOST_PRESSES
