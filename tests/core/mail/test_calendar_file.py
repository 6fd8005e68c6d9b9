"""What is written here is what icalendar would write, whatever people call themselves."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Event
from icalendar.parser import Contentline
from icalendar.parser.parameter import param_value
from icalendar.prop import vText

from bookings.core.mail import calendar_file

ODD = st.text(st.sampled_from("aB ,;:\\^\"'\n\r\tüß漢🏃\u202e=-"), max_size=120)


@given(ODD)
def test_text_is_escaped_as_icalendar_does(words):
    assert calendar_file.text(words).encode() == vText(words).to_ical()


@given(ODD.filter(lambda line: not set(line) & set("\r\n")))
def test_lines_are_folded_as_icalendar_does(words):
    line = f"X-WORDS:{words}"
    assert calendar_file.file_of([line]) == Contentline(line).to_ical() + b"\r\n"


@given(ODD.filter(lambda name: "\r" not in name))
def test_a_name_is_quoted_as_icalendar_does(name):
    assert calendar_file.quoted(name) == param_value(name, always_quote=True)


def test_an_instant_is_told_in_utc():
    event = Event()
    event.add("dtstart", datetime(2026, 12, 1, 10, 15, tzinfo=UTC))
    at = datetime(2026, 12, 1, 11, 15, tzinfo=ZoneInfo("Europe/Berlin"))
    assert f"DTSTART:{calendar_file.instant(at)}".encode() in event.to_ical()
