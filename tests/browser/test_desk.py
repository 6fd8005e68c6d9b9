"""The pages of the clinic's staff, and those that say no, in a real browser."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser import days
from tests.browser.conftest import A_PHONES, WIDTHS
from tests.browser.logins import fill_in, let_in, signed_in
from tests.reading import present


def test_the_day_is_for_everybody_and_fits(page, for_everybody):
    signed_in(page, "desk")
    for_everybody(page)
    page.get_by_role("link", name="Next day").click()
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_role("heading", name="Same e-mail, different name")).to_be_visible()


def test_nothing_lies_over_what_can_be_pressed_on_the_desks_pages(page):
    let_in(page, "desk")
    day = days.a_busy_day(7)
    client = (
        page.request.get("/desk/clients/").text().split('href="/desk/clients/')[2].split('"')[0]
    )
    visit = page.request.get(f"/diary/{day}/feed/").json()["visits"][0]["id"]
    for path in [
        "/desk/", "/desk/clients/", f"/desk/clients/{client}", "/desk/mails/",
        "/desk/search/?q=demo", f"/diary/{day}/", f"/diary/{day}/week/", f"/diary/{day}/takings/",
        f"/diary/appointments/{visit}/", f"/diary/appointments/{visit}/move/",
        "/diary/new/?who=demo&when=next+week", "/diary/blocks/", "/diary/blocks/off/new/",
        "/diary/stranded/",
    ]:  # fmt: skip
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            days.fits(page)
            days.nothing_is_covered(page)
            if width == A_PHONES:
                days.needs_no_enlarging(page)


def test_a_therapist_sees_the_day_but_not_the_records(open_context):
    page = let_in(open_context().new_page(), "therapist")
    page.goto("/desk/")
    page.locator("summary", has_text="More").click()
    expect(page.get_by_role("link", name="Protocol")).to_be_visible()
    assert page.get_by_role("link", name="Records and settings").count() == 0
    assert present(page.goto("/admin/")).status == 403


def test_pages_that_say_no_are_for_everybody_too(open_context, for_everybody):
    page = open_context().new_page()
    assert page.goto("/no-such-page/").status == 404
    for_everybody(page)
    page.goto("/accounts/signup/")
    for_everybody(page)
    runner = open_context().new_page()
    runner.goto("/accounts/login/")
    fill_in(runner, "runner")
    runner.get_by_role("link", name="Sign out").wait_for()
    assert runner.goto("/desk/").status == 403
    for_everybody(runner)


def test_a_clients_race_is_entered_and_moved_at_the_desk(page, for_everybody):
    day = days.today() + timedelta(weeks=31)
    enter_a_race(page, "demoson", day)
    page.get_by_role("heading", name="Sessions that fit").wait_for()
    for_everybody(page)
    page.get_by_role("link", name=re.compile(f"Change.*{day.year}")).last.click()
    page.get_by_label("Date of the race").fill((day + timedelta(weeks=2)).isoformat())
    expect(page.get_by_label("How it went")).to_have_count(0)
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("heading", name="What changes").wait_for()
    for_everybody(page)
    page.get_by_role("button", name=re.compile("^Save ")).click()
    page.get_by_text("The plan is up to date.").wait_for()


def test_how_far_one_got_is_asked_of_who_started_and_did_not_finish(page):
    enter_a_race(page, "placeholder", days.today())
    page.get_by_role("link", name=re.compile(f"Change.*{days.today().year}")).first.click()
    expect(page.get_by_label("How far you got")).to_be_hidden()
    page.get_by_label("How it went").select_option("I started and did not finish")
    expect(page.get_by_label("How far you got")).to_be_visible()


def enter_a_race(page, name, day):
    """Of the first client of that name."""
    let_in(page, "desk")
    page.goto(f"/admin/bookings/client/?q={name}")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Races and plan").click()
    page.get_by_role("heading", name=re.compile(f"{name}.*: plan", re.I)).wait_for()
    if page.locator(".races").count():
        page.get_by_text("Another race?").click()
    page.get_by_label("Date of the race").fill(day.isoformat())
    page.get_by_role("button", name=re.compile("Enter the race|Add this race")).click()


SEVEN = """
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.models import *
now, tz, day = timezone.now(), Clinic.objects.the().tz, date.fromisoformat("DAY")
name = f"Petra {token_hex(2)}"
petra = Therapist.objects.create(name=name, slug=name.lower().replace(" ", "-"), initials="PP")
massage = Treatment.objects.get(slug="sports-massage-30")
massage.therapists.add(petra)
room = Room.objects.create(name=f"Room {token_hex(2)}", active=False)
ExtraShift.objects.create(therapist=petra, day=day, start=time(9), end=time(20))
for hour in range(9, 16):
    start = datetime.combine(day, time(hour), tz)
    client = Client.objects.create(name=f"Vera {token_hex(2)}", phone="+44 20 7946 0000",
        email=f"{token_hex(4)}@example.com", proved_at=now)
    Appointment.objects.create(vouched_for=True, client=client, therapist=petra, room=room,
        treatment=massage, status="booked", price=60, starts_at=start,
        ends_at=start + timedelta(minutes=30), blocked_until=start + timedelta(minutes=30),
        created_at=now, booked_at=now)
print(petra.pk)
"""


def test_seven_visits_of_an_ill_therapist_are_settled_in_at_most_20_presses(
    page, run, clicks, for_everybody
):
    day = days.a_busy_day(14)
    petra = run(SEVEN.replace("DAY", f"{day}")).strip()
    let_in(page, "desk")
    page.goto(f"/diary/blocks/off/new/?therapist={petra}&first={day}")
    clicks.clear()
    page.get_by_role("button", name="Put it in the diary").click()
    page.get_by_role("button", name="Do it all the same").click()
    expect(page.get_by_role("heading", name="7 visits to settle")).to_be_visible()
    for_everybody(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        days.nothing_is_covered(page)
    page.get_by_role("button", name="Move and tell those ticked").click()
    page.get_by_text(re.compile("moved|Nobody was ticked")).first.wait_for()
    if page.get_by_role("heading", name=re.compile("to settle$")).count():
        page.get_by_role("link", name="Tick all").click()
        page.get_by_text("Cancel those ticked").click()
        page.get_by_role("button", name="Cancel them").click()
    expect(page.get_by_text("Nobody is left to settle.")).to_be_visible()
    assert len(clicks) <= 20
    expect(page.get_by_role("heading", name="7 visits settled here")).to_be_visible()
    for_everybody(page)


def test_single_keys_search_turn_days_and_can_be_switched_off(page, axe):
    let_in(page, "desk")
    page.goto("/desk/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/desk/?day=*")
    page.get_by_role("link", name="Diary").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Diary")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("ana demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search/?q=ana+demo")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    axe(page)
    page.locator("main a[href*='client=']").first.click()
    expect(page.locator("[name=who]")).to_have_value("Ana Demo")
    expect(page.locator("[name=client]:checked, [name=client][type=hidden]").first).to_be_attached()
    page.goto("/desk/")
    page.keyboard.press("?")
    page.get_by_label("Single keys on this device").uncheck()
    page.keyboard.press("Escape")
    days.wait_until(page, "!document.activeElement.closest('dialog')")
    page.keyboard.press("t")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    assert page.url.endswith("/desk/")
