"""The message about a booking or a cancellation offers to undo it, as long as that works."""

import re
from datetime import timedelta

import pytest

from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Mail, MailState
from tests.factories import make_user

pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


@pytest.fixture
def booked_at_the_desk(desk, massage, ana, only):
    """Booked by phone; the page that tells it."""
    data = {"who": "ana", "treatment": massage.pk, "when": "thursday 10:00", "tell": "yes"}
    shown = {"who_shown": "ana", "when_shown": f"{massage.pk}||thursday 10:00"}
    answer = desk.post("/diary/new/", {**data, **shown, "key": "a" * 32})
    return desk.get(answer["Location"].partition("#")[0]).content.decode()


@pytest.fixture
def cancelled_at_the_desk(desk, booked_at_the_desk, only):
    visit = only()
    facts = {"seen": visit.events.last().pk, "tell": "yes", "wish": "clinic"}
    answer = desk.post(f"/diary/appointments/{visit.pk}/cancel/", facts)
    return desk.get(answer["Location"]).content.decode()


def press_undo(desk, page):
    [form] = re.findall(r'<form class="undo".*?</form>', page, re.DOTALL)
    [url] = re.findall(r'action="([^"]+)"', form)
    [revision] = re.findall(r'name="revision" value="(\d+)"', form)
    return desk.post(url, {"revision": revision}, follow=True)


def test_the_message_of_a_booking_undoes_it_and_nothing_is_sent(desk, booked_at_the_desk, only):
    answer = press_undo(desk, booked_at_the_desk)
    assert "Ana Demo is not booked after all." in answer.content.decode()
    assert only().status == Status.CANCELLED
    assert not Mail.objects.filter(state=MailState.SCHEDULED).exists()


def test_the_message_of_a_cancellation_undoes_it(desk, cancelled_at_the_desk, only):
    answer = press_undo(desk, cancelled_at_the_desk)
    assert "Ana Demo is booked as before." in answer.content.decode()
    assert only().status == Status.BOOKED


def test_a_page_seen_too_late_offers_nothing_and_a_press_too_late_says_so(
    desk, booked_at_the_desk, only, clock, at
):
    clock.move_to(at(0, 9) + timedelta(minutes=3))
    page = press_undo(desk, booked_at_the_desk).content.decode()
    assert "It is too late to undo that" in page
    assert "Undo the booking" not in page
    assert only().status == Status.BOOKED


def test_the_visits_own_page_offers_it_too(desk, booked_at_the_desk, only):
    page = desk.get(f"/diary/appointments/{only().pk}/").content.decode()
    assert "Undo the booking" in page


def test_the_same_form_books_again_after_an_undo(desk, booked_at_the_desk, massage):
    press_undo(desk, booked_at_the_desk)
    data = {"who": "ana", "treatment": massage.pk, "when": "thursday 10:00", "tell": "yes"}
    shown = {"who_shown": "ana", "when_shown": f"{massage.pk}||thursday 10:00"}
    desk.post("/diary/new/", {**data, **shown, "key": "a" * 32})
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1


def test_a_visit_nobody_was_told_of_says_so_and_its_button_tells(desk, massage, ana, only):
    data = {"who": "ana", "treatment": massage.pk, "when": "thursday 10:00", "tell": "no"}
    shown = {"who_shown": "ana", "when_shown": f"{massage.pk}||thursday 10:00"}
    desk.post("/diary/new/", {**data, **shown})
    page = desk.get(f"/diary/appointments/{only().pk}/").content.decode()
    assert "Not told yet." in page
    [drawn] = desk.get("/diary/2026-12-03/feed/").json()["visits"]
    assert "Not told" in drawn["flags"]
    told = {"revision": 0, "note": "See you"}
    page = desk.post(f"/diary/appointments/{only().pk}/tell/", told, follow=True).content.decode()
    assert "will be told by mail in three minutes" in page
    assert "Not told yet." not in page
    assert Mail.objects.get(kind="confirmed").note == "See you"


def test_a_move_tells_unless_turned_off_and_a_refusal_keeps_answer_and_line(
    desk, booked_at_the_desk, only, kim
):
    url = f"/diary/appointments/{only().pk}/move/"
    assert re.search(r'name="tell" value="yes"[^>]*checked', desk.get(url).content.decode())
    facts = {"date": "2026-12-03", "time": "18:00", "minutes": 60, "therapist": kim.pk}
    said = {"tell": "no", "note": "A line of mine", "revision": 0}
    page = desk.post(url, {**facts, **said}).content.decode()
    assert re.search(r'name="tell" value="no"[^>]*checked', page)
    assert "A line of mine" in page
    [instead, *_] = re.findall(r'name="instead" value="([^"]+)"', page)
    desk.post(url, {**facts, **said, "tell": "yes", "instead": instead})
    assert only().starts_at.isoformat() == instead.split()[0]
    assert Mail.objects.get(kind="moved").note == "A line of mine"


def test_what_came_to_nothing_offers_to_undo_nothing_of_a_colleagues(
    desk, signed_in, booked_at_the_desk, only
):
    visit = only()
    url = f"/diary/appointments/{visit.pk}"
    paid = {"seen": visit.events.last().pk, "amount": "10", "method": "cash", "key": "c" * 32}
    page = desk.post(f"{url}/pay/", paid, follow=True)
    assert 'class="undo"' in page.content.decode()
    colleague = signed_in(make_user("colleague@example.com", role=Role.DESK))
    seen = visit.events.last().pk
    for path, facts in (("note", {"desk_note": ""}), ("late", {"minutes": "0"}), ("pay", paid)):
        answer = colleague.post(f"{url}/{path}/", {**facts, "seen": seen}, follow=True)
        assert 'class="undo"' not in answer.content.decode(), path
