"""Small things of the desk's day: search finds days as they are said, lists leave nothing out."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Payment
from tests.factories import make_appointment, make_client

pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")


def words(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2 dec", "12-02"), ("tomorrow", "12-02"), ("2026-12-24", "12-24"), ("thursday", "12-03")],
)
def test_the_search_finds_a_day_as_one_says_it(desk, typed, day):
    page = words(desk.get("/desk/search/", {"q": typed}))
    assert f'href="/diary/2026-{day}/"' in page
    assert "much like it" not in page


@pytest.mark.parametrize("typed", ["prya", "takings", "9:30", "%"])
def test_the_search_says_when_it_finds_nothing(desk, typed):
    page = words(desk.get("/desk/search/", {"q": typed}))
    assert "Nothing is found." in page
    assert "much like it" not in page


@pytest.mark.fixed_clock
def test_a_visit_called_off_for_a_day_to_come_is_not_before(desk, ana, massage, kim, room, at):
    make_appointment(
        starts_at=at(9, 10), treatment=massage, therapist=kim, room=room, client=ana,
        status=Status.CANCELLED,
    )  # fmt: skip
    page = words(desk.get(f"/desk/clients/{ana.pk}/"))
    before = page.index(">Before<")
    assert 0 < page.index(">Called off<") < page.index("11 Dec, 10:00") < before
    assert "Never been." in page[before:]


def test_every_unpaid_visit_of_two_months_can_be_paid_from_the_list(desk, massage, kim, room, at):
    for number in range(24):
        make_appointment(
            starts_at=at(-2 - number, 10), treatment=massage, therapist=kim, room=room,
            client=make_client(f"Client {number}"), status=Status.COMPLETED, price=38,
        )  # fmt: skip
    page = words(desk.get("/desk/"))
    assert page.count('value="card"') == 24
    assert "<b>24</b> Unpaid" in page


def test_what_waits_today_names_its_day_on_the_page_of_another(desk, massage, kim, room, at):
    make_appointment(
        starts_at=at(0, 8), treatment=massage, therapist=kim, room=room, price=38,
        client=make_client("Owing Demo"), status=Status.COMPLETED,
    )  # fmt: skip
    pages = (words(desk.get("/desk/", {"day": day})) for day in ("2026-12-01", "2026-12-02"))
    when = re.compile(r'figures">([^<]*)</span> <a[^>]*>.?<bdi>Owing')
    today, tomorrow = (when.findall(page) for page in pages)
    assert (today, tomorrow) == (["08:00"], ["Tue 1 Dec, 08:00"])


def paid(desk, booked):
    Appointment.objects.filter(pk=booked.pk).update(status=Status.COMPLETED, price=38)
    facts = {"amount": "38", "method": "card", "key": "ab" * 16, "seen": 10**6}
    return desk.post(f"/diary/appointments/{booked.pk}/pay/", {**facts, "back": "desk"})


def press_undo(desk, page):
    form = page[page.index('<form class="undo"') :]
    form = form[: form.index("</form>")]
    fields = {
        piece.split('name="')[1].split('"')[0]: piece.split('value="')[1].split('"')[0]
        for piece in form.split("<input ")[1:]
    }
    return desk.post(form.split('action="')[1].split('"')[0], fields, follow=True)


def test_a_payment_taken_on_the_list_is_taken_back_there(desk, booked):
    answer = desk.get(paid(desk, booked)["Location"])
    answer = press_undo(desk, words(answer))
    assert "£38 is taken back." in words(answer)
    assert answer.request["PATH_INFO"] == "/desk/"
    assert sum(Payment.objects.values_list("amount", flat=True)) == Decimal(0)


def test_after_three_minutes_a_payment_is_taken_back_on_its_own_page_alone(desk, booked, clock, at):
    there = paid(desk, booked)["Location"]
    clock.move_to(at(0, 9) + timedelta(minutes=3))
    assert 'class="undo"' not in words(desk.get(there))


def test_a_mark_is_taken_back_from_its_message(desk, booked, clock, at):
    clock.move_to(booked.starts_at)
    facts = {"status": "arrived", "seen": 10**6}
    answer = desk.post(f"/diary/appointments/{booked.pk}/mark/", facts, follow=True)
    press_undo(desk, words(answer))
    assert Appointment.objects.get(pk=booked.pk).status == Status.BOOKED


def test_takings_lead_to_the_day_before_and_after(desk):
    page = words(desk.get("/diary/2026-12-01/takings/"))
    assert 'href="/diary/2026-11-30/takings/" rel="prev"' in page
    assert 'href="/diary/2026-12-02/takings/" rel="next"' in page
