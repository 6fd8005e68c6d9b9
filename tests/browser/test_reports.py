"""The owner on a Sunday evening: how did the month go, who is full, did the mails bring anybody."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.logins import let_in

pytestmark = pytest.mark.browser


def figure(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text))


def test_an_owner_asks_three_questions_opens_a_figures_rows_and_prints(open_context, for_everybody):
    owner = let_in(open_context().new_page(), "owner")
    owner.goto("/office/reports/")
    months = owner.get_by_role("navigation", name="Period").get_by_role("link")
    months.nth(3).click()  # last month, by its name
    expect(owner.locator(".finding").first).to_contain_text(re.compile(r"Taken: .+ than|as in"))
    assert owner.locator(".glance svg.line").count()

    owner.locator(".office-places").get_by_role("link", name="Hours booked").click()
    week = owner.get_by_role("group", name="Share booked, by therapist and weekday")
    expect(week.get_by_role("columnheader", name="Tuesday")).to_be_visible()
    expect(owner.locator("canvas").first).to_be_visible()
    for_everybody(owner)

    owner.get_by_label("Therapist", exact=True).select_option(index=1)
    owner.get_by_role("button", name="Show", exact=True).click()
    expect(owner.get_by_text(re.compile(r"^Only "))).to_be_visible()

    owner.locator(".office-places").get_by_role("link", name="Takings").click()
    total = owner.locator("tfoot tr:first-child a").nth(1)
    taken = total.inner_text()
    total.focus()
    total.press("Enter")
    expect(owner.locator("#rows")).to_contain_text(f"add up to {taken}.")
    assert sum(figure(one) for one in owner.locator("tbody td:last-child").all_inner_texts()) <= (
        figure(taken)
    )
    owner.get_by_role("link", name="Back to the report").click()
    expect(owner.get_by_text(re.compile(r"^Only "))).to_be_visible()

    owner.get_by_label("Therapist", exact=True).select_option(index=0)
    owner.get_by_role("button", name="Show", exact=True).click()
    owner.locator(".office-places").get_by_role("link", name="What reminders").click()
    expect(owner.locator(".finding").first).to_contain_text("Share that booked")

    owner.evaluate("window.print = () => { document.title = 'printed' }")
    owner.get_by_role("button", name="Print", exact=True).click()
    assert owner.title() == "printed"
    ink = "getComputedStyle(document.body).color"
    owner.emulate_media(color_scheme="light")
    by_day = owner.evaluate(ink)
    owner.emulate_media(media="print", color_scheme="dark")
    expect(owner.locator(".whose")).to_be_hidden()
    assert owner.evaluate(ink) == by_day  # paper is white by night as well
