"""Sessions after hard workouts and unusually long runs (S9)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import Distance, Kind, Phase, Pressure, Race, Runner
from tests.core.training.default_protocol import PROTOCOL

SUNDAY = date(2027, 10, 10)
D = timedelta(days=1)
MARATHON = Race(SUNDAY, Distance.MARATHON)
PEAK_SUNDAY = SUNDAY - 42 * D
runners = st.builds(
    Runner,
    long_run_weekday=st.sampled_from(training.Weekday),
    weekly_volume_km=st.sampled_from([0, 100]),
    hard_efforts=st.lists(st.integers(-150, 60), max_size=6).map(
        lambda offsets: tuple(SUNDAY + n * D for n in offsets)
    ),
)


def plan(*efforts, as_of=SUNDAY - 200 * D, races=(MARATHON,), **runner):
    return training.plan(races, Runner(hard_efforts=efforts, **runner), PROTOCOL, as_of=as_of)


def added(plan):
    return [session for session in plan.sessions if session.kind is Kind.POST_HARD_EFFORT]


def far_from_others():
    """A Sunday of the peak whose own week has no session of the plan's rhythm."""
    ideals = [session.ideal for session in plan().sessions]
    sundays = (SUNDAY - n * 7 * D for n in range(4, 8))
    return next(day for day in sundays if all(abs((day + 2 * D - one).days) >= 4 for one in ideals))


def test_a_hard_effort_in_the_peak_adds_an_easy_session_two_days_later():
    effort = far_from_others()
    [session] = added(plan(effort))
    assert session.ideal == effort + 2 * D
    assert (session.window_start, session.window_end) == (effort + D, effort + 4 * D)
    assert (session.minutes, session.pressure) == (45, Pressure.LIGHT_MEDIUM)


def test_an_effort_before_a_session_of_the_plan_adds_nothing():
    peak = next(s for s in plan().sessions if s.kind is Kind.PEAK_RECOVERY)
    assert added(plan(peak.ideal - 2 * D)) == []


@pytest.mark.parametrize("offset", [-120, -10, -3, 0, 2, 10, 30])
def test_outside_build_and_peak_an_effort_adds_nothing(offset):
    day = SUNDAY + offset * D
    assert plan().on(day).phase not in (Phase.BUILD, Phase.PEAK)
    assert added(plan(day)) == []


def test_without_a_race_an_effort_adds_nothing():
    assert added(plan(PEAK_SUNDAY, races=())) == []


def test_the_long_runs_day_and_the_day_before_it_are_left_out_of_the_window():
    effort = far_from_others() + 3 * D  # A Wednesday: Thursday, Friday, and a Saturday too many.
    for session in added(plan(effort)):
        assert session.window_end == effort + 3 * D


def test_an_effort_told_of_twice_counts_once():
    effort = far_from_others()
    assert len(added(plan(effort, effort))) == 1


def test_no_mail_asks_for_the_session_after_an_effort():
    effort = far_from_others()
    assert plan(effort).mailings() == plan().mailings()


@given(runners, st.integers(-200, 40))
def test_efforts_only_add_sessions_that_keep_their_distance(runner, offset):
    as_of = SUNDAY + offset * D
    found = training.plan((MARATHON,), runner, PROTOCOL, as_of=as_of)
    extra = added(found)
    calm = training.plan((MARATHON,), Runner(runner.long_run_weekday, runner.weekly_volume_km),
                         PROTOCOL, as_of=as_of)  # fmt: skip
    assert [s for s in found.sessions if s not in extra] == list(calm.sessions)
    for session in extra:
        effort = [day for day in runner.hard_efforts if 1 <= (session.ideal - day).days <= 3]
        assert effort
        assert session.covers(session.ideal)
        assert session.pressure <= found.on(session.ideal).ceiling
        days = [session.window_start + n * D for n in range(
            (session.window_end - session.window_start).days)]  # fmt: skip
        for day in days:
            assert runner.long_run_weekday not in (day.weekday(), (day + D).weekday())
            assert found.on(day).phase not in (Phase.RACE_DAY, Phase.ACUTE, Phase.RACE_WEEK)
        for other in found.sessions:
            assert other == session or abs((other.ideal - session.ideal).days) >= 4


@given(runners, st.integers(-500, 500).map(lambda n: n * 7))
def test_moving_every_date_by_whole_weeks_moves_the_sessions_with_it(runner, days):
    by = days * D
    later = Runner(runner.long_run_weekday, runner.weekly_volume_km, False,
                   tuple(day + by for day in runner.hard_efforts))  # fmt: skip
    as_of = SUNDAY - 200 * D
    here = training.plan((MARATHON,), runner, PROTOCOL, as_of=as_of)
    there = training.plan(
        (Race(SUNDAY + by, Distance.MARATHON),), later, PROTOCOL, as_of=as_of + by
    )
    assert [s.ideal + by for s in here.sessions] == [s.ideal for s in there.sessions]
