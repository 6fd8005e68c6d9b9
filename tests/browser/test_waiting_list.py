"""A full day is no dead end: joined on a phone, offered in the inbox, taken by one press."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser import days, journeys
from tests.reading import present

pytestmark = pytest.mark.browser

# A therapist of one's own with two hours on one day, both of them booked; and what other tests
# have changed just before is kept for nobody. Prints the treatment's address and the tokens of
# both visits.
FULL_DAY = """
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from django.utils import timezone
from bookings import links
from bookings.models import *
clinic, now, tag = Clinic.objects.the(), timezone.now(), token_hex(3)
wanda = Therapist.objects.create(name=f"Wanda {tag}", slug=f"wanda-{tag}", initials="WA")
room = Room.objects.create(name=f"Room {tag}")
massage = Treatment.objects.create(name=f"Rare {tag}", slug=f"rare-{tag}", minutes=60, price=50)
massage.therapists.add(wanda)
massage.rooms.add(room)
day = date.fromisoformat("DAY")
ExtraShift.objects.create(therapist=wanda, day=day, start=time(10), end=time(12))
for hour in (10, 11):
    client = Client.objects.create(name="Bo Demo", email=f"{token_hex(4)}@example.com",
                                   proved_at=now, created_at=now)
    start = datetime.combine(day, time(hour), clinic.tz)
    visit = Appointment.objects.create(
        vouched_for=True, client=client, therapist=wanda, room=room, treatment=massage,
        status="booked", price=50, starts_at=start, ends_at=start + timedelta(hours=1),
        blocked_until=start + timedelta(hours=1), created_at=now, booked_at=now)
    print(links.mail_token(visit))
    print(client.email)
print(massage.slug)
FreedTime.objects.filter(worked_at=None).update(worked_at=now)
"""
# As the worker does each minute, at night as it will in the morning; nobody waits for second
# thoughts.
TEND = """
from django.utils import timezone
from bookings.actions.waiting_list import tending
from bookings.models import Clinic, FreedTime
from bookings.queries.training import protocol
FreedTime.objects.filter(worked_at=None).update(due_at=timezone.now())
hours = protocol.current().mails.reminders
tending.tend(now=hours.hours_begin(timezone.now(), Clinic.objects.the().tz))
"""


def link_in(letter, site, start: str) -> str:
    paths = [journeys.path_of(link) for link in site.inbox.links(letter)]
    return next(path for path in paths if path.startswith(start))


def join(open_context, site, slug: str, day) -> tuple:
    """On a phone, from the full day in the picker, and confirmed from the mail."""
    phone = open_context(**days.PHONE, has_touch=True).new_page()
    phone.goto(f"/book/{slug}/?from={day}")
    phone.locator(".days a.is-full").first.click()
    address = journeys.new_address()
    journeys.fill_in(phone, address)
    phone.get_by_role("button", name="Join the waiting list").click()
    expect(phone.get_by_text("One more step")).to_be_visible()
    phone.goto(link_in(site.inbox.wait_for(address, about="waiting list"), site, "/waiting/"))
    phone.get_by_role("button", name="Yes, put me on the list").click()
    expect(phone.get_by_text("Your place on the list is confirmed")).to_be_visible()
    return phone, address


def cancel(page, token: str) -> None:
    page.goto(f"/appointments/{token}/cancel/")
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_text("Your appointment is cancelled")).to_be_visible()


def test_somebody_cancels_and_the_list_is_asked_one_after_another(
    page, open_context, site, run, axe
):
    day = days.today() + timedelta(days=40)
    ten, _, _, _, slug = run(FULL_DAY.replace("DAY", day.isoformat())).split()
    first, first_address = join(open_context, site, slug, day)
    second, second_address = join(open_context, site, slug, day)
    axe(second)
    cancel(page, ten)
    run(TEND)
    first.goto(link_in(site.inbox.wait_for(first_address, about="kept"), site, "/kept-for-you/"))
    axe(first)
    first.get_by_role("button", name="Pass it on, stay on the list").click()
    expect(first.get_by_text("You keep your place")).to_be_visible()
    run(TEND)
    offered = site.inbox.wait_for(second_address, about="kept")
    second.goto(link_in(offered, site, "/kept-for-you/"))
    second.get_by_role("button", name="Take it").click()
    expect(second.get_by_text("It is yours.")).to_be_visible()
    assert site.inbox.wait_for(second_address, about="your appointment")


def test_earlier_please_moves_the_appointment_and_its_calendar_entry(page, site, run, axe):
    day = days.today() + timedelta(days=41)
    ten, _, eleven, address, _ = run(FULL_DAY.replace("DAY", day.isoformat())).split()
    page.goto(f"/appointments/{eleven}/")
    page.get_by_role("link", name="Earlier, please").click()
    axe(page)
    page.get_by_role("button", name="Wait for an earlier time").click()
    expect(page.get_by_text("You are waiting for an earlier time")).to_be_visible()
    cancel(page, ten)
    run(TEND)
    page.goto(link_in(site.inbox.wait_for(address, about="kept"), site, "/kept-for-you/"))
    page.get_by_role("button", name="Move my appointment here").click()
    expect(page.get_by_text("Your appointment is moved")).to_be_visible()
    assert "10:00" in page.locator(".when-large").inner_text()
    moved = site.inbox.wait_for(address, about="moved")
    calendar = next(
        part for part in moved.walk() if part.get_content_type() == "text/calendar"
    ).get_payload(decode=True)
    [event] = Calendar.from_ical(calendar).walk("VEVENT")
    assert present(event.get("SEQUENCE")) == 1
