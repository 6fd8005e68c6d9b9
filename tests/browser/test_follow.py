"""The desk's first page and a therapist's day follow what is done elsewhere, and nothing jumps."""

import pytest
from playwright.sync_api import expect

from tests.browser.logins import signed_in

pytestmark = pytest.mark.browser
MARK = """
from django.utils import timezone
from bookings.actions.scheduling import attendance
from bookings.models import Appointment
attendance.mark(Appointment.objects.get(pk={pk}), "{status}", by="desk", now=timezone.now())
"""
# Whether the page's next round would be left out, as the script answers htmx.
LEFT_OUT = """() => !document.querySelector("[data-follows]").dispatchEvent(
    new CustomEvent("htmx:beforeRequest", { bubbles: true, cancelable: true }))"""


def test_who_has_come_is_shown_at_the_desk_and_the_keyboard_stays_where_it_was(
    open_context, visits, run
):
    _, (ada, ben, cleo) = visits
    page = signed_in(open_context().new_page(), "desk")
    page.goto("/desk/")
    link = page.locator(f"#visit-{cleo}").get_by_role("link").first
    link.focus()
    for pk in (ada, ben):
        run(MARK.format(pk=pk, status="arrived"))
        expect(page.locator(f"#visit-{pk} .status")).to_have_text("Arrived")
        expect(link).to_be_focused()


def test_the_full_page_of_a_visit_follows_but_not_while_its_note_is_written(
    open_context, visits, run
):
    _, (ada, *_) = visits
    page = signed_in(open_context().new_page(), "desk")
    page.goto(f"/diary/appointments/{ada}/")
    status, note = page.locator(".chips .status"), page.get_by_role("textbox", name="Desk note")
    note.fill("Rings twice")
    run(MARK.format(pk=ada, status="arrived"))
    assert page.evaluate(LEFT_OUT)
    expect(status).to_have_text("Booked")
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_text("The note is kept.")).to_be_visible()
    expect(status).to_have_text("Arrived")
    run(MARK.format(pk=ada, status="completed"))
    expect(status).to_have_text("Completed")
    expect(note).to_have_value("Rings twice")


def test_a_therapists_phone_shows_who_has_come_but_not_under_their_hands(phone, visits, run):
    _, (ada, *_) = visits
    phone.goto("/today/")
    expect(phone.locator(".next .eyebrow")).to_have_text("Next")
    assert not phone.evaluate(LEFT_OUT)
    phone.locator("#follows").evaluate(
        "(place) => place.append(Object.assign(document.createElement('details'), { open: true }))"
    )
    assert not phone.evaluate(LEFT_OUT)  # of what is only read there
    phone.locator("#follows > details").evaluate(
        "(one) => one.append(document.createElement('input'))"
    )
    assert phone.evaluate(LEFT_OUT)
    phone.locator("#follows > details").evaluate("(one) => one.remove()")
    run(MARK.format(pk=ada, status="arrived"))
    expect(phone.locator(".next .eyebrow")).to_have_text("Now")
