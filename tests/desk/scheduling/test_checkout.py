"""What follows a visit stands on top of its panel, in order: arrived, done, paid, booked again."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Mail
from bookings.queries.money.standing import standing_of
from tests.factories import make_appointment

TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
WEEK = timedelta(weeks=1)
pytestmark = pytest.mark.fixed_clock("2026-12-03T11:30")


@pytest.fixture
def visit(massage, kim, room, ana):
    """Ana's, an hour and a half ago."""
    return make_appointment(starts_at=TEN, client=ana, treatment=massage, therapist=kim, room=room)


@pytest.fixture
def become(visit):
    def _become(status):
        Appointment.objects.filter(pk=visit.pk).update(status=status)
        visit.refresh_from_db()

    return _become


@pytest.fixture
def panel(desk, visit):
    return lambda: desk.get(f"/diary/appointments/{visit.pk}/")


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (Status.BOOKED, "arrived"),
        (Status.ARRIVED, "done"),
        (Status.COMPLETED, "pay"),
        (Status.NO_SHOW, "again"),
    ],
)
def test_the_step_that_comes_next_is_the_open_one(panel, become, status, step):
    become(status)
    page = panel()
    assert page.context["checkout"].now == step
    assert len(re.findall(r'<details name="checkout"[^>]* open>', page.text)) == 1


def test_before_its_day_no_step_is_open_since_one_moves_or_cancels(clock, panel):
    clock.move_to(TEN - timedelta(days=1))
    page = panel()
    assert page.context["checkout"].now == ""
    assert not re.findall(r'<details name="checkout"[^>]* open>', page.text)


@pytest.mark.parametrize("amount", ["9" * 30, "1e400", "1e12", "NaN", "-5", "1" * 400])
@pytest.mark.parametrize("page", ["pay", "price"])
def test_a_sum_that_is_none_is_refused_in_a_sentence(desk, visit, panel, page, amount):
    sent = {"amount": amount, "price": amount, "method": "card", "key": "a" * 32}
    sent["seen"] = panel().context["seen"]
    answer = desk.post(f"/diary/appointments/{visit.pk}/{page}/", sent, follow=True)
    assert answer.status_code in (200, 409, 422)
    assert "Nothing was noted." in answer.text
    assert not visit.payments.exists()


def test_who_has_paid_is_booked_again_and_then_nothing_is_left(
    desk, panel, become, visit, massage, kim, room
):
    become(Status.COMPLETED)
    paying = {"amount": "60.00", "method": "card", "key": "a" * 32, "seen": panel().context["seen"]}
    desk.post(f"/diary/appointments/{visit.pk}/pay/", paying)
    assert panel().context["checkout"].now == "again"
    there = {"treatment": massage, "therapist": kim, "room": room, "client": visit.client}
    make_appointment(starts_at=TEN + 2 * WEEK, **there)
    assert panel().context["checkout"].now == ""


def test_nobody_arrives_before_the_day_and_no_button_says_so(panel, visit):
    end = TEN + WEEK + timedelta(hours=1)
    later = {"starts_at": TEN + WEEK, "ends_at": end, "blocked_until": end}
    Appointment.objects.filter(pk=visit.pk).update(**later)
    page = panel().text
    assert "To be said on the day itself." in page
    assert 'value="arrived"' not in page


def test_what_is_open_missed_and_to_come_stands_below(panel, visit, massage, kim, room):
    there = {"treatment": massage, "therapist": kim, "room": room, "client": visit.client}
    make_appointment(starts_at=TEN - WEEK, status=Status.COMPLETED, **there)
    missed = make_appointment(starts_at=TEN - 2 * WEEK, status=Status.NO_SHOW, **there)
    missed.fees.create(amount=25, currency="GBP", rule="Missed", at=TEN - 2 * WEEK, by="desk: 1")
    make_appointment(starts_at=TEN + 3 * WEEK, **there)
    page = panel().text
    assert "£85.00 unpaid" in page or "£85 unpaid" in page
    assert "1 of 2" in page
    assert "24 Dec" in page


def test_what_somebody_owes_is_the_sum_of_their_accounts(visit, become, massage, kim, room):
    become(Status.COMPLETED)
    facts = {"therapist": kim, "what": "Massage", "currency": "GBP", "at": TEN, "by": "desk: 1"}
    visit.payments.create(method="card", amount=70, number=1, key="k", **facts)
    there = {"treatment": massage, "therapist": kim, "room": room, "client": visit.client}
    make_appointment(starts_at=TEN - WEEK, status=Status.CANCELLED, **there)
    standing = standing_of(visit.client)
    assert [(one.visit, int(one.left)) for one in standing.open] == [(visit.pk, -10)]
    assert standing.back == 10


@pytest.mark.parametrize("weeks", [1, 4])
def test_in_so_many_weeks_at_the_same_hour_with_the_same_therapist(desk, visit, weeks):
    url = f"/diary/appointments/{visit.pk}/again/"
    page = desk.get(url, {"weeks": weeks})
    wanted = TEN + weeks * WEEK
    assert wanted.isoformat() in page.text
    said = {"weeks": weeks, "start": wanted.isoformat(), "key": "a" * 32}
    done = desk.post(url, said, follow=True)
    desk.post(url, said)
    [booked] = Appointment.objects.filter(starts_at=wanted)
    assert (booked.client, booked.therapist, booked.treatment) == (
        visit.client,
        visit.therapist,
        visit.treatment,
    )
    assert f"/diary/appointments/{booked.pk}/undo/" in done.text
    assert Mail.objects.filter(appointment=booked, kind="confirmed").exists()


@pytest.mark.parametrize("said", [{"start": "2026-12-10T03:00:00+00:00"}, {"start": "x"}, {}])
def test_what_was_not_offered_is_not_booked(desk, visit, said):
    page = desk.post(
        f"/diary/appointments/{visit.pk}/again/", {"key": "a" * 32, **said}, follow=True
    )
    assert "just been taken" in page.text
    assert Appointment.objects.count() == 1


def test_the_times_come_as_a_part_of_the_panel(desk, visit):
    url = f"/diary/appointments/{visit.pk}/again/"
    part = desk.get(url, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="again").text
    assert "<html" not in part
    assert "<html" in desk.get(url).text
