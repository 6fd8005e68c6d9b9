"""An owner opens a clinic on an empty database, without Django's admin, and a runner books.

In that clinic then: hires, rosters, lends a room, raises a price, gives time off, lets somebody go.
"""

import re
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import days, empty_site, journeys
from tests.browser.conftest import Inbox, own_database
from tests.reading import present
from tests.totp import code_of

pytestmark = pytest.mark.browser

PASSWORD = "four plain words chosen"
MOST_PRESSES = 18
MOST_PRESSES_IN_A_YEAR = 40
MOST_MINUTES = 10  # as somebody needs who reads; a machine types at once

NIA, MASSAGE = "nia@example.com", "Sports massage 60"
TODAY = days.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday()) + timedelta(weeks=2)  # of a week that she works
AWAY, AFTER = MONDAY + timedelta(days=2), MONDAY + timedelta(days=15)


@dataclass
class Clinic:
    """`folder` has its logs and mails; `owner` is who is signed in there, once it is open."""

    url: str
    folder: Path
    owner: list = field(default_factory=list)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.folder / "mail")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic")
    with empty_site.running(folder, own_database("clinic_from_nothing")) as url:
        yield Clinic(url, folder)


@pytest.fixture
def pages(clinic, browser):
    """Makes a fresh visitor's page there; tells where all of them have been."""
    visited, contexts = [], []

    def _page():
        context = browser.new_context(
            base_url=clinic.url, timezone_id="Europe/London", locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: visited.append(urlsplit(request.url).path))
        return page

    yield _page, visited
    for context in contexts:
        context.close()


class Presses:
    """A person's: each button or link is one; what is typed between them is not counted."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def __call__(self, role: Literal["button", "link"], name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name, exact=True).click()

    def step(self, title: str) -> None:
        """The checklist's button beside that step."""
        self.count += 1
        row = self.page.get_by_role("listitem").filter(has_text=title)
        row.get_by_role("link", name="See to it").click()


def test_from_an_empty_database_to_the_first_booking(clinic, pages, axe):
    new_page, visited = pages
    owner = new_page()
    began, press = time.monotonic(), Presses(owner)
    open_the_clinic(clinic, owner, press, axe)
    press("button", "Send a test mail")
    clinic.inbox.wait_for("dee@example.com", about="A test mail")
    owner.goto("/office/")
    expect(owner.get_by_text("The mail server took a test mail")).to_be_visible()
    runner = new_page()
    book(runner)
    assert clinic.inbox.wait_for("ana@example.com")
    minutes = (time.monotonic() - began) / 60
    print(f"\nfrom nothing: {press.count} presses of the owner, {minutes:.1f} minutes")
    assert press.count <= MOST_PRESSES
    assert minutes < MOST_MINUTES
    assert not [path for path in visited if path.startswith("/admin")]
    for gone in ("/admin/", "/setup/"):
        assert present(owner.goto(gone)).status == 404


def open_the_clinic(clinic, page, press, axe) -> None:
    log = (clinic.folder / "web.log").read_text()
    page.goto(re.findall(r"\S+/setup/\?token=\S+", log)[0])
    set_up_the_clinic(page, press, axe)
    set_up_a_second_factor(page, press)
    expect(page.get_by_text("Next: Rooms.")).to_be_visible()
    furnish_a_room(page, press)
    write_down_hours(page, press)
    offer_a_massage(page, press)
    clinic.owner = page.context.cookies()


def set_up_the_clinic(page, press, axe) -> None:
    expect(page.get_by_role("heading", name="Set up the clinic")).to_be_visible()
    axe(page)
    for name, typed in {
        "clinic": "Towpath Clinic",
        "address": "12 Towpath Yard\nLondon",
        "phone": "020 7946 0000",
        "replies_to": "clinic@example.com",
        "name": "Dee Owner",
        "email": "dee@example.com",
        "password": PASSWORD,
        "again": "not the same words",
    }.items():
        page.locator(f"[name={name}]").fill(typed)
    page.get_by_label("I treat clients myself").check()
    press("button", "Set it up, and sign in")
    expect(page.get_by_role("alert")).to_contain_text("The two passwords are not the same.")
    axe(page)
    for name in ("password", "again"):
        page.locator(f"[name={name}]").fill(PASSWORD)
    press("button", "Set it up, and sign in")


def set_up_a_second_factor(page, press) -> None:
    press("link", "Set up an app")
    secret = page.locator("code.key").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    press("button", "That is it")
    press("link", "I have kept them")


def furnish_a_room(page, press) -> None:
    press.step("Rooms")
    press("link", "Add a room")
    page.locator("#id_name").fill("Room 1")
    press("button", "Save")
    press("link", "First steps")


def write_down_hours(page, press) -> None:
    press.step("Working hours")
    for day in range(7):
        page.locator(f"[name$=hours_{day}]").fill("8-20")
    press("button", "Save")
    expect(page.get_by_role("status")).to_contain_text("are saved")
    press("link", "First steps")


def offer_a_massage(page, press) -> None:
    expect(page.get_by_text("Next: Treatments and prices.")).to_be_visible()
    press.step("Treatments and prices")
    press("link", "Add a treatment")
    page.locator("#id_name").fill("Sports massage 60")
    page.locator("#id_minutes").fill("60")
    page.locator("#id_price").fill("62")
    page.get_by_label("Dee Owner").check()
    press("button", "Save")
    press("link", "First steps")


def book(page) -> None:
    page.goto("/")
    page.get_by_role("link", name="See times for Sports massage 60", exact=True).click()
    journeys.choose_a_far_day(page)
    page.locator("button.start:visible").first.click()  # far from those that are booked later on
    journeys.fill_in(page, "ana@example.com")
    journeys.send(page)
    page.get_by_role("heading", name="Your appointment").wait_for()


def test_a_therapist_is_hired_rostered_away_and_gone(clinic, pages, axe):
    """In the clinic that the test before has opened; alone it opens one itself."""
    new_page, visited = pages
    owner = an_owner(clinic, new_page(), axe)
    press = Presses(owner)
    owner.goto("/office/")
    hire(owner, press)
    nia = new_page()
    accept(nia, clinic.inbox)
    roster(owner, press)
    lend_the_room(owner, press)
    raise_the_price(owner, press)
    for day, address in ((AWAY, "abe@example.com"), (AFTER, "bo@example.com")):
        book_with_nia(new_page(), day, address)
    go_on_holiday(owner, press)
    settle(owner, press)
    let_go(owner, press)
    nia.goto("/today/")
    expect(nia).to_have_url(re.compile("/accounts/login/"))
    print(f"\na year at the office: {press.count} presses of the owner")
    assert press.count <= MOST_PRESSES_IN_A_YEAR
    assert not [path for path in visited if path.startswith("/admin")]
    assert not [path for path in visited if "reauthenticate" in path]


def an_owner(clinic, page, axe):
    if clinic.owner:
        page.context.add_cookies(clinic.owner)
    else:
        open_the_clinic(clinic, page, Presses(page), axe)
    return page


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


def book_with_nia(page, day: date, address: str) -> None:
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
