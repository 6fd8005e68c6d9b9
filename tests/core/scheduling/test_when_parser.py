"""When somebody on the phone would like to come, as the desk types it."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bookings.core.scheduling.when import Unclear, Wish
from bookings.core.scheduling.when_parser import read
from tests.reading import present

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)  # a Tuesday
TODAY = date(2026, 12, 1)


def wish(text, now=NOW) -> Wish:
    return read(text, now=now, tz=LONDON)


def days(text, now=NOW):
    data = wish(text, now)
    return data.first, data.last


def hours(text):
    data = wish(text)
    return data.since, data.until


def dec(day: int) -> date:
    return date(2026, 12, day)


@pytest.mark.parametrize("text", ["", "  ", "next free", "Next", "first free", "asap", "any time"])
def test_nothing_in_particular_is_the_next_free_time(text):
    data = wish(text)
    assert (data.first, data.last, data.at, data.since, data.until) == (TODAY, None) + (None,) * 3


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", dec(1), dec(1)),
        ("tomorrow", dec(2), dec(2)),
        ("day after tomorrow", dec(3), dec(3)),
        ("Thursday", dec(3), dec(3)),
        ("thu", dec(3), dec(3)),
        ("on Monday", dec(7), dec(7)),
        ("tuesday", dec(1), dec(1)),
        ("next tuesday", dec(8), dec(8)),
        ("next thursday", dec(10), dec(10)),
        ("this week", dec(1), dec(6)),
        ("next week", dec(7), dec(13)),
        ("weekend", dec(5), dec(6)),
        ("in 3 days", dec(4), dec(4)),
        ("in 2 weeks", dec(15), dec(15)),
        ("27.11.", date(2027, 11, 27), date(2027, 11, 27)),
        ("24.12.", dec(24), dec(24)),
        ("24.12.2026", dec(24), dec(24)),
        ("24/12", dec(24), dec(24)),
        ("24/12/26", dec(24), dec(24)),
        ("2026-12-24", dec(24), dec(24)),
        ("24 Dec", dec(24), dec(24)),
        ("24th of December", dec(24), dec(24)),
        ("December 24", dec(24), dec(24)),
        ("the 24th", dec(24), dec(24)),
        ("Thursday 24 December", dec(24), dec(24)),
    ],
)
def test_days_are_read_as_people_say_them(text, first, last):
    assert days(text) == (first, last)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("tuesday morning", None, time(12)),
        ("tuesday afternoon", time(12), time(17)),
        ("Tuesday evening", time(17), None),
        ("tonight", time(17), None),
        ("tomorrow after 3", time(15), None),
        ("tomorrow after 3pm", time(15), None),
        ("tomorrow from 9:30", time(9, 30), None),
        ("tomorrow before 11", None, time(11)),
        ("tomorrow until 4.30 pm", None, time(16, 30)),
        ("tomorrow between 2 and 4", time(14), time(16)),
        ("tomorrow 2-4pm", time(14), time(16)),
        ("tomorrow 10 to 12", time(10), time(12)),
        ("lunchtime", time(12), time(14)),
    ],
)
def test_parts_of_the_day_and_bounds(text, since, until):
    assert hours(text) == (since, until)


@pytest.mark.parametrize(
    ("text", "on", "at"),
    [
        ("27.11. 10:00", date(2027, 11, 27), time(10)),
        ("tomorrow 10", dec(2), time(10)),
        ("tomorrow at 3", dec(2), time(15)),
        ("tomorrow at 3pm", dec(2), time(15)),
        ("tomorrow 15.30", dec(2), time(15, 30)),
        ("tomorrow 03:00", dec(2), time(3)),
        ("tomorrow 12pm", dec(2), time(12)),
        ("tomorrow 12am", dec(2), time(0)),
        ("thu noon", dec(3), time(12)),
        ("thu 1530", dec(3), time(15, 30)),
        ("10:00", TODAY, time(10)),
        ("24 dec 9am", dec(24), time(9)),
    ],
)
def test_a_time_of_day_is_an_instant(text, on, at):
    assert wish(text).at == datetime.combine(on, at, LONDON).astimezone(UTC)


def test_a_time_that_has_passed_today_is_tomorrows():
    data = wish("9:00")
    assert data.at == datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert "tomorrow" in " ".join(data.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tuesday", "Today is Tuesday"),
        ("next thursday", "in the week after"),
        ("tomorrow after 3", "15:00"),
        ("10.10", "10 October"),
        ("27.11.", "2027"),
    ],
)
def test_what_could_be_meant_otherwise_is_explained(text, said):
    assert said in " ".join(wish(text).notes)


def test_what_is_plain_needs_no_explanation():
    assert wish("thursday 10:00").notes == ()
    assert wish("24.12. 10:00").notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31.11.", "no 31 November"),
        ("11/27", "Day before month"),
        ("24.12.2020", "in the past"),
        ("9999-12-31", "9999 is no time of day"),
        ("yesterday", "in the past"),
        ("tomorrow 25:00", "25:00"),
        ("when the moon is full", "“when”"),
        ("lunch or tomorrow evening", "“or”"),
        ("friday 24 december", "is a Thursday"),
        ("between 4 and 2", "ends before"),
        ("tomorrow thursday", "two days"),
        ("x" * 300, "shorter"),
    ],
)
def test_what_makes_no_sense_is_said(text, said):
    with pytest.raises(Unclear, match=said):
        wish(text)


def test_a_time_that_the_clocks_skip_is_said():
    before = datetime(2027, 3, 27, 9, tzinfo=UTC)
    with pytest.raises(Unclear, match="clocks go forward"):
        wish("tomorrow 01:30", before)


def test_a_time_that_comes_twice_is_the_first_and_said():
    before = datetime(2027, 10, 30, 9, tzinfo=UTC)
    data = wish("tomorrow 01:30", before)
    assert data.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "twice" in " ".join(data.notes)


@pytest.mark.parametrize("eve", [date(2027, 3, 27), date(2027, 10, 30)])
def test_a_time_after_the_clocks_change_is_the_clinics_wall_clock(eve):
    data = wish("tomorrow 10:00", datetime.combine(eve, time(9), UTC))
    assert present(data.at).astimezone(LONDON).time() == time(10)


def test_late_in_the_evening_today_is_the_clinics_day():
    summer_night = datetime(2027, 7, 1, 23, 30, tzinfo=UTC)  # 00:30 on the second in London
    assert days("today", summer_night)[0] == date(2027, 7, 2)


def test_what_is_asked_for_holds_of_an_instant():
    data = wish("tuesday evening")
    assert data.holds(datetime(2026, 12, 1, 17, tzinfo=UTC), LONDON)
    assert not data.holds(datetime(2026, 12, 1, 16, 45, tzinfo=UTC), LONDON)
    assert not data.holds(datetime(2026, 12, 2, 17, tzinfo=UTC), LONDON)


def test_on_the_day_of_a_clock_change_the_evening_is_the_evening():
    data = wish("tomorrow evening", datetime(2027, 3, 27, 9, tzinfo=UTC))
    assert data.holds(datetime(2027, 3, 28, 16, tzinfo=UTC), LONDON)  # 17:00 in summer time
    assert not data.holds(datetime(2027, 3, 28, 15, 45, tzinfo=UTC), LONDON)


NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TABLE = (Path(__file__).with_name("wishes.txt")).read_text().splitlines()[1:]


def told(said: Wish) -> str:
    """As the table has it: "Wed 02 Dec, from 17:00"; "on" is any later day as well."""
    if said.at:
        return f"{said.at.astimezone(LONDON):%a %d %b %H:%M}"
    words = f"{said.first:%a %d %b}"
    if said.last is None:
        words += " on"
    elif said.last != said.first:
        words += f" to {said.last:%a %d %b}"
    if said.first.year != TODAY.year:
        words += f" {said.first.year}"
    if said.weekdays:
        words += ", " + " ".join(NAMES[n] for n in sorted(said.weekdays))
    words += f", from {said.since:%H:%M}" if said.since else ""
    return words + (f", before {said.until:%H:%M}" if said.until else "")


def test_the_table_has_a_hundred_and_fifty_wishes_and_more():
    assert len({line.partition(" = ")[0] for line in TABLE}) >= 150


@pytest.mark.parametrize("line", TABLE)
def test_what_people_say_is_understood(line):
    text, _, meant = line.partition(" = ")
    assert told(wish(text)) == meant


TREAT = {
    name: frozenset({key})
    for name, key in {"ines": 1, "ines demo": 1, "marco": 2, "zoë": 3, "zoe": 3, "may": 4}.items()
}


@pytest.mark.parametrize(
    ("text", "whom", "meant"),
    [
        ("with ines", {1}, "Tue 01 Dec on"),
        ("ines", {1}, "Tue 01 Dec on"),
        ("tue with ines", {1}, "Tue 01 Dec"),
        ("with Ines on thu after 3", {1}, "Thu 03 Dec, from 15:00"),
        ("ines or marco", {1, 2}, "Tue 01 Dec on"),
        ("thu at 10 with ines or marco", {1, 2}, "Thu 03 Dec 10:00"),
        ("Ines Demo, thursday", {1}, "Thu 03 Dec"),
        ("marco's next free", {2}, "Tue 01 Dec on"),
        ("zoë next week", {3}, "Mon 07 Dec to Sun 13 Dec"),
        ("not with ines", {2, 3, 4}, "Tue 01 Dec on"),
        ("thu anyone but marco", {1, 3, 4}, "Thu 03 Dec"),
        ("with anyone tomorrow", set(), "Wed 02 Dec"),
        ("with may", {4}, "Tue 01 Dec on"),
        ("3 may with may", {4}, "Mon 03 May 2027"),
    ],
)
def test_who_is_to_treat_may_be_named_in_the_wish(text, whom, meant):
    said = read(text, now=NOW, tz=LONDON, people=TREAT)
    assert (said.people, told(said)) == (whom, meant)


def test_a_name_that_nobody_there_has_is_said():
    with pytest.raises(Unclear, match="“bob”"):
        read("thu with bob", now=NOW, tz=LONDON, people=TREAT)


THEIRS = datetime(2026, 12, 3, 15, 45, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("same time next week", "Thu 10 Dec 15:45"),
        ("the same time tomorrow", "Wed 02 Dec 15:45"),
        ("same time on friday", "Fri 04 Dec 15:45"),
        ("same time in two weeks", "Tue 15 Dec 15:45"),
        ("same time a week later", "Thu 10 Dec 15:45"),
        ("a week later", "Thu 10 Dec"),
        ("two weeks later, same time", "Thu 17 Dec 15:45"),
        ("a day later", "Fri 04 Dec"),
        ("a day earlier at 10", "Wed 02 Dec 10:00"),
        ("same day next week", "Thu 10 Dec"),
        ("same day after 5", "Thu 03 Dec, from 17:00"),
        ("same time", "Thu 03 Dec 15:45"),
        ("same time next month", "Fri 01 Jan to Sun 31 Jan 2027, Thu, from 15:45, before 16:45"),
    ],
)
def test_the_same_time_is_that_of_the_visit_it_is_about(text, meant):
    assert told(read(text, now=NOW, tz=LONDON, same=THEIRS)) == meant


@pytest.mark.parametrize("text", ["same time next week", "a week later", "same day"])
def test_the_same_time_as_nothing_is_asked_about(text):
    with pytest.raises(Unclear, match="The same as"):
        wish(text)


def test_only_the_weekdays_that_were_named_are_meant():
    said = wish("tuesday or wednesday at 10")
    at = [datetime(2026, 12, day, 10, tzinfo=UTC) for day in range(1, 15)]
    assert [one.day for one in at if said.holds(one, LONDON)] == [1, 2, 8, 9]
