"""A therapist's day on a phone, worked through by finger, by keyboard, and without a signal."""

import os
import re
import subprocess
import sys
from secrets import token_hex

import pytest
from playwright.sync_api import expect

from clinic.demo_data.people import DEMO_PASSWORD
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser

THERAPIST = "demo-therapist@example.com"
PHONE = {"viewport": {"width": 390, "height": 844}}
# Three visits in the demo's therapist's day, whose others are cancelled. They begin just after
# midnight, so that the day has come whenever the test runs.
BOOK = """
from datetime import timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.core.intervals import day_bounds
from bookings.models import *
ines = Therapist.objects.get(user__email="demo-therapist@example.com")
now, tz = timezone.now(), Clinic.objects.the().tz
today = day_bounds(now.astimezone(tz).date(), 1, tz)
ines.appointments.filter(starts_at__range=(today.start, today.end)).update(status="cancelled")
room = Room.objects.create(name=f"Room {token_hex(2)}", active=False)
massage = Treatment.objects.get(slug="sports-massage-60")
for n, name in enumerate(("Ada", "Ben", "Cleo")):
    email = f"{token_hex(4)}@example.com"
    client = Client.objects.create(name=f"{name} NAME", email=email, proved_at=now)
    start = today.start + timedelta(minutes=30 * n + 1)
    end = start + timedelta(minutes=25)
    visit = Appointment.objects.create(
        client=client, therapist=ines, room=room, treatment=massage, status="booked", price=60,
        starts_at=start, ends_at=end, blocked_until=end, created_at=now, booked_at=now)
    print("visit", visit.pk)
"""


@pytest.fixture(scope="module")
def run(site):
    """Runs a few lines beside the site, as an operator would in its shell."""

    def _run(code):
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", code],
            cwd=ROOT, env={**os.environ, **site.environment}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return _run


@pytest.fixture
def visits(run):
    """The ids of Ada's, Ben's and Cleo's visits, and their surname."""
    surname = f"Demo{token_hex(2)}"
    made = run(BOOK.replace("NAME", surname))
    return surname, [int(pk) for pk in re.findall(r"visit (\d+)", made)]


@pytest.fixture
def phone(open_context):
    page = open_context(**PHONE).new_page()
    sign_in(page)
    return page


def sign_in(page):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(THERAPIST)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_whole_day_by_finger(phone, visits, axe):
    surname, _ = visits
    phone.goto("/today/")
    for name in ("Ada", "Ben", "Cleo"):
        top = phone.locator(".next")
        expect(top.get_by_role("heading", name=f"{name} {surname}")).to_be_visible()
        fits(phone)
        axe(phone)
        top.get_by_role("button", name="Arrived").click()
        expect(phone.locator(".next .eyebrow")).to_have_text("Now")
        phone.locator(".next").get_by_role("link", name="Brief").click()
        expect(phone.get_by_role("heading", name="Ask before you start")).to_be_visible()
        fits(phone)
        axe(phone)
        phone.get_by_role("link", name="Note", exact=True).click()
        write(phone, f"All well with {name}")
        fits(phone)
        axe(phone)
        phone.get_by_role("button", name="Sign").click()
        expect(phone.get_by_text(f"The note about {name} {surname} is signed.")).to_be_visible()
        phone.locator(".next").get_by_role("button", name="Done").click()
    expect(phone.locator(".next")).to_have_count(0)


def write(page, words):
    page.get_by_label("What they say").fill(words)
    page.locator("[data-place=left-calf]").click()
    spot = page.locator("#at-left-calf")
    spot.get_by_role("radio", name="Pain").check()
    expect(page.locator("[data-place=left-calf] path")).to_have_class(re.compile("is-pain"))
    page.get_by_role("radio", name="Just right").check()
    page.get_by_label("Plan", exact=True).fill("The same again")


