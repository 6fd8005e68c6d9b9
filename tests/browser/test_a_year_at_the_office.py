"""An owner hires, rosters, lends a room, raises a price, gives time off, lets somebody go."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import days, journeys
from tests.browser.conftest import Inbox
from tests.browser.test_from_nothing import (
    PASSWORD,
    Presses,
    clinic,
    furnish_a_room,
    offer_a_massage,
    pages,
    set_up_a_second_factor,
    set_up_the_clinic,
    write_down_hours,
)

pytestmark = pytest.mark.browser
__all__ = ["clinic", "pages"]  # fixtures

NIA, MASSAGE = "nia@example.com", "Sports massage 60"
TODAY = days.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday()) + timedelta(weeks=2)  # of a week that she works
AWAY, AFTER = MONDAY + timedelta(days=2), MONDAY + timedelta(days=15)
MOST_PRESSES = 40


def test_a_therapist_is_hired_rostered_away_and_gone(clinic, pages):
    folder, (new_page, visited) = clinic[1], pages
    owner, inbox = new_page(), Inbox(folder / "mail")
    press = Presses(owner)
    owner.goto(re.findall(r"\S+/setup/\?token=\S+", (folder / "web.log").read_text())[0])
    open_the_clinic(owner, press)
    press.count = 0
    hire(owner, press)
    nia = new_page()
    accept(nia, inbox)
    roster(owner, press)
    lend_the_room(owner, press)
    raise_the_price(owner, press)
    for day, address in ((AWAY, "ana@example.com"), (AFTER, "bo@example.com")):
        book(new_page(), day, address)
    go_on_holiday(owner, press)
    settle(owner, press)
    let_go(owner, press)
    nia.goto("/today/")
    expect(nia).to_have_url(re.compile("/accounts/login/"))
    print(f"\na year at the office: {press.count} presses of the owner")
    assert press.count <= MOST_PRESSES
    assert not [path for path in visited if path.startswith("/admin")]
    assert not [path for path in visited if "reauthenticate" in path]


def open_the_clinic(page, press) -> None:
    """As in the test of that, without looking at it."""
    set_up_the_clinic(page, press, lambda _page: None)
    set_up_a_second_factor(page, press)
    furnish_a_room(page, press)
    write_down_hours(page, press)
    offer_a_massage(page, press)


def menu(page, press, name: str) -> None:
    press.count += 1
    page.get_by_role("navigation", name="Set-up").get_by_role("link", name=name, exact=True).click()


def hire(page, press) -> None:
    menu(page, press, "People")
    press("link", "Invite somebody")
    page.locator("#id_name").fill("Nia New")
    page.locator("#id_email").fill("nia@gmial.com")
    page.get_by_label("Neither: their own day as a therapist alone").check()
    page.get_by_label("They treat", exact=True).check()
    page.get_by_label(MASSAGE).check()
    press("button", "Send the invitation")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean nia@gmail.com?")
    page.locator("#id_email").fill(NIA)
    press("button", "Send the invitation")
    expect(page.get_by_role("status")).to_contain_text(f"on its way to {NIA}")


def accept(page, inbox) -> None:
    link = next(one for one in inbox.links(inbox.wait_for(NIA)) if "/invitation/" in one)
    page.goto(urlsplit(link).path)
    for name in ("password", "again"):
        page.locator(f"[name={name}]").fill(PASSWORD)
    page.get_by_role("button", name="Accept, and sign in").click()
    set_up_a_second_factor(page, Presses(page))


def roster(page, press) -> None:
    """Every other week."""
    menu(page, press, "People")
    press.count += 1
    row = page.get_by_role("row").filter(has_text="Nia New")
    row.get_by_role("link", name="no hours").click()
    for day in range(7):
        page.locator(f"[name=new-hours_{day}]").fill("8-20")
    page.locator("[name=new-every_weeks]").fill("2")
    press("button", "Save")
    expect(page.get_by_role("alert")).to_contain_text("a week in which these hours hold")
    page.locator("[name=new-counted_from]").fill(MONDAY.isoformat())
    press("button", "Save")
    expect(page.get_by_role("status")).to_contain_text("are saved")


def lend_the_room(page, press) -> None:
    """For a week in which nothing is booked."""
    menu(page, press, "Rooms")
    press("link", "Room 1")
    press("link", "Lend it out for a time")
    page.locator("[name=first]").fill((MONDAY + timedelta(weeks=5)).isoformat())
    page.locator("[name=last]").fill((MONDAY + timedelta(weeks=5, days=6)).isoformat())
    page.locator("[name=reason]").fill("Yoga")
    press("button", "Save")
    expect(page.get_by_role("status")).to_contain_text("Room 1 is lent out then.")
    expect(page.get_by_role("list", name="Lent out")).to_contain_text("Yoga")


def raise_the_price(page, press) -> None:
    menu(page, press, "Treatments and prices")
    press("link", MASSAGE)
    page.locator("#id_next_price").fill("70")
    page.locator("#id_next_price_from").fill((MONDAY + timedelta(days=30)).isoformat())
    press("button", "Save")
    expect(page.get_by_role("row").filter(has_text=MASSAGE)).to_contain_text("£70 from")


def book(page, day: date, address: str) -> None:
    """With Nia, on that day."""
    page.goto("/")
    page.get_by_role("link", name=f"See times for {MASSAGE}", exact=True).click()
    page.locator(".choices a").filter(has_text="Nia").click()
    expect(page).to_have_url(re.compile("therapist="))
    query = urlsplit(page.url)
    page.goto(f"{query.path}?{query.query}&from={day}&day={day}")
    journeys.choose_a_time(page)
    journeys.fill_in(page, address, name=address.partition("@")[0].title())
    expect(page.get_by_text("£62").first).to_be_visible()
    journeys.send(page)
    page.get_by_role("heading", name="Your appointment").wait_for()


def go_on_holiday(page, press) -> None:
    page.goto("/diary/blocks/")
    press("link", "Time off or a meeting")
    page.get_by_label("Therapist").select_option("Nia New")
    page.locator("[name=first]").fill(AWAY.isoformat())
    page.locator("[name=last]").fill((AWAY + timedelta(days=2)).isoformat())
    page.locator("[name=reason]").fill("Holiday")
    press("button", "Put it in the diary")
    expect(page.get_by_role("heading", name="These could not stay where they are")).to_be_visible()
    press("button", "Do it all the same")


def settle(page, press) -> None:
    """Who is left goes to the colleague, at the same hour."""
    expect(page.get_by_text("1 visit to settle")).to_be_visible()
    expect(page.get_by_text("Dee Owner same hour")).to_be_visible()
    press("button", "Move and tell those ticked")
    expect(page.get_by_text("Nobody is left to settle.")).to_be_visible()


def let_go(page, press) -> None:
    page.goto("/office/")
    menu(page, press, "People")
    press("link", "Nia New")
    press("link", "They leave the clinic")
    page.locator("#id_last_day").fill((AFTER - timedelta(days=3)).isoformat())
    press("button", "Save their last day")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("1 appointment is booked")
    press.count += 1
    told.get_by_role("button", name="Do it all the same").click()
    expect(page.get_by_role("button", name="They stay after all")).to_be_visible()
    press("link", "listed at the desk")
    settle(page, press)
    page.goto("/office/")
    menu(page, press, "People")
    press("link", "Nia New")
    press("link", "They leave the clinic")
    page.get_by_text("End it now").click()
    press("button", "They have left")
    expect(page.get_by_role("status")).to_contain_text("They have left")
