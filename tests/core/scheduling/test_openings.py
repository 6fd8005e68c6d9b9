"""The core's openings against a naive model that looks at every second that matters."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import (
    Duration,
    Grid,
    Roster,
    Span,
    clock_span,
    joined,
    openings_of,
)
from tests.reading import present

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 12, 7)
SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)
ONE_ROOM: list[list[Span]] = [[]]


def at(clock: str, day: date = MONDAY, fold: int = 0) -> int:
    wall = datetime.combine(day, time.fromisoformat(clock), LONDON).replace(fold=fold)
    return int(wall.timestamp())


def span(start: str, end: str, day: date = MONDAY) -> tuple[int, int]:
    return at(start, day), at(end, day)


def offered(*, working, taken=(), rooms=ONE_ROOM, minutes=60, buffer=0, day=MONDAY, step=15):
    """The free wall-clock starts of one therapist's day."""
    found = openings_of(
        {"kim": Roster(working, taken)},
        rooms,
        duration=Duration(minutes * 60, buffer * 60),
        grid=Grid.over(day, 1, step_minutes=step, tz=LONDON),
        within=(at("00:00", day), at("23:59", day) + 60),
    )
    return [f"{datetime.fromtimestamp(start, LONDON):%H:%M}" for start in found]


def test_a_visit_ends_within_the_shift():
    assert offered(working=[span("09:00", "10:30")]) == ["09:00", "09:15", "09:30"]


def test_its_buffer_may_run_past_the_end_of_the_shift():
    assert offered(working=[span("09:00", "10:00")], buffer=20) == ["09:00"]


def test_its_buffer_may_not_run_into_an_absence():
    taken = [span("10:00", "12:00")]
    assert offered(working=[span("09:00", "10:00")], taken=taken, buffer=20) == []


def test_visits_may_touch():
    taken = [span("10:00", "11:00")]
    assert offered(working=[span("09:00", "12:00")], taken=taken) == ["09:00", "11:00"]


def test_its_buffer_keeps_clear_of_the_next_visit():
    taken = [span("10:15", "11:00")]
    found = offered(working=[span("09:00", "11:00")], taken=taken, buffer=15)
    assert found == ["09:00"]


def test_touching_shifts_are_one_stretch_of_work():
    working = [span("09:00", "10:00"), span("10:00", "11:00")]
    assert "09:30" in offered(working=working)


def test_a_break_between_two_shifts_is_no_time_for_a_visit():
    working = [span("09:00", "10:00"), span("11:00", "12:00")]
    assert offered(working=working) == ["09:00", "11:00"]


def test_starts_are_multiples_of_the_step_whatever_the_shift_begins_with():
    assert offered(working=[span("09:10", "11:00")], step=30) == ["09:30", "10:00"]


def test_a_room_must_be_free_for_the_visit_and_its_buffer():
    rooms = [[span("09:00", "10:00")]]
    found = offered(working=[span("08:00", "12:00")], rooms=rooms, buffer=15)
    assert found == ["10:00", "10:15", "10:30", "10:45", "11:00"]


def test_any_one_free_room_will_do():
    rooms = [[span("09:00", "10:00")], [span("10:00", "12:00")]]
    found = offered(working=[span("09:00", "12:00")], rooms=rooms, minutes=60, step=60)
    assert found == ["09:00", "10:00", "11:00"]


def test_two_half_free_rooms_are_not_one_free_room():
    rooms = [[span("09:00", "09:30")], [span("09:30", "10:00")]]
    assert offered(working=[span("09:00", "10:00")], rooms=rooms) == []


def test_without_a_room_nothing_is_offered():
    assert offered(working=[span("09:00", "17:00")], rooms=[]) == []


def test_the_hour_that_spring_skips_is_never_offered():
    working = [clock_span(SPRING, time(0), time(4), LONDON)]
    found = offered(working=working, day=SPRING, step=30, minutes=30)
    assert found == ["00:00", "00:30", "02:00", "02:30", "03:00", "03:30"]


def test_the_hour_that_autumn_repeats_is_offered_twice():
    working = [clock_span(AUTUMN, time(0), time(3), LONDON)]
    found = offered(working=working, day=AUTUMN, step=30, minutes=30)
    assert found == ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30"]


def test_an_hour_lasts_an_hour_across_the_clock_change():
    working = [clock_span(SPRING, time(0, 30), time(2), LONDON)]
    assert offered(working=working, day=SPRING, minutes=60, step=30) == []


