"""Races out of a file: what is read, what is left out with why, and what is refused."""

from contextlib import suppress
from datetime import date, time
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.records.race_files import ListedRaceRead, UnreadableRaces, distance_in, read
from bookings.core.training import Distance

TZ = ZoneInfo("Europe/London")
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//made//for a test//EN
{events}END:VCALENDAR
"""
EVENT = """BEGIN:VEVENT
UID:{name}
SUMMARY:{name}
LOCATION:Berlin\\, Germany
DTSTART{start}
END:VEVENT
"""


@pytest.mark.parametrize(
    ("words", "distance"),
    [
        ("Spring Marathon", Distance.MARATHON),
        ("Two Bridges Half", Distance.HALF),
        ("Half marathon", Distance.HALF),
        ("Halbmarathon", Distance.HALF),
        ("21,1 km", Distance.HALF),
        ("42.2km", Distance.MARATHON),
        ("HM", Distance.HALF),
        ("42.2", Distance.MARATHON),
        ("42,195", Distance.MARATHON),
        ("21.0975 km", Distance.HALF),
        ("13.1 miles", Distance.HALF),
        ("26.2", Distance.MARATHON),
        ("10.0", Distance.TEN_KM),
        ("Race 42", None),
        ("Towpath 10", Distance.TEN_KM),
        ("10 km", Distance.TEN_KM),
        ("Chalk Hills Ultra", Distance.ULTRA),
        ("Ultramarathon", Distance.ULTRA),
        ("50 miles", Distance.ULTRA),
        ("Parkrun", None),
    ],
)
def test_a_distance_is_known_by_its_words(words, distance):
    assert distance_in(words) == distance


def test_a_table_is_read_by_its_columns_in_any_order_and_says_what_it_left_out():
    table = (
        "Date;Race;City;Distance;Start\n"
        "26/09/2027;Berlin Marathon;Berlin;Marathon;9:15\n"
        "18 April 2027;Two Bridges;;Half marathon;\n"
        "soon;Some Marathon;;;\n"
        "25/04/2027;Park Run;;;\n"
        "26/09/2027;Berlin Marathon;Berlin;Marathon;9:15\n"
    )
    found = read(table.encode(), tz=TZ)
    assert found.races == [
        ListedRaceRead(
            "Berlin Marathon", "Berlin", date(2027, 9, 26), Distance.MARATHON, time(9, 15)
        ),
        ListedRaceRead("Two Bridges", "", date(2027, 4, 18), Distance.HALF),
    ]
    left = [(one.row, one.called, one.saw) for one in found.not_read]
    assert left == [(4, "Some Marathon", "soon"), (5, "Park Run", "")]


def test_a_column_of_distances_that_is_missing_is_said_once():
    table = "race,date\n" + "".join(f"Park Run {n},25/04/2027\n" for n in range(3))
    with pytest.raises(UnreadableRaces, match="no column named distance"):
        read(table.encode(), tz=TZ)
    found = read((table + "\n\nA Half,26/04/2027\n").encode(), tz=TZ)
    assert found.note
    assert [(one.name, one.day.day) for one in found.races] == [("A Half", 26)]


@pytest.mark.parametrize(
    "start", [";VALUE=DATE:20270132", ":soon", ":20270112T999999Z", ":", "X:1"]
)
def test_one_entry_without_a_day_leaves_the_others_of_its_calendar(start):
    events = EVENT.format(name="Odd Marathon", start=start)
    events += EVENT.format(name="Berlin Marathon", start=";VALUE=DATE:20270926")
    found = read(CALENDAR.format(events=events).encode(), tz=TZ)
    assert [one.name for one in found.races] == ["Berlin Marathon"]
    assert [(one.called, str(one.why)) for one in found.not_read] == [
        ("Odd Marathon", "Its date cannot be read.")
    ]


def test_a_calendar_gives_the_day_and_the_clock_of_the_clinic():
    events = EVENT.format(name="Berlin Marathon", start=";VALUE=DATE:20270926")
    events += EVENT.format(name="Night Half", start=":20270612T183000Z")
    found = read(CALENDAR.format(events=events).encode(), tz=TZ)
    assert [(one.town, one.day, one.start) for one in found.races] == [
        ("Berlin", date(2027, 9, 26), None),
        ("Berlin", date(2027, 6, 12), time(19, 30)),
    ]


EVERY_DAY = """BEGIN:STANDARD
DTSTART:19000101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RRULE:FREQ=DAILY
END:STANDARD
"""
A_ZONE = f"BEGIN:VTIMEZONE\nTZID:x\n{EVERY_DAY * 20}END:VTIMEZONE\n"


def test_a_calendar_brings_no_zone_of_its_own_along():
    event = EVENT.format(name="Night Half", start=";TZID=x:20270612T183000")
    began = process_time()
    found = read(CALENDAR.format(events=A_ZONE + event).encode(), tz=TZ)
    assert process_time() - began < 1
    assert [(one.day, one.start) for one in found.races] == [(date(2027, 6, 12), time(18, 30))]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n\0\0", b"just words", b"a,b\n1,2\n", b"x" * 600_000,
     CALENDAR.format(events="BEGIN:VEVENT\nEND:VEVENT\n" * 600).encode(),
     b"race,date\n" + b"A Marathon,26/09/2027\n" * 600],
)  # fmt: skip
def test_what_is_no_list_of_races_is_refused_in_a_sentence(data):
    with pytest.raises(UnreadableRaces) as refusal:
        read(data, tz=TZ)
    assert str(refusal.value).endswith(".")


@given(
    st.binary(max_size=300), st.sampled_from([b"race,date,distance\n", b"BEGIN:VCALENDAR\n", b""])
)
def test_whatever_a_file_holds_it_is_read_or_refused(data, head):
    with suppress(UnreadableRaces):
        read(head + data, tz=TZ)
