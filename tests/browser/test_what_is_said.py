"""What the desk has done is said at the foot: nothing moves, no heading is covered, Z undoes it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import days
from tests.browser.days import box_of
from tests.browser.logins import let_in
from tests.browser.test_diary import VISIT, first_gap, open_panel

OWING = """
from datetime import timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.models import *
massage, now = Treatment.objects.get(slug="sports-massage-30"), timezone.now()
olaf = Therapist.objects.create(name=f"Olaf {token_hex(2)}", slug=token_hex(4))
for number in range(2):
    Appointment.objects.create(vouched_for=True, therapist=olaf,
        client=Client.objects.create(name=f"Olga {token_hex(2)}", proved_at=now),
        room=Room.objects.create(name=f"Room {token_hex(2)}", active=False),
        treatment=massage, status="completed", price=38, created_at=now, booked_at=now,
        starts_at=now - timedelta(minutes=40 + 50 * number),
        ends_at=now - timedelta(minutes=10 + 50 * number),
        blocked_until=now - timedelta(minutes=10 + 50 * number))
"""


@pytest.fixture
def desk(open_context):
    page = open_context(viewport={"width": 1440, "height": 900}).new_page()
    return let_in(page, "desk")


def stands(page, selector):
    return box_of(page.locator(selector).first)


def test_a_payment_taken_from_the_list_moves_no_row_and_z_takes_it_back(desk, run):
    page = desk
    run(OWING)
    page.goto("/desk/")
    rows = page.locator("section[aria-labelledby=unpaid] li")
    first, head = rows.first.locator(".name").inner_text(), stands(page, "h1")
    row = box_of(rows.first)
    rows.first.get_by_role("button", name="Card").click()
    said = page.locator(".said .note")
    expect(said).to_contain_text(f"{first.split()[0]}")
    expect(said).to_be_in_viewport(ratio=1)
    assert stands(page, "h1") == head
    assert box_of(rows.first)["y"] == row["y"]
    expect(rows.first.locator(".name")).not_to_have_text(first)
    page.keyboard.press("z")
    expect(said).to_contain_text("is taken back")
    expect(rows.first.locator(".name")).to_have_text(first)
    said.get_by_role("button", name="Close").click()
    expect(said).to_be_hidden()


def test_a_mark_made_beside_the_day_scrolls_nothing_and_z_takes_it_back(desk, one_of_everything):
    page, day = desk, days.today()
    page.goto(f"/diary/{day}/")
    page.locator(VISIT).first.wait_for()
    told = page.request.get(f"{page.url}feed/").json()["visits"]
    visit = next(one for one in told if one["movable"] and "Vera" in one["client"])
    panel = open_panel(page, visit)
    before = page.evaluate("scrollY")
    page.keyboard.press("a")
    expect(panel.get_by_role("status")).to_contain_text("arrived")
    assert page.evaluate("scrollY") == before
    page.keyboard.press("z")
    expect(panel.get_by_role("status")).to_contain_text("booked")


def test_what_is_missing_beside_the_day_is_said_there_and_then_it_books(desk, caller):
    page = desk
    page.set_viewport_size({"width": 1440, "height": 1000})
    gap = first_gap(page, minutes_free=30)
    there = page.url
    page.locator(f".shade-gap a[href='{gap['url']}']").press("Enter")
    panel = page.get_by_role("complementary", name="New booking")
    box = panel.get_by_role("textbox", name="Client")
    expect(box).to_be_focused()
    page.keyboard.type("demo")
    expect(panel.locator("[name=who_shown]")).to_have_value("demo")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("Please choose who it is")
    assert page.url == there
    box.fill(caller)
    expect(panel.get_by_role("radio", name=re.compile(f"^{caller}"))).to_be_checked()
    expect(panel.locator("[name=who_shown]")).to_have_value(caller)
    days.wait_until(page, "!document.querySelector('.htmx-request')")
    box.press("Enter")
    expect(page.locator("#panel [role=status]")).to_contain_text(f"{caller} is booked")
    assert page.url == there
    expect(page.locator(".ec-event.is-marked")).to_be_in_viewport(ratio=1)
    page.keyboard.press("z")
    expect(page.locator("#panel [role=status]")).to_contain_text("is not booked after all")


def test_near_the_end_of_free_time_the_last_start_that_fits_is_offered(desk):
    page = desk
    page.set_viewport_size({"width": 1440, "height": 1600})
    gap = first_gap(page, minutes_free=30)
    link = page.locator(f".shade-gap a[href='{gap['url']}']")
    free = box_of(link.locator("xpath=ancestor::*[contains(@class, 'shade-gap')]"))
    page.mouse.click(free["x"] + free["width"] / 2, free["y"] + free["height"] - 6)
    panel = page.get_by_role("complementary", name="New booking")
    expect(panel.get_by_text("Treatment: these fit here")).to_be_visible()


def test_enter_on_a_name_goes_on_to_when_and_books_nobody(desk):
    page = desk
    page.goto("/diary/new/")
    page.keyboard.type("Robin Demo")
    expect(page.get_by_role("radio", name=re.compile("^Robin Demo"))).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="When")).to_be_focused()
    assert page.url.endswith("/diary/new/")
    page.keyboard.type("tuesday")
    expect(page.locator("[name=when_shown]")).to_have_value(re.compile("tuesday$"))
