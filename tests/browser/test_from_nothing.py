"""An owner opens a clinic on an empty database, without Django's admin, and a runner books."""

import re
import time
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import empty_site, journeys
from tests.browser.conftest import Inbox, own_database
from tests.reading import present
from tests.totp import code_of

pytestmark = pytest.mark.browser

PASSWORD = "four plain words chosen"
MOST_PRESSES = 18
MOST_MINUTES = 10  # as somebody needs who reads; a machine types at once


@pytest.fixture
def clinic(tmp_path):
    """The address, and the folder of its logs and mails."""
    with empty_site.running(tmp_path, own_database("clinic_from_nothing")) as url:
        yield url, tmp_path


@pytest.fixture
def pages(clinic, browser, axe):
    """Makes a fresh visitor's page there; tells where all of them have been."""
    visited, contexts = [], []

    def _page():
        context = browser.new_context(
            base_url=clinic[0], timezone_id="Europe/London", locale="en-GB"
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
    folder = clinic[1]
    new_page, visited = pages
    owner = new_page()
    began, press = time.monotonic(), Presses(owner)
    log = (folder / "web.log").read_text()
    owner.goto(re.findall(r"\S+/setup/\?token=\S+", log)[0])
    set_up_the_clinic(owner, press, axe)
    set_up_a_second_factor(owner, press)
    expect(owner.get_by_text("Next: Rooms.")).to_be_visible()
    furnish_a_room(owner, press)
    write_down_hours(owner, press)
    offer_a_massage(owner, press)
    press("button", "Send a test mail")
    inbox = Inbox(folder / "mail")
    inbox.wait_for("dee@example.com", about="A test mail")
    owner.goto("/office/")
    expect(owner.get_by_text("The mail server took a test mail")).to_be_visible()
    runner = new_page()
    book(runner)
    assert inbox.wait_for("ana@example.com")
    minutes = (time.monotonic() - began) / 60
    print(f"\nfrom nothing: {press.count} presses of the owner, {minutes:.1f} minutes")
    assert press.count <= MOST_PRESSES
    assert minutes < MOST_MINUTES
    assert not [path for path in visited if path.startswith("/admin")]
    for gone in ("/admin/", "/setup/"):
        assert present(owner.goto(gone)).status == 404


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
    journeys.choose_a_time(page)
    journeys.fill_in(page, "ana@example.com")
    journeys.send(page)
    page.get_by_role("heading", name="Your appointment").wait_for()