def test_a_note_survives_a_lost_connection(phone, visits):
    _, (ada, _, _) = visits
    phone.goto(f"/visits/{ada}/note/")
    phone.get_by_label("What they say").fill("Before the cut")
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.")
    phone.context.set_offline(True)
    phone.get_by_label("What they say").fill("Written in the cellar")
    expect(phone.locator("[data-state]")).to_contain_text("What you wrote is still here")
    phone.get_by_role("button", name="Sign").click()
    expect(phone.get_by_label("What they say")).to_have_value("Written in the cellar")
    assert phone.evaluate("localStorage.length + sessionStorage.length") == 0
    phone.context.set_offline(False)
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.", timeout=15_000)
    phone.goto(f"/visits/{ada}/note/")
    expect(phone.get_by_label("What they say")).to_have_value("Written in the cellar")


def test_a_note_survives_being_signed_out(phone, visits):
    _, (_, ben, _) = visits
    phone.goto(f"/visits/{ben}/note/")
    cookies = phone.context.cookies()
    phone.context.clear_cookies(name="sessionid")
    phone.get_by_label("What they say").fill("Typed while signed out")
    expect(phone.locator("[data-state]")).to_contain_text("You have been signed out")
    with phone.context.expect_page() as opened:
        phone.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value)
    assert phone.context.cookies() != cookies
    opened.value.close()
    expect(phone.locator("[data-state]")).to_have_text("Saved as a draft.", timeout=15_000)
    phone.get_by_role("button", name="Sign").click()
    expect(phone.get_by_text("is signed.")).to_be_visible()


def press_to(page, locator, key="Tab", most=120):
    """Moves the focus with the keyboard until it is there."""
    for _ in range(most):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {locator}")


def test_by_keyboard_alone(phone, visits):
    surname, _ = visits
    phone.goto("/today/")
    press_to(phone, phone.locator(".next").get_by_role("button", name="Arrived"))
    phone.keyboard.press("Enter")
    expect(phone.locator(".next .eyebrow")).to_have_text("Now")
    press_to(phone, phone.locator(".next").get_by_role("link", name="Note"))
    phone.keyboard.press("Enter")
    press_to(phone, phone.get_by_label("What they say"))
    phone.keyboard.type("By keyboard")
    press_to(phone, phone.locator("[data-place=right-knee]"))
    phone.keyboard.press("Enter")
    spot = phone.locator("#at-right-knee")
    press_to(phone, spot.locator("input[value='']"), "ArrowRight", 5)
    phone.keyboard.press("ArrowRight")
    expect(spot.locator("input[value=tightness]")).to_be_checked()
    press_to(phone, spot.locator("input[type=range]"))
    for _ in range(3):
        phone.keyboard.press("ArrowRight")
    expect(phone.locator("[data-place=right-knee]")).to_have_attribute(
        "aria-label", "Right knee: tightness 8"
    )
    press_to(phone, phone.get_by_role("button", name="Sign"))
    phone.keyboard.press("Enter")
    expect(phone.get_by_text(f"The note about Ada {surname} is signed.")).to_be_visible()


def test_today_opens_without_a_signal_until_signing_out(phone, visits):
    surname, _ = visits
    phone.goto("/today/")
    phone.wait_for_function("caches.match('/today/offline/').then(found => !!found)")
    phone.context.set_offline(True)
    phone.goto("/today/")
    expect(phone.get_by_text("No connection.")).to_be_visible()
    expect(phone.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
    assert surname not in phone.content()
    phone.context.set_offline(False)
    phone.goto("/accounts/logout/")
    phone.get_by_role("button", name="Sign out").click()
    expect(phone).to_have_url(re.compile("/$"))
    assert phone.evaluate("caches.keys()") == []


def test_the_note_can_be_written_without_javascript(open_context, visits):
    _, (_, _, cleo) = visits
    page = open_context(java_script_enabled=False, **PHONE).new_page()
    sign_in(page)
    page.goto(f"/visits/{cleo}/note/")
    page.get_by_label("What they say").fill("No scripts")
    page.locator("#at-left-calf").get_by_role("radio", name="Tight").check()
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_text("is signed.")).to_be_visible()
