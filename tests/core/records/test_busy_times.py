"""When somebody is busy: what a private calendar says, and what of it counts."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.intervals import Interval
from bookings.core.records.busy_times import RULES, NoCalendar, busy_times
from bookings.core.records.plan_files.lines import A_RULE, A_WEEKLY_RULE

LONDON = ZoneInfo("Europe/London")
DURING = Interval(datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
WEEKLY = "UID:w\nDTSTART;TZID=Europe/London:20261020T090000\nDTEND;TZID=Europe/London:20261020T100000\nRRULE:FREQ=WEEKLY;COUNT=3"  # noqa: E501


def calendar(*events, head=""):
    inside = "\n".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{inside}\nEND:VCALENDAR\n".encode()


def busy(*events, head=""):
    """Day and hours in UTC: 20 09:00-10:00."""
    found = busy_times(calendar(*events, head=head), DURING, LONDON).times
    return [f"{one.start:%d %H:%M}-{one.end:%H:%M}" for one in found]


def at(start, end, *more):
    return "\n".join([f"DTSTART:{start}", f"DTEND:{end}", *more])


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([at("20261020T090000Z", "20261020T100000Z")], ["20 09:00-10:00"]),
        ([at("20261020T090000", "20261020T100000")], ["20 08:00-09:00"]),  # the clinic's clock
        ([at("20261020T090000Z", "20261020T100000Z", "TRANSP:TRANSPARENT")], []),
        ([at("20261020T090000Z", "20261020T100000Z", "STATUS:CANCELLED")], []),
        ([at("20261020T090000Z", "20261020T100000Z", "X-MICROSOFT-CDO-BUSYSTATUS:FREE")], []),
        (["DTSTART:20261020T090000Z\nDURATION:PT1H30M"], ["20 09:00-10:30"]),
        (["DTSTART:20261020T090000Z"], []),  # takes no time
        (["DTSTART;VALUE=DATE:20261020"], ["19 23:00-23:00"]),  # a whole day, there
        (["DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026"], ["23 23:00-00:00"]),
        ([at("20261020T090000Z", "20261020T100000Z"), at("20261020T093000Z", "20261020T110000Z")],
         ["20 09:00-11:00"]),
        (["DTSTART;TZID=GMT Standard Time:20261020T090000\nDURATION:PT1H"], ["20 08:00-09:00"]),
        (["DTSTART;TZID=\"Romance Standard Time\":20261020T090000\nDURATION:PT1H"],
         ["20 07:00-08:00"]),
        ([WEEKLY], ["20 08:00-09:00", "27 09:00-10:00", "03 09:00-10:00"]),  # the clock changes
        ([f"{WEEKLY}\nEXDATE;TZID=Europe/London:20261027T090000"],
         ["20 08:00-09:00", "03 09:00-10:00"]),
        ([WEEKLY, "UID:w\nRECURRENCE-ID;TZID=Europe/London:20261027T090000\n"
          "DTSTART;TZID=Europe/London:20261028T120000\nDURATION:PT1H"],
         ["20 08:00-09:00", "28 12:00-13:00", "03 09:00-10:00"]),
        ([WEEKLY, "UID:w\nRECURRENCE-ID;TZID=Europe/London:20261027T090000\nSTATUS:CANCELLED\n"
          "DTSTART;TZID=Europe/London:20261027T090000\nDURATION:PT1H"],
         ["20 08:00-09:00", "03 09:00-10:00"]),
        (["UID:lone\nRECURRENCE-ID:20261027T090000Z\nDTSTART:20261028T090000Z\nDURATION:PT1H"],
         ["28 09:00-10:00"]),
        (["UID:same\nDTSTART:20261020T090000Z\nDURATION:PT1H",
          "UID:same\nDTSTART:20261021T090000Z\nDURATION:PT1H"],
         ["20 09:00-10:00", "21 09:00-10:00"]),
        (["DTSTART:20261006T090000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=3"],
         ["03 09:00-10:00", "01 09:00-10:00"]),
        (["DTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"], []),
        (["DTSTART;VALUE=DATE:20221224\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"],
         ["24 00:00-00:00"]),
        ([f"UID:{n}\nDTSTART:20241020T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20250601"
          for n in range(40)], []),  # what is over, however much of it
        (["DTSTART:20261020T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261021"],
         ["20 09:00-10:00", "21 09:00-10:00"]),
    ],
)  # fmt: skip
def test_what_counts_as_busy(events, expected):
    assert busy(*events) == expected


def test_a_zone_of_the_calendars_own_is_that_of_times_without_one():
    event = at("20261020T090000", "20261020T100000")
    assert busy(event, head="X-WR-TIMEZONE:America/New_York\n") == ["20 13:00-14:00"]


def test_what_repeats_in_a_way_that_is_not_followed_is_told_and_counts_once():
    event = at("20261020T090000Z", "20261020T100000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=5FR")
    found = busy_times(calendar(event), DURING, LONDON)
    assert (len(found.times), found.left_out) == (1, 1)


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"\0\1", b"date,kind\n2026-10-20,x",
     calendar(*[f"UID:{n}\nDTSTART:20261020T090000Z\nDURATION:PT1M" for n in range(10_100)]),
     calendar(*[f"UID:{n}\nDTSTART:20261020T090000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY"
                for n in range(30)]),
     calendar(*[f"UID:{n}\nDTSTART:20241020T090000Z\nDURATION:PT1M\nRRULE:FREQ=YEARLY"
                for n in range(1_001)])],
)  # fmt: skip
def test_what_is_no_calendar_or_far_too_much_of_one_is_refused(data):
    with pytest.raises(NoCalendar):
        busy_times(data, DURING, LONDON)


@pytest.mark.parametrize(
    "rule",
    ["MONTHLY;BYDAY=1MO;BYSETPOS=4", "MONTHLY;BYSETPOS=2", "MONTHLY;BYSETPOS=2;BYMONTHDAY=3",
     "DAILY;INTERVAL=7;BYDAY=WE", "DAILY;BYDAY=WE;INTERVAL=14"],
)  # fmt: skip
def test_a_rule_that_never_finds_a_day_is_not_followed(rule):
    event = at("20261020T090000Z", "20261020T100000Z", f"RRULE:FREQ={rule}")
    found = busy_times(calendar(event), DURING, LONDON)
    assert (len(found.times), found.left_out) == (1, 1)


ANY_RULE = st.one_of(
    [st.from_regex(one, fullmatch=True) for one in (*RULES, A_RULE, A_WEEKLY_RULE)]
)
ODD_STARTS = st.sampled_from([datetime(2024, 2, 29, 9), datetime(2024, 1, 31, 9),  # noqa: DTZ001
                              datetime(2024, 12, 30, 9)])  # fmt: skip  # noqa: DTZ001


@given(ANY_RULE, ODD_STARTS)
def test_each_rule_that_is_followed_finds_a_day_soon(rule, start):
    """Else dateutil looks for one until the year 9999, a second for each such rule."""
    endless = re.sub(r";(?:COUNT|UNTIL)=[0-9TZ]+", "", rule)
    found = rrulestr(endless, dtstart=start).after(start + timedelta(days=700))
    assert found is not None
    assert found < start.replace(year=start.year + 1000)


def test_an_empty_calendar_is_one_that_is_free():
    assert busy_times(calendar(), DURING, LONDON).times == []


LINES = st.sampled_from(
    ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "UID:a", "UID:b",
     "DTSTART:20261020T090000Z", "DTSTART;VALUE=DATE:20261020", "DTSTART:99999999T999999Z",
     "DTSTART;TZID=Nowhere/Else:20261025T013000", "DTEND:20261020T080000Z", "DTEND:20261021",
     "DURATION:P9999D", "DURATION:-PT1H", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU",
     "RRULE:FREQ=SECONDLY", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=99", "EXDATE:20261020",
     "EXDATE:20261020T090000Z", "RDATE:20261111T090000Z", "RECURRENCE-ID:20261020T090000Z",
     "RECURRENCE-ID;VALUE=DATE:20261021", "STATUS:CANCELLED", "TRANSP:OPAQUE", " folded", ""]
)  # fmt: skip


@given(st.lists(LINES, max_size=40))
def test_whatever_stands_in_it_comes_to_times_in_order_or_a_refusal(lines):
    data = "\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode()
    try:
        found = busy_times(data, DURING, LONDON).times
    except NoCalendar:
        return
    assert all(one.end < other.start for one, other in pairwise(found))
    assert all(one.end - one.start < timedelta(days=1000) for one in found)
