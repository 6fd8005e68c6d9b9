"""The drawing of a build-up: what stands where."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import Distance, Phase, Priority
from bookings.queries.training import protocol
from bookings.web.training.hills import (
    HALF_PIN,
    NARROW,
    PIN_UP,
    ROOMY,
    WIDE,
    box_of,
    hills_of,
    words_of,
    written,
)
from bookings.web.training.plan_page import as_drawn, first_day
from bookings.web.training.ribbon import Marked

TODAY = date(2026, 12, 2)
DISTANCES = st.sampled_from(list(Distance))


def drawn(*races: training.Race, today: date = TODAY):
    rules = protocol.default()
    plan = training.plan(races, training.Runner(), rules, as_of=today)
    start = first_day(plan)
    segments = as_drawn(plan.segments(start, training.end_of(plan, start)))
    marked = [Marked(n, one.suggested, n == 1) for n, one in enumerate(plan.sessions, start=1)]
    return hills_of(segments, marked, rules, today=today)


def marathon(day: date, **more) -> training.Race:
    return training.Race(day, Distance.MARATHON, **more)


def points(path: str) -> list[tuple[float, float]]:
    found = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(found[::2], found[1::2], strict=True))


@given(DISTANCES, st.integers(0, 700), st.integers(0, 200))
def test_everything_lies_within_the_drawing_and_the_route_runs_forward(distance, days, between):
    first = TODAY + timedelta(days=days)
    second = training.Race(first + timedelta(days=between + 1), Distance.HALF, Priority.B, name="B")
    hills = drawn(training.Race(first, distance), second)
    route = points(hills.route)
    assert [x for x, _ in route] == sorted(x for x, _ in route)
    assert route[0][0] == 0
    assert route[-1][0] == 1000
    assert all(0 <= y <= 1000 for _, y in route)
    for one in [*hills.pins, *hills.flags]:
        assert 0 <= one.x <= 100
        assert 0 <= one.y <= 100
    assert len(hills.flags) == 2
    assert hills.today


def test_it_is_highest_in_the_peak_and_lowest_in_the_days_after():
    hills = drawn(marathon(date(2027, 4, 25)))
    height = {one.phase: min(y for _, y in points(one.outline)) for one in hills.hills}
    assert min(height, key=height.__getitem__) is Phase.PEAK
    assert height[Phase.ACUTE] > height[Phase.BASE] > height[Phase.BUILD] > height[Phase.PEAK]


def test_a_race_on_the_way_is_a_dip_and_not_an_end():
    alone = drawn(marathon(date(2027, 4, 25)))
    on_the_way = training.Race(date(2027, 3, 14), Distance.HALF, Priority.B, name="Half")
    both = drawn(marathon(date(2027, 4, 25)), on_the_way)
    small = next(one for one in both.flags if not one.is_main)
    assert 30 < small.y < 75
    assert [one.day for one in both.flags if one.is_main] == [one.day for one in alone.flags]


@pytest.mark.parametrize("clear", [False, True])
def test_todays_word_stands_over_the_head_of_a_pin_beside_it(clear):
    hills = drawn(marathon(date(2027, 4, 25)))
    pin = replace(hills.pins[0], x=hills.today[0] + (20 if clear else 1), is_dot=False)
    assert (replace(hills, pins=[pin]).today_up > PIN_UP + HALF_PIN) is not clear


def test_a_long_wait_is_folded_so_that_the_build_up_has_room():
    near, far = drawn(marathon(date(2027, 4, 25))), drawn(marathon(date(2028, 11, 26)))
    base = [next(h for h in one.hills if h.phase is Phase.BASE) for one in (near, far)]
    widths = [max(x for x, _ in points(one.outline)) - points(one.outline)[0][0] for one in base]
    assert widths[1] > widths[0] * 0.8


def test_two_pins_that_would_touch_are_a_pin_and_a_dot():
    hills = drawn(marathon(date(2027, 4, 25)))
    pins = [one.x for one in hills.pins if not one.is_dot]
    assert all(b - a >= 4.6 for a, b in pairwise(pins))
    assert [one.number for one in hills.pins] == list(range(1, len(hills.pins) + 1))
    assert [one.number for one in hills.pins if one.booked] == [1]


@pytest.mark.parametrize(
    ("day", "said"), [(date(2026, 12, 20), "Sun 20 Dec"), (date(2027, 4, 25), "25 Apr 2027")]
)
def test_a_flag_has_its_year_where_that_is_not_this_one(day, said):
    [flag] = drawn(marathon(day)).flags
    assert flag.day.endswith(said)


@given(DISTANCES, st.integers(0, 700), st.integers(0, 200))
def test_no_words_of_months_touch_others_however_wide_the_drawing(distance, days, between):
    first = TODAY + timedelta(days=days)
    second = training.Race(first + timedelta(days=between + 1), Distance.HALF, Priority.B, name="B")
    months = drawn(training.Race(first, distance), second).months
    for width in (280, 360, 500, 640, 1024):
        there = [one for one in months if width >= 640 or not one.only]
        reach = [one.reach(width) for one in there]
        assert all(end <= start for (_, end), (start, _) in pairwise(reach))
        assert all(end <= width for _, end in reach)
    names = [one.words for one in months if not one.only]
    assert any(re.fullmatch(r"\w+ \d{4}", words) for words in names)


def test_where_the_year_turns_january_says_so_on_a_phone():
    for n in range(31):
        hills = drawn(marathon(date(2027, 4, 25)), today=date(2026, 11, 15) + timedelta(days=n))
        assert "Jan 2027" in [one.words for one in hills.months if not one.only]


@given(st.integers(30, 140), st.integers(21, 120))
def test_what_is_written_at_two_main_races_touches_neither_words_nor_poles(days, between):
    first = TODAY + timedelta(days=days)
    hills = drawn(marathon(first), training.Race(first + timedelta(days=between), Distance.HALF))
    for paper, way in ((ROOMY, "wide"), (NARROW, "narrow")):
        writings = [(flag, getattr(flag, way)) for flag in hills.flags]
        said = [written(*each, paper) for each in writings if not each[1].is_left_out]
        assert said
        assert not any(one.touches(other) for one in said for other in said if one is not other)
        for flag, writing in writings:
            pole = box_of(flag.x, flag.y, 2, writing.up, paper)
            own = written(flag, writing, paper)
            assert not any(pole.touches(one) for one in said if one != own)


def test_a_month_leads_to_its_first_session():
    hills = drawn(marathon(date(2027, 4, 25)))
    of_month: dict[int, int] = {}
    for pin in hills.pins:
        of_month.setdefault((pin.day.month), pin.number)
    named = {month.words[:3]: month.session for month in hills.months}
    assert named["Feb"] == of_month[2]
    assert named["Apr"] == of_month[4]


def test_a_session_on_the_year_before_the_drawing_is_left_out():
    rules = protocol.default()
    plan = training.plan([marathon(date(2027, 4, 25))], training.Runner(), rules, as_of=TODAY)
    segments = plan.segments(TODAY, TODAY + timedelta(weeks=30))
    marked = [Marked(1, TODAY - timedelta(days=1), False), Marked(2, TODAY, False)]
    assert [one.number for one in hills_of(segments, marked, rules, today=TODAY).pins] == [2]


def test_whoever_does_not_see_it_is_told_the_phases_and_their_days():
    words = drawn(marathon(date(2027, 4, 25))).in_words
    assert words.startswith("Base from Mon 21 Dec, Build from Mon 25 Jan 2027, ")
    assert "Race day from Sun 25 Apr 2027" in words
    assert "Off-season" not in words


def on_the_way(day: date, name: str) -> training.Race:
    return training.Race(day, Distance.HALF, Priority.B, name=name)


def test_a_race_on_the_way_has_its_name_where_the_drawing_is_wide():
    park, valley = date(2026, 12, 13), date(2027, 3, 7)
    flags = drawn(
        on_the_way(park, "Victoria Park 10k"),
        on_the_way(valley, "Lea Valley Half"),
        marathon(date(2027, 4, 25), name="London"),
    ).flags
    assert [one.named_up > 0 for one in flags] == [True, True, False]


@given(st.lists(st.integers(0, 200), min_size=1, max_size=4, unique=True), st.integers(100, 300))
def test_no_name_at_a_small_flag_touches_pins_flags_or_other_names(days, main):
    small = [on_the_way(TODAY + timedelta(days=n), "A race of twenty letters") for n in days]
    hills = drawn(*small, marathon(TODAY + timedelta(days=main), name="The main one"))
    words = {
        one: words_of(one, one.named_up, at_left=one.at_left)
        if one.named_up
        else written(one, one.wide, ROOMY)
        for one in hills.flags
        if one.named_up or one.is_main
    }
    for one, box in words.items():
        if one.is_main:
            continue
        assert not any(box.touches(other) for flag, other in words.items() if flag is not one)
        assert not any(box.touches(box_of(pin.x, pin.y, 4, 4)) for pin in hills.pins)
        assert 0 <= box.left <= box.right <= WIDE
