"""Days and lengths of time in words, in more than one language."""

from dataclasses import replace
from datetime import UTC, date, datetime
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
