"""Hours that somebody is written down for twice."""

from datetime import date, time, timedelta

import pytest

from bookings.models import ExtraShift
from bookings.queries.rota.overlaps import overlaps
from tests import factories

MONDAY = date(2026, 11, 30)
WEEK = timedelta(weeks=1)


def every(weeks: int, counted_from: date, **fields) -> dict:
    return {"every_weeks": weeks, "counted_from": counted_from, "valid_from": MONDAY, **fields}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (every(2, MONDAY), every(2, MONDAY), True),
        (every(2, MONDAY), every(2, MONDAY + WEEK), False),
        (every(2, MONDAY), every(3, MONDAY + WEEK), True),  # first in the fifth week
        (every(2, MONDAY), every(3, MONDAY + WEEK, valid_until=MONDAY + 3 * WEEK), False),
        (every(2, MONDAY), every(3, MONDAY + WEEK, valid_until=MONDAY + 4 * WEEK), True),
        (every(4, MONDAY), every(6, MONDAY + WEEK), False),
        (every(52, MONDAY - 10 * WEEK), every(51, MONDAY + 3 * WEEK), True),
        ({"valid_from": MONDAY}, every(5, MONDAY + 2 * WEEK), True),
        ({"valid_from": MONDAY}, {"valid_from": MONDAY, "start": time(17), "end": time(20)}, False),
        ({"valid_from": MONDAY}, {"valid_from": MONDAY, "weekday": 1}, False),
    ],
)
def test_hours_of_some_weeks_overlap_where_they_share_a_day(lee, one, other, meet):
    factories.make_shift(lee, **one)
    factories.make_shift(lee, **other)
    assert bool(overlaps(lee, since=MONDAY)) is meet


def test_hours_instead_of_the_weekly_ones_overlap_none_of_them(lee):
    factories.make_shift(lee)
    extra = factories.make_extra_shift(lee, MONDAY, time(10), time(12))
    assert overlaps(lee, since=MONDAY)
    ExtraShift.objects.update(instead=True)
    assert not overlaps(lee, since=MONDAY)
    factories.make_extra_shift(lee, extra.day, time(11), time(13))
    assert overlaps(lee, since=MONDAY)
