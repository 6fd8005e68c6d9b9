"""Hours as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.scheduling.hours_text import (
    CannotRead,
    DayHours,
    Fault,
    read,
    read_with_words,
    written,
)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("9-13, 14-18", "09–13, 14–18"),
        ("9:00–17:30", "09–17:30"),
        ("9am to 5pm", "09–17"),
        ("12am - 12 p.m.", "00–12"),
        ("0930-1500", "09:30–15"),
        ("9.30-12 and 13-17", "09:30–12, 13–17"),
        ("14 - 18\n 9 — 13;", "09–13, 14–18"),
        ("9h30-12h", "09:30–12"),
        ("9-13 14-18", "09–13, 14–18"),
        ("9-13, 13-18", "09–13, 13–18"),
        ("0-23:59", "00–23:59"),
        ("９-１３", "09–13"),
        ("  ", ""),
        ("–", ""),
        ("Off", ""),
    ],
)
def test_what_people_type_is_read(typed, means):
    assert written(read(typed)) == means


@pytest.mark.parametrize(
    ("typed", "fault", "words"),
    [
        ("monday", Fault.UNREADABLE, "monday"),
        ("9", Fault.UNREADABLE, "9"),
        ("9-12, lunch", Fault.UNREADABLE, "lunch"),
        ("9-13-15", Fault.UNREADABLE, "9-13-15"),
        ("9-5", Fault.BACKWARDS, "9–5"),
        ("9-9", Fault.BACKWARDS, "9–9"),
        ("22-6", Fault.BACKWARDS, "22–6"),
        ("18-24", Fault.OVER_MIDNIGHT, "18–24"),
        ("18-0", Fault.OVER_MIDNIGHT, "18–0"),
        ("9-25", Fault.NO_TIME, "9–25"),
        ("9:70-10", Fault.NO_TIME, "9:70–10"),
        ("13pm-15pm", Fault.NO_TIME, "13pm–15pm"),
        ("9-13, 12:30-18", Fault.OVERLAP, "09–13, 12:30–18"),
        ("9-13, 9-13", Fault.OVERLAP, "09–13, 09–13"),
        (" ".join(f"{n}-{n + 1}" for n in range(9)), Fault.TOO_MANY, ""),
    ],
)
def test_what_cannot_be_is_named(typed, fault, words):
    with pytest.raises(CannotRead) as caught:
        read(typed)
    assert caught.value.fault == fault
    assert words in caught.value.words


def test_a_break_has_its_word_behind_it():
    [lunch, tea] = read_with_words("16-16:15 tea; 12:30-13 a late lunch")
    assert (str(lunch), lunch.what, tea.what) == ("12:30–13", "a late lunch", "tea")
    assert written([tea, lunch]) == "12:30–13 a late lunch, 16–16:15 tea"


times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(st.lists(times, min_size=2, max_size=12, unique=True).map(sorted))
def test_what_is_written_is_read_again(moments):
    hours = [DayHours(*two) for two in zip(moments[::2], moments[1::2], strict=False)]
    assert read(written(hours)) == hours


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_more_than_refused(text):
    for reading in (read, read_with_words):
        with suppress(CannotRead):
            assert all(one.start < one.end for one in reading(text))
