"""Days and lengths of time in words, in more than one language."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from bookings import dates
from bookings.core.scheduling import when_parser
from bookings.core.training import Pressure
from bookings.core.wording import Sentence, counted
from bookings.queries.training import protocol
from clinic.demo.pseudo_languages import LONGER, longer

LONDON = ZoneInfo("Europe/London")
SUMMER = datetime(2026, 7, 7, 9, 5, tzinfo=UTC)
TODAY = date(2026, 7, 1)


def test_an_instant_is_told_in_the_clinics_time():
    assert dates.day_and_time(SUMMER, LONDON) == "Tuesday 7 July, 10:05"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 2), "Wednesday"),
        (date(2026, 12, 8), "Tuesday"),
        (date(2026, 12, 9), "Wednesday 9 December"),
        (date(2026, 12, 1), "Tuesday 1 December"),
        (date(2027, 1, 6), "Wednesday 6 January 2027"),
    ],
)
def test_a_weekday_alone_is_the_next_of_its_name(day, said):
    assert dates.day_ahead(day, date(2026, 12, 2)) == said


def test_a_day_is_the_clinics_day():
    late = datetime(2026, 7, 7, 23, 30, tzinfo=UTC)

    assert dates.day(late, LONDON) == "Wednesday 8 July"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/London", "London time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Salta", "Salta time"),
    ],
)
def test_a_zone_is_named_by_its_city(zone, name):
    assert dates.zone_name(ZoneInfo(zone)) == name


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((12, 1), (12, 1), "1 December"),
        ((12, 1), (12, 9), "1 to 9 December"),
        ((11, 28), (12, 9), "28 November to 9 December"),
    ],
)
def test_days_of_one_month_name_it_once(first, last, words):
    days = date(2026, *first), date(2026, *last)
    assert dates.civil_days(*days, TODAY) == words
    assert dates.civil_days(*days, TODAY.replace(year=2025)) == f"{words} 2026"


def test_days_that_reach_into_next_year_say_so():
    assert dates.civil_days(date(2026, 12, 28), date(2027, 1, 9), TODAY) == (
        "28 December to 9 January 2027"
    )
    assert dates.civil_days(date(2027, 1, 4), date(2027, 1, 9), TODAY) == "4 to 9 January 2027"


def test_a_time_of_another_year_names_it():
    assert dates.day_and_time_from(SUMMER, LONDON, TODAY) == "Tuesday 7 July, 10:05"
    before = TODAY.replace(year=2025)
    assert dates.day_and_time_from(SUMMER, LONDON, before) == "Tuesday 7 July 2026, 10:05"
    assert dates.day_and_time_in_short_from(SUMMER, LONDON, before) == "Tue 7 Jul 2026, 10:05"


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day"), (13, "13 days"), (14, "2 weeks"), (120, "17 weeks")]
)
def test_a_length_of_time_is_told_in_days_and_then_in_weeks(days, words):
    assert dates.length_of_time(days) == words


def test_a_version_of_the_protocol_is_named_with_its_day():
    made = protocol.default()
    assert protocol.label(made) == "Protocol version 1"
    made = replace(made, version=3, dated=date(2027, 5, 12))
    assert protocol.label(made) == "Protocol version 3, 12 May 2027"


@pytest.mark.usefixtures("translating")
def test_the_names_of_days_and_months_are_those_of_the_language():
    with translation.override("de"):
        assert dates.day_and_time(SUMMER, LONDON) == "Dienstag 7 Juli, 10:05"
    assert dates.day_and_time_in_short_from(SUMMER, LONDON, TODAY) == "Tue 7 Jul, 10:05"


@pytest.mark.usefixtures("more_languages")
def test_what_the_core_says_and_names_is_told_in_the_readers_language():
    text = "{phase}: {pressure} pressure at most."
    said = Sentence(text, phase="Taper", pressure=Pressure.LIGHT_MEDIUM.label)
    assert said == dates.translated(said) == "Taper: light to medium pressure at most."
    with translation.override(LONGER):
        pressure = longer("light to medium")
        assert dates.translated(said) == longer(text).format(phase="Taper", pressure=pressure)


@pytest.mark.usefixtures("more_languages")
def test_how_the_desks_words_for_a_time_were_taken_is_told_in_the_readers_language():
    [note] = when_parser.read("next thursday", now=SUMMER, tz=LONDON).notes
    assert note == dates.translated(note)
    assert note.startswith("“Next Thursday” is taken as 16 July, in the week after; for 9 July")
    with translation.override(LONGER):
        assert dates.translated(note) == longer(note.text).format(**note.named)
    with translation.override("de"):
        assert dates.translated(note.named["day"]) == "16 Juli"  # as Django's own catalogs say


@pytest.mark.parametrize(("count", "words"), [(1, "1 week"), (3, "3 weeks")])
def test_what_the_core_counts_has_the_plural_of_the_language(count, words):
    assert dates.translated(counted("{count} week", "{count} weeks", count)) == words


# A receipt and the heading of takings write the year behind it themselves, a notice of the
# nudges is of this week, the ribbon and the hills have their years beside them.
WITHOUT_YEAR = re.compile(r"\bdates\.(?:day|civil_day|day_in_short|day_and_time)\(")
ALLOWED = {
    "bookings/actions/money/payments.py",
    "bookings/actions/mail/nudge_delivery.py",
    "bookings/desk/money/payments.py",
    "bookings/web/scheduling/picker.py",
    "bookings/web/training/ribbon.py",
    "therapists/actions/morning_mail.py",
}


def test_no_other_page_says_a_day_without_thinking_of_its_year():
    found = {
        str(path)
        for where in ("bookings", "therapists", "clinic")
        for path in Path(where).rglob("*.py")
        if WITHOUT_YEAR.search(path.read_text())
    }
    assert found == ALLOWED


def test_no_page_of_the_staff_names_a_weekday_and_month_without_their_year():
    pages = [
        path
        for where in ("desk", "office", "therapists", "records")
        for path in Path("templates", where).rglob("*.html")
    ]
    assert len(pages) > 50
    assert not [path for path in pages if 'date:"l j F"' in path.read_text()]


def test_what_is_to_begin_says_when():
    assert dates.begins(TODAY, TODAY) == ""
    said = "That holds from Thursday 31 December 2099; until then nothing changes."
    assert dates.begins(date(2099, 12, 31), TODAY) == said


def test_both_ends_have_their_year_where_one_is_of_another():
    first, last = date(2026, 12, 30), date(2027, 1, 2)
    said = "Wednesday 30 December 2026 to Saturday 2 January 2027"
    assert dates.civil_days_from(first, last, TODAY) == said
    assert dates.civil_days_from(first, first, TODAY) == "Wednesday 30 December"
