"""What is against a start, and the short look that spares most of the long one."""

from hypothesis import given
from hypothesis import strategies as st

from bookings.core.scheduling.checks import Timetable, codes_of_timetable, is_clear
from bookings.core.scheduling.openings import Duration, joined, without

spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda at: (at[0], at[0] + at[1])),
    max_size=4,
)


@given(
    working=spans,
    closures=spans,
    absences=spans,
    start=st.integers(0, 60),
    length=st.integers(1, 20),
)
def test_a_visit_is_clear_exactly_when_nothing_of_the_hours_is_against_it(
    working, closures, absences, start, length
):
    timetable = Timetable(working=joined(working), closures=closures, absences=absences)
    clear = without(working, [*closures, *absences])
    found = codes_of_timetable(start, Duration(length), timetable)
    assert is_clear((start, start + length), clear) == (not found)
