"""The same weeks for others."""

from datetime import time, timedelta

import pytest

from tests import factories
from tests.office.conftest import filled

DAY = timedelta(days=1)


@pytest.fixture
def page(kim) -> str:
    return f"/office/rota/{kim.pk}/copy/"


def test_others_work_the_same_from_a_day_on_and_what_they_had_ends(send, page, kim, lee, today):
    monday = today - today.weekday() * DAY
    kim.shifts.update(every_weeks=2, counted_from=monday)
    kim.breaks.create(weekday=0, start=time(12), end=time(13), valid_from=monday, reason="lunch")
    old = factories.make_shift(lee, 3, time(7), time(8))
    factories.make_shift(lee, 4, time(7), time(8), valid_from=today + 90 * DAY)
    since = today + 5 * DAY
    send(page, others=[lee.pk], since=str(since))
    old.refresh_from_db()
    assert old.valid_until == since - DAY
    copied = lee.shifts.exclude(pk=old.pk)
    assert {(row.weekday, row.every_weeks, row.counted_from, row.valid_from) for row in copied} == {
        (day, 2, monday, since) for day in range(7)
    }
    assert lee.breaks.get().reason == "lunch"
    assert kim.shifts.count() == 7


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"others": []}, "others"),
        ({"since": ""}, "since"),
        ({"since": "2020-01-01"}, "since"),
        ({"since": "1999-01-01"}, "since"),
        ({"others": ["99999"]}, "others"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(send, page, lee, typed, field):
    answer = send(page, **{"others": [lee.pk], **typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not lee.shifts.exists()


def test_nobody_is_given_hours_that_have_ended(send, page, kim, lee, today):
    kim.shifts.update(valid_until=today + DAY)
    answer = send(page, others=[lee.pk], since=str(today + 9 * DAY))
    assert "has no hours from that day on" in answer.text


def test_visits_that_could_not_stay_are_asked_about_first(
    office, page, send, kim, lee, massage, booked
):
    """Kim is given Lee's evenings."""
    factories.make_week(lee, time(18), time(20))
    page = f"/office/rota/{lee.pk}/copy/"
    asked = send(page, others=[kim.pk])
    assert asked.status_code == 409
    assert kim.shifts.filter(start=time(9)).count() == 7
    sent = {**filled(asked.context["form"]), "accepted": asked.context["impact"].digest}
    assert office.post(page, sent)["Location"] == "/diary/stranded/"
    assert kim.shifts.filter(start=time(18)).count() == 7
