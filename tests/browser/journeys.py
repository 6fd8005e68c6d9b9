"""What runners do, in words."""

import re
from datetime import date, timedelta
from secrets import token_hex
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser import days


def new_address() -> str:
    return f"runner-{token_hex(4)}@example.com"


def open_picker(page: Page, treatment: str = "Sports massage 60") -> None:
    """On two weeks that are hardly booked yet, and far from any cut-off."""
    day = days.today() + timedelta(days=70)
    page.goto(f"/book/{treatment.lower().replace(' ', '-')}/?from={day}")


def type_the_date(page: Page, day: date) -> None:
    """Of a race, on the home page; a marathon is chosen already."""
    for name, text in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(name, exact=True).fill(str(text))


def choose_a_therapist(page: Page) -> None:
    """The first, so that one hold takes a time."""
    page.locator(".choices a").nth(1).click()
    expect(page).to_have_url(re.compile("therapist="))
    expect(page.locator(".choices li:nth-child(2) a")).to_have_attribute("aria-current", "true")


def choose_a_far_day(page: Page) -> str:
    """The last day of the strip that has openings; returns its words."""
    day = page.locator(".days a:not(.is-full)").last
    words = day.inner_text()
    day.click()
    expect(page.locator(".days a:not(.is-full)").last).to_have_attribute("aria-current", "date")
    return words


def choose_a_time(page: Page) -> str:
    """One in the middle of the chosen day, since neighbours of tests take the first."""
    times = page.locator("button.start:visible")
    chosen = times.nth(times.count() // 2)
    clock = chosen.locator("b").inner_text()
    chosen.click()
    return clock


def fill_in(page: Page, address: str, name: str = "Ana Demo") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(address)


def send(page: Page) -> None:
    page.get_by_role("button", name="Book this appointment").click()


def book(page: Page, address: str = "", name: str = "Ana Demo") -> str:
    """Books a far day; returns the appointment's address."""
    open_picker(page)
    choose_a_far_day(page)
    expect(page.locator("#times-title")).to_be_focused()
    choose_a_time(page)
    fill_in(page, address or new_address(), name)
    send(page)
    page.get_by_role("heading", name="Your appointment").wait_for()
    return page.url


def path_of(link: str) -> str:
    return urlsplit(link).path


def link_in(letter, site) -> str:
    """The mail's link to the appointment's page, on the port that this run has."""
    links = [path_of(link) for link in site.inbox.links(letter)]
    return next(link for link in links if link.startswith("/appointments/"))
