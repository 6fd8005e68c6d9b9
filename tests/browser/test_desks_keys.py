"""Every key that the desk's list of keys names is pressed, and every key that works is named."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import days
from tests.browser.logins import let_in
from tests.browser.test_diary import VISIT

ROOT = Path(__file__).resolve().parents[2]
LISTED = re.findall(r"<kbd>([^<]+)</kbd>", (ROOT / "templates/_keys.html").read_text())
ARROWS = {"←": "ArrowLeft", "→": "ArrowRight"}
ELSEWHERE = {"Z", "F9"}  # listened to apart from the table of single keys
TO_COME = """
from datetime import timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.models import *
massage, now = Treatment.objects.get(slug="sports-massage-30"), timezone.now()
kim = Therapist.objects.create(name=f"Kim {token_hex(2)}", slug=token_hex(4))
visit = Appointment.objects.create(vouched_for=True, therapist=kim,
    client=Client.objects.create(name=f"Kaya {token_hex(2)}", proved_at=now),
    room=Room.objects.create(name=f"Room {token_hex(2)}", active=False),
    treatment=massage, status="booked", price=38, created_at=now, booked_at=now,
    starts_at=now, ends_at=now + timedelta(minutes=1), blocked_until=now + timedelta(minutes=1))
print(visit.pk)
"""


@pytest.fixture
def desk(open_context):
    return let_in(open_context(viewport={"width": 1440, "height": 1000}).new_page(), "desk")


def press(page, key):
    page.keyboard.press(ARROWS.get(key, key.lower() if len(key) == 1 else key))


def opens(selector):
    def check(page, key, visit):
        page.goto("/desk/")
        press(page, key)
        expect(page.locator(selector)).to_be_visible()

    return check


def goes_by(number):
    def check(page, key, visit):
        day = days.a_busy_day(7)
        page.goto(f"/diary/{day}/")
        press(page, key)
        page.wait_for_url(f"**/diary/{day + timedelta(days=number)}/")

    return check


def goes_to_today(page, key, visit):
    page.goto(f"/diary/{days.a_busy_day(7)}/")
    press(page, key)
    page.wait_for_url(f"**/diary/{days.today()}/")


def books_anew(page, key, visit):
    page.goto("/desk/")
    press(page, key)
    page.wait_for_url("**/diary/new/")


def draws(view):
    def check(page, key, visit):
        page.goto(f"/diary/{days.a_busy_day(7)}/")
        page.locator(VISIT).first.wait_for()
        other = "rooms" if view == "therapists" else "therapists"
        page.locator(f"[data-view={other}]").click()
        press(page, key)
        expect(page.locator(f"[data-view={view}]")).to_have_attribute("aria-pressed", "true")

    return check


def marks(word):
    def check(page, key, visit):
        page.goto(visit)
        press(page, key)
        expect(page.locator(".said")).to_contain_text(word)

    return check


def focuses_payment(page, key, visit):
    page.goto(visit)
    press(page, key)
    expect(page.get_by_role("button", name="Card")).to_be_focused()


def unfolds_book_again(page, key, visit):
    page.goto(visit)
    press(page, key)
    expect(page.locator("[data-checkout=again]")).to_have_attribute("open", "")


def undoes(page, key, visit):
    marks("arrived")(page, "A", visit)
    press(page, key)
    expect(page.locator(".said")).to_contain_text("booked")


def hides_names(page, key, visit):
    page.goto("/desk/")
    press(page, key)
    expect(page.locator("html")).to_have_class("private")


WHAT_IT_DOES = {
    "/": opens("#search-box"),
    "?": opens("#keys"),
    "N": books_anew,
    "←": goes_by(-1),
    "→": goes_by(1),
    "T": goes_to_today,
    "1": draws("therapists"),
    "2": draws("rooms"),
    "3": draws("table"),
    "A": marks("arrived"),
    "D": marks("completed"),
    "P": focuses_payment,
    "B": unfolds_book_again,
    "Z": undoes,
    "F9": hides_names,
}


def test_a_key_of_the_list_does_what_the_list_says(desk, run):
    """One after another on one desk, each with a visit of its own.

    It is somebody's who is expected now, by a therapist whom nobody else has booked.
    """
    for key in LISTED:
        print(f"the key {key}")
        WHAT_IT_DOES[key](desk, key, f"/diary/appointments/{run(TO_COME).strip()}/")


def test_every_key_that_works_is_in_the_list():
    script = (ROOT / "static/js/shortcuts.js").read_text()
    table = script[script.index("const acts = {") :]
    works = re.findall(r'^  "?([^\s":]+)"?: \(\)', table[: table.index("\n};")], re.MULTILINE)
    named = {ARROWS.get(key, key.lower()) for key in LISTED if key not in ELSEWHERE}
    assert set(works) == named
    assert len(LISTED) == len(set(LISTED))