def test_a_step_that_a_zone_shift_breaks_stays_on_the_wall_clock():
    lord_howe = ZoneInfo("Australia/Lord_Howe")  # moves its clocks by half an hour
    day = date(2026, 10, 4)
    starts = Grid.over(day, 1, step_minutes=60, tz=lord_howe).starts
    clocks = [datetime.fromtimestamp(start, lord_howe).strftime("%H:%M") for start in starts]
    assert clocks == [f"{hour:02}:00" for hour in range(24) if hour != 2]


@pytest.mark.parametrize("day", [MONDAY, SPRING, AUTUMN])
def test_a_grid_covers_exactly_its_civil_days(day):
    bounds = day_bounds(day, 2, LONDON)
    starts = Grid.over(day, 2, step_minutes=5, tz=LONDON).starts
    assert starts[0] == bounds.start.timestamp()
    assert starts[-1] == bounds.end.timestamp() - 300
    assert list(starts) == sorted(set(starts))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [(time(0), time(6), 5), (time(1, 15), time(1, 45), 0.5), (time(1, 30), time(2, 30), 0)],
)
def test_hours_of_work_on_the_day_the_clocks_go_forward(start, end, hours):
    found = clock_span(SPRING, start, end, LONDON)
    assert ((found[1] - found[0]) / 3600 if found else 0) == hours


def test_a_shift_over_the_repeated_hour_has_both():
    start, end = present(clock_span(AUTUMN, time(1), time(2), LONDON))
    assert end - start == 2 * 3600


def test_an_interval_refuses_naive_and_empty_time():
    noon = datetime(2026, 12, 7, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        Interval(noon.replace(tzinfo=None), noon)
    with pytest.raises(ValueError, match="after"):
        Interval(noon, noon)


def test_touching_intervals_do_not_overlap():
    noon = datetime(2026, 12, 7, 12, tzinfo=UTC)
    first, second = Interval.lasting(noon, 60), Interval.lasting(noon + timedelta(hours=1), 60)
    assert not first.overlaps(second)
    assert first.overlaps(Interval.lasting(noon + timedelta(minutes=59), 60))


# A small world of 40 five-minute ticks, so that collisions are common.
TICK = 300
spans = st.lists(
    st.tuples(st.integers(0, 39), st.integers(1, 40)).map(
        lambda one: (one[0] * TICK, min(sum(one), 40) * TICK)
    ),
    max_size=5,
)


def _inside(start, end, stretches):
    return any(a <= start and end <= b for a, b in stretches)


def _clear(start, end, stretches):
    return all(end <= a or b <= start for a, b in stretches)


def _can_take(roster, start, duration):
    return _inside(start, start + duration.length, joined(roster.working)) and _clear(
        start, start + duration.blocked, roster.taken
    )


def _ticks(number):
    return number * TICK


@given(
    working=st.tuples(spans, spans),
    taken=st.tuples(spans, spans, spans),
    rooms=st.lists(spans, max_size=3),
    duration=st.builds(Duration, st.integers(1, 8).map(_ticks), st.integers(0, 3).map(_ticks)),
    step=st.sampled_from([1, 2, 3, 6]),
    within=st.tuples(st.integers(0, 8), st.integers(20, 40)).map(
        lambda w: (w[0] * TICK, w[1] * TICK)
    ),
)
def test_openings_agree_with_a_look_at_every_start(working, taken, rooms, duration, step, within):
    """Kim and Lee share their hours; whoever works at other ones is Max."""
    rosters = {
        name: Roster(working[hours], taken[number])
        for number, (name, hours) in enumerate({"kim": 0, "lee": 0, "max": 1}.items())
    }
    starts = range(0, 40 * TICK, step * TICK)
    found = openings_of(rosters, rooms, duration=duration, grid=Grid(starts), within=within)
    expected = {
        start: [name for name, one in rosters.items() if _can_take(one, start, duration)]
        for start in starts
        if within[0] <= start < within[1]
        and any(_clear(start, start + duration.blocked, room) for room in rooms)
    }
    assert list(found.items()) == [(start, there) for start, there in expected.items() if there]


@given(spans)
def test_joining_spans_keeps_every_second_and_no_more(some):
    covered = {second for a, b in some for second in range(a, b, TICK)}
    result = joined(some)
    assert {second for a, b in result for second in range(a, b, TICK)} == covered
    assert all(one[1] < two[0] for one, two in pairwise(result))
