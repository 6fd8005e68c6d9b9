"""One day that is different."""

from datetime import time, timedelta

import pytest

from bookings.core.scheduling.weeks import monday_of
from bookings.models import Absence, ExtraShift, WeeklyShift
from bookings.queries.rota.patterns import hours_on
from tests.office.conftest import filled

DAY = timedelta(days=1)


@pytest.fixture
def day(today):
    return today + 8 * DAY


@pytest.fixture
def page(kim, day) -> str:
    return f"/office/rota/{kim.pk}/{day}/"


def worked(kim, day) -> str:
    return ", ".join(map(str, hours_on(kim, day)))


def extras() -> set[tuple]:
    return set(ExtraShift.objects.values_list("start", "end", "instead"))


def test_what_only_adds_stands_beside_the_weekly_hours(send, page, kim, day):
    answer = send(page, hours="9-17, 18-20")
    assert answer["Location"] == f"/office/rota/?week={monday_of(day)}"
    assert extras() == {(time(18), time(20), False)}
    assert worked(kim, day) == "09–17, 18–20"
    kim.shifts.update(end=time(16))
    assert worked(kim, day) == "09–16, 18–20"


def test_shorter_or_other_hours_hold_instead_of_the_weekly_ones(send, page, kim, day):
    send(page, hours="10-12, 13-15:30")
    assert {one[2] for one in extras()} == {True}
    assert worked(kim, day) == "10–12, 13–15:30"
    assert worked(kim, day + 7 * DAY) == "09–17"
    kept = ExtraShift.objects.get(start=time(10)).pk
    send(page, hours="10-12")
    assert ExtraShift.objects.get().pk == kept


def test_a_day_is_as_every_week_again_by_one_press(office, send, page, kim, day):
    send(page, hours="10-12")
    assert "As every week again" in office.get(page).text
    send(page, usual="1")
    assert not ExtraShift.objects.exists()
    assert worked(kim, day) == "09–17"
    assert "As every week again" not in office.get(page).text


def test_an_emptied_day_is_a_day_off(office, send, page, kim, day, clinic):
    send(page, hours="", reason="Wedding")
    off = Absence.objects.get()
    assert (off.therapist, off.reason, clinic.day_of(off.starts_at)) == (kim, "Wedding", day)
    assert (off.starts_at, off.ends_at) == (clinic.begin_of(day), clinic.begin_of(day + DAY))
    assert "They are away" in office.get(page).text


def test_a_day_as_it_is_writes_nothing(office, send, page):
    rows = list(WeeklyShift.objects.values())
    send(page, hours="9:00 - 17:00")
    assert not ExtraShift.objects.exists()
    assert "Nothing was different" in office.get("/office/rota/").text
    assert list(WeeklyShift.objects.values()) == rows


def test_a_day_that_is_worked_twice_can_be_left_as_it_is(office, send, page, kim, day):
    ExtraShift.objects.create(therapist=kim, day=day, start=time(16), end=time(19))
    assert send(page).status_code == 302
    assert extras() == {(time(16), time(19), False)}


@pytest.mark.parametrize("typed", ["17-9", "9-12, 11-13", "18-24", "noon", "9" * 300])
def test_what_cannot_be_is_refused_beside_it(send, page, typed):
    answer = send(page, hours=typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["hours"]
    assert answer.context["form"]["hours"].value() == typed
    assert not ExtraShift.objects.exists()


def test_visits_outside_that_days_hours_are_asked_about_first(office, send, kim, booked, today):
    page = f"/office/rota/{kim.pk}/{today + 3 * DAY}/"
    asked = send(page, hours="13-17")
    assert asked.status_code == 409
    assert "1 appointment is booked that could not stay where it is." in asked.text
    assert asked.context["places"]
    assert not ExtraShift.objects.exists()
    sent = {**filled(asked.context["form"]), "accepted": asked.context["impact"].digest}
    assert office.post(page, sent)["Location"] == f"/diary/stranded/?therapist={kim.pk}"
    assert extras() == {(time(13), time(17), True)}


def test_a_day_that_somebody_else_has_changed_is_not_overwritten(office, send, page, kim, day):
    opened = office.get(page)
    ExtraShift.objects.create(therapist=kim, day=day, start=time(18), end=time(19))
    answer = send(page, opened, hours="10-11")
    assert answer.status_code == 409
    assert extras() == {(time(18), time(19), False)}


@pytest.mark.parametrize("when", ["1999-12-31", "2200-01-01", "2027-02-29"])
def test_a_day_that_pages_do_not_know_is_not_found(office, kim, when):
    assert office.get(f"/office/rota/{kim.pk}/{when}/").status_code == 404
