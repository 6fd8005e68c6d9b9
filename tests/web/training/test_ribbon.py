"""Where the ribbon of phases is drawn: nothing outside its box, no words on other words."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest

from bookings.core import training
from bookings.core.training import Distance, Priority
from bookings.queries.training import protocol
from bookings.web.training import ribbon
from bookings.web.training.ribbon import Marked

TODAY = date(2026, 11, 23)


def race(days: int, distance=Distance.MARATHON, **fields) -> training.Race:
    return training.Race(TODAY + timedelta(days=days), distance, **fields)


PLANS = {
    "a marathon": [race(118, name="Spring Marathon")],
    "a half": [race(59, Distance.HALF)],
    "10 km next week": [race(8, Distance.TEN_KM)],
    "one that has been run": [race(-4)],
    "a half on the way": [race(118), race(76, Distance.HALF, priority=Priority.B)],
    "two in a year": [race(118), race(300, Distance.ULTRA, name="An ultra with a long name")],
    "in two years": [race(720, Distance.ULTRA)],
}


def drawn(races, draw):
    plan = training.plan(races, training.Runner(), protocol.default(), as_of=TODAY)
    start = min([TODAY, *(one.plan_start(plan.protocol) for one in races)])
    segments = plan.segments(start, training.end_of(plan, start))
    marked = [Marked(number, one.ideal, False) for number, one in enumerate(plan.sessions, 1)]
    return draw(segments, marked, plan.protocol, today=TODAY)


def reach(label) -> tuple[float, float]:
    width = 7 * len(label.words)
    left = {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    return label.at - left, label.at - left + width


@pytest.mark.parametrize("races", PLANS.values(), ids=PLANS)
def test_lying_no_name_is_cut_off_or_lies_on_another(races):
    lying = drawn(races, ribbon.lying)
    if lying is None:
        return
    for one, other in combinations(lying.phases, 2):
        (a, b), (c, d) = reach(one), reach(other)
        assert one.y != other.y or b <= c or d <= a
    for label in (*lying.phases, *lying.races):
        assert 0 <= reach(label)[0] <= reach(label)[1] <= lying.width
        assert label.y < lying.height


@pytest.mark.parametrize("races", PLANS.values(), ids=PLANS)
def test_upright_every_phase_has_room_for_two_lines(races):
    upright = drawn(races, ribbon.upright)
    places = [label.at for label in upright.phases]
    assert min(after - before for before, after in pairwise(places)) > 40


@pytest.mark.parametrize("draw", [ribbon.lying, ribbon.upright])
def test_dots_do_not_touch(draw):
    dots = drawn(PLANS["a half on the way"], draw).dots
    assert [dot.number for dot in dots] == list(range(1, len(dots) + 1))
    for one, other in combinations(dots, 2):
        assert abs(one.at - other.at) > 19 or abs(one.away - other.away) > 19


def test_the_plans_that_most_runners_have_lie_down():
    assert all(drawn(PLANS[name], ribbon.lying) for name in list(PLANS)[:5])


def test_too_many_short_phases_are_drawn_upright_only():
    half_marathons = [race(21 * n, Distance.HALF) for n in range(1, 16)]
    assert drawn(half_marathons, ribbon.lying) is None
    assert drawn(half_marathons, ribbon.upright).height > 800
