"""The desk's first page and a therapist's day follow what is done elsewhere, and nothing jumps."""

import pytest
from playwright.sync_api import expect

from tests.browser.days import wait_until
from tests.browser.logins import let_in, signed_in

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


@pytest.fixture
def full_page(open_context, visits):
    """Ada's visit on a page of its own at the desk, and its id."""
    page, ada = signed_in(open_context().new_page(), "desk"), visits[1][0]
    page.goto(f"/diary/appointments/{ada}/")
    return page, ada


def test_the_full_page_of_a_visit_follows_as_it_was_opened(full_page, run):
    page, ada = full_page
    for status in ("arrived", "completed"):
        run(MARK.format(pk=ada, status=status))
        expect(page.locator(".chips .status")).to_have_text(status.capitalize())


def test_it_does_not_while_something_is_filled_in_there_or_a_button_is_about_to_be_pressed(
    full_page,
):
    page, _ = full_page
    assert not page.evaluate(LEFT_OUT)
    button = page.get_by_role("button", name="Arrived")
    button.hover()
    assert page.evaluate(LEFT_OUT)
    page.mouse.move(0, 0)
    assert not page.evaluate(LEFT_OUT)
    button.focus()
    assert page.evaluate(LEFT_OUT)
    button.blur()
    page.get_by_text("Cancel the appointment").click()
    page.mouse.move(0, 0)
    assert page.evaluate(LEFT_OUT)
    page.get_by_text("Cancel the appointment").click()
    assert not page.evaluate(LEFT_OUT)


def test_a_note_that_is_typed_goes_along_with_what_else_is_pressed(full_page, run):
    page, ada = full_page
    note = page.get_by_role("textbox", name="Desk note")
    note.fill("Rings twice")
    run(MARK.format(pk=ada, status="arrived"))
    assert page.evaluate(LEFT_OUT)
    page.get_by_label("Late by").fill("15")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("It has changed since the page was opened")).to_be_visible()
    expect(page.get_by_text("The note is kept.")).to_be_visible()
    expect(note).to_have_value("Rings twice")
    expect(page.locator(".chips .status")).to_have_text("Arrived")


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


def test_a_note_that_came_back_unsaved_counts_as_typed(open_context, visits):
    """So neither the page that follows nor the diary puts the saved one in its place."""
    _, (ada, *_) = visits
    page = let_in(open_context(viewport={"width": 1440, "height": 900}).new_page(), "desk")
    page.goto(f"/diary/appointments/{ada}/")
    note = page.locator("#desk-note")
    note.evaluate("note => note.removeAttribute('maxlength')")
    note.fill("x" * 501)
    page.get_by_role("button", name="Save the note").click()
    page.get_by_text("A note has 500 letters at most.").wait_for()
    wait_until(page, "document.getElementById('desk-note').defaultValue === ''")
    expect(note).to_have_value("x" * 501)
