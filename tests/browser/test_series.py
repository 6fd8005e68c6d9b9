"""A runner comes every three weeks from a phone; the desk ends a series, and the calendar knows."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser import days
from tests.browser.logins import let_in

pytestmark = pytest.mark.browser

# A therapist of one's own who works each day, a visit of Ana's with them, and somebody else in the
# place that is three weeks later. Prints the visit, the token of its mail, and the address.
VISIT = """
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from django.utils import timezone
from bookings import links
from bookings.models import *
clinic, now, tag = Clinic.objects.the(), timezone.now(), token_hex(3)
sven = Therapist.objects.create(name=f"Sven {tag}", slug=f"sven-{tag}", initials="SV")
for weekday in range(7):
    WeeklyShift.objects.create(therapist=sven, weekday=weekday, start=time(9), end=time(18),
                               valid_from=date(2020, 1, 1))
room = Room.objects.create(name=f"Room {tag}")
massage = Treatment.objects.create(name=f"Often {tag}", slug=f"often-{tag}", minutes=60, price=50)
massage.therapists.add(sven)
massage.rooms.add(room)
def visit(name, day):
    client = Client.objects.create(name=name, email=f"{token_hex(4)}@example.com",
                                   proved_at=now, created_at=now)
    start = datetime.combine(day, time(10), clinic.tz)
    return Appointment.objects.create(
        vouched_for=True, client=client, therapist=sven, room=room, treatment=massage,
        status="booked", price=50, starts_at=start, ends_at=start + timedelta(hours=1),
        blocked_until=start + timedelta(hours=1), created_at=now, booked_at=now)
first = visit("Ana Demo", date.fromisoformat("DAY"))
visit("Bo Demo", date.fromisoformat("DAY") + timedelta(weeks=3))
print(first.pk)
print(links.mail_token(first))
print(first.client.email)
"""
# What the desk does waits for its undo; here nobody has second thoughts.
AT_ONCE = """
from django.utils import timezone
from bookings.mail.wake_worker import ring
from bookings.models import Mail
Mail.objects.filter(kind="series_changed").update(due_at=timezone.now())
ring()
"""


def entries_in(letter) -> list:
    """The calendar's entry in each file of the mail, with what it asks for."""
    files = [part for part in letter.walk() if part.get_content_type() == "application/ics"]
    read = [Calendar.from_ical(part.get_payload(decode=True)) for part in files]
    return [(one["METHOD"], one.walk("VEVENT")[0]) for one in read]


def ready(run) -> list[str]:
    """On a weekday's evening like any other, ten days ahead."""
    return run(VISIT.replace("DAY", (days.today() + timedelta(days=10)).isoformat())).split()


def test_every_three_weeks_from_a_phone_with_the_nearest_where_one_is_taken(
    open_context, site, run, axe
):
    _, token, address = ready(run)
    phone = open_context(**days.PHONE, has_touch=True).new_page()
    phone.goto(f"/appointments/{token}/")
    phone.get_by_role("link", name="Make it a series").click()
    phone.get_by_label("How many").fill("4")
    phone.get_by_role("button", name="Show these dates").click()
    expect(phone.locator(".series-dates li")).to_have_count(3)
    taken = phone.locator(".series-dates li").first
    expect(taken.get_by_text("Taken")).to_be_visible()
    expect(taken.get_by_label("The nearest")).to_be_checked()
    axe(phone)
    phone.get_by_role("button", name="Book the series").click()
    expect(phone.get_by_text("Your series is booked")).to_be_visible()
    axe(phone)
    letter = site.inbox.wait_for(address, about="your 3 appointments")
    assert [method for method, _event in entries_in(letter)] == ["REQUEST"] * 3


def test_the_desk_cancels_this_and_later_and_the_calendar_is_told_of_each(page, site, run, axe):
    pk, _, address = ready(run)
    desk = let_in(page, "desk")
    desk.goto(f"/diary/appointments/{pk}/")
    desk.get_by_role("link", name="Repeat…").click()
    desk.get_by_role("button", name="Book the series").click()
    desk.get_by_role("link", name="10:00").nth(1).click()
    desk.get_by_role("link", name="Cancel or move several").click()
    desk.get_by_role("link", name="Cancel several…").click()
    desk.get_by_role("button", name="Show which they are").click()
    axe(desk)
    desk.get_by_role("button", name="Cancel these").click()
    expect(desk.get_by_text("The appointments are cancelled")).to_be_visible()
    run(AT_ONCE)
    told = entries_in(site.inbox.wait_for(address, about="cancelled"))
    assert {method for method, _event in told} == {"CANCEL"}
    assert len(told) >= 3
    assert {event["SEQUENCE"] for _method, event in told} == {1}
    assert {event["STATUS"] for _method, event in told} == {"CANCELLED"}
