"""Days of lists: never guessed between day and month."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.records.moments import NoSuchMoment, Order, instant, orders_in, when

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-03 10:30", "2026-12-03T10:30:00Z", "2026-12-03 10:30:00 +0000", "3 Dec 2026 10:30",
        "Thu, 3 December 2026, 10:30am", "December 3, 2026 10:30 AM", "2026/12/03 10.30",
        "03-Dec-2026 at 10:30", "2026-12-03T11:30:00.000+01:00", "3rd Dec 2026 10:30",
    ],
)  # fmt: skip
def test_each_way_of_writing_it_is_one_instant(text):
    assert instant(when(text, None), LONDON) == datetime(2026, 12, 3, 10, 30, tzinfo=UTC)


def test_numbers_alone_say_nothing_without_an_order():
    assert when("03/12/2026", Order.DAY_FIRST).day == date(2026, 12, 3)
    assert when("03/12/2026", Order.MONTH_FIRST).day == date(2026, 3, 12)
    assert when("5/5/26 9am", None).clock == time(9)
    for text in ("03/12/2026", "31/31/2026", "30 February 2026", "", "soon", "2026-12-03 25:00"):
        with pytest.raises(NoSuchMoment):
            when(text, None)


@pytest.mark.parametrize(
    ("texts", "sure", "asked"),
    [
        (["03/12/2026", "13/12/2026"], Order.DAY_FIRST, False),
        (["03/12/2026", "12/13/2026"], Order.MONTH_FIRST, False),
        (["03/12/2026", "04/05/2026"], None, True),
        (["13/12/2026", "12/13/2026"], None, True),
        (["5/5/2026", "2026-12-03"], None, False),
        ([], None, False),
    ],
)
def test_the_whole_column_says_which_comes_first_or_somebody_is_asked(texts, sure, asked):
    orders = orders_in(texts)
    assert (orders.sure, orders.must_be_asked) == (sure, asked)


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1), st.sampled_from(Order))
def test_a_column_is_read_as_it_was_written_or_asked_about(days, order):
    shape = "{:%d/%m/%Y}" if order is Order.DAY_FIRST else "{:%m/%d/%Y}"
    texts = [shape.format(day) for day in days]
    orders = orders_in(texts)
    assert orders.sure in (order, None)
    if not orders.must_be_asked:
        assert [when(text, orders.sure).day for text in texts] == days


@pytest.mark.parametrize("text", ["2027-03-28 01:30", "2026-10-25 01:30"])
def test_an_hour_that_clocks_leave_out_or_have_twice_is_not_chosen(text):
    with pytest.raises(NoSuchMoment):
        instant(when(text, None), LONDON)
