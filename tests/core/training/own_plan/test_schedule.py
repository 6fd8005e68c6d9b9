"""What a runner's own plan changes, and what it does not (S10)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import (
    DayKind,
    Distance,
    Kind,
    Race,
    Runner,
    Schedule,
    TrainingDay,
    Verdict,
    Weekday,
)
from bookings.core.training.schedule import NO_SCHEDULE
from tests.core.training.default_protocol import PROTOCOL
from tests.core.training.test_properties import planned

D = timedelta(days=1)
SUNDAY = date(2027, 10, 10)
MARATHON = Race(SUNDAY, Distance.MARATHON)
START = SUNDAY - 18 * 7 * D


def schedule(**kinds):
    """A plan of the eighteen weeks in which each of these weekdays is of a kind, others easy."""
    of = {Weekday[name.upper()]: DayKind(kind) for name, kind in kinds.items()}
    days = [START + n * D for n in range(18 * 7)]
    found = [TrainingDay(day, of.get(Weekday(day.weekday()), DayKind.EASY)) for day in days]
    return Schedule(tuple(found))


def plan(own=NO_SCHEDULE, as_of=START, **runner):
    return training.plan([MARATHON], Runner(schedule=own, **runner), PROTOCOL, as_of=as_of)


@given(case=planned, first=st.integers(-300, 100), length=st.integers(1, 400))
def test_a_plan_that_says_what_the_weekday_says_changes_nothing(case, first, length):
    races, runner, offset = case
    days = [races[0].race_date + (first + n) * D for n in range(length)]
    kinds = {True: DayKind.LONG, False: DayKind.EASY}
    same = [TrainingDay(day, kinds[day.weekday() == runner.long_run_weekday]) for day in days]
    told = replace(runner, schedule=Schedule(tuple(same)))
    as_of = races[0].race_date + offset * D
    before, after = (training.plan(races, one, PROTOCOL, as_of=as_of) for one in (runner, told))
    assert before.sessions == after.sessions
    assert before.mailings() == after.mailings()
    for n in range(-30, 60):
        day = as_of + n * D
        assert training.advice_on(day, before) == training.advice_on(day, after)
        allowed = [one.allows(session, day) for one in (before, after) for session in one.sessions]
        assert allowed[: len(before.sessions)] == allowed[len(before.sessions) :]


@given(case=planned, kinds=st.lists(st.sampled_from(DayKind), min_size=7, max_size=200))
def test_whatever_the_plan_sessions_keep_apart_and_lie_in_their_windows(case, kinds):
    races, runner, offset = case
    as_of = races[0].race_date + offset * D
    days = [TrainingDay(as_of + n * D, kind) for n, kind in enumerate(kinds, start=-20)]
    told = replace(runner, schedule=Schedule(tuple(days)))
    found = training.plan(races, told, PROTOCOL, as_of=as_of)
    apart = PROTOCOL.placement.min_days_apart
    ideals = sorted(session.ideal for session in found.sessions)
    assert all((later - earlier).days >= apart for earlier, later in pairwise(ideals))
    for session in found.sessions:
        assert session.covers(session.ideal)
        assert session.suggested < session.window_end
        assert found.allows(session, session.suggested)


def test_the_long_run_of_the_plan_moves_the_sessions_and_the_weekday_no_longer_does():
    by_weekday = plan(long_run_weekday=Weekday.THU)
    own = plan(schedule(thu="long"))
    days, same = (
        [one.ideal for one in found.sessions if one.ideal < SUNDAY - 6 * D]
        for found in (own, by_weekday)
    )
    assert days == same
    assert {Weekday(day.weekday()).name for day in days} == {"SAT"}


def test_no_session_is_on_a_hard_day_or_the_day_before_one():
    own = plan(schedule(tue="hard", thu="hard", sun="long"))
    before = [one for one in own.sessions if one.ideal < SUNDAY]
    assert len(before) >= 4
    cycle = [one for one in before if one.kind is not Kind.PRE_RACE_FLUSH]
    assert {Weekday(one.ideal.weekday()).name for one in cycle} == {"FRI"}


def test_a_window_full_of_hard_days_reaches_to_a_good_one_beside_it():
    own = plan(schedule(mon="hard", wed="hard", fri="hard", sat="hard"), long_run_weekday=3)
    widened = [one for one in own.sessions if own.runner.is_strained(one.window_start) is False]
    assert widened
    for one in own.sessions:
        assert (one.window_end - one.window_start).days <= 7
        inside = [one.window_start + n * D for n in range((one.window_end - one.window_start).days)]
        if any(not own.runner.is_strained(day) for day in inside):
            assert not own.runner.is_strained(one.suggested)


@given(
    kinds=st.lists(st.sampled_from(DayKind), min_size=7, max_size=130),
    of=st.frozensets(st.sampled_from(Kind)),
    early=st.integers(0, 10 * 7),
)
def test_no_day_that_is_said_to_suit_is_one_that_the_picker_advises_against(kinds, of, early):
    days = [TrainingDay(START + n * D, kind) for n, kind in enumerate(kinds)]
    own = plan(Schedule(tuple(days)), as_of=START + early * D)
    for session in own.sessions:
        suiting = training.suiting_days(session, of, own)
        for n in range((session.window_end - session.window_start).days):
            day = session.window_start + n * D
            verdict = training.advice_for(of, day, own).verdict
            good = verdict is not Verdict.NOT_ADVISED and day >= own.as_of
            assert (day in suiting) == (good and own.allows(session, day))


def test_the_reason_is_what_the_plan_has_around_the_day():
    own = plan(schedule(tue="hard", thu="long", sat="easy", sun="rest"))
    tuesday = date(2027, 8, 3)
    assert [training.around(tuesday + n * D, own) for n in range(5)] == [
        [],
        [],
        [],
        ["It is the day after the long run of your plan.", "An easy run comes the day after."],
        ["It is two days after the long run of your plan.", "A day of rest comes after it."],
    ]


def test_the_weekday_of_most_long_runs_is_assumed_of_several_the_latest():
    sunday = date(2027, 8, 1)
    runs = [sunday, sunday + 6 * D, sunday + 13 * D, sunday + 21 * D]  # twice each
    days = [TrainingDay(day, DayKind.LONG) for day in runs]
    assert Schedule(tuple(days)).long_run_weekday == Weekday.SUN
    assert Schedule(tuple(days[:3])).long_run_weekday == Weekday.SAT
    assert schedule(tue="hard").long_run_weekday is None


def test_where_every_day_is_hard_the_session_stays_on_its_day():
    every = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "hard")
    own = plan(schedule(**every, sun="long"))
    assert own.sessions[0].ideal == plan().sessions[0].ideal


@pytest.mark.parametrize(
    ("day", "kind", "named"),
    [
        (date(2027, 8, 3), "hard session", "Tuesday 3 August"),
        (date(2027, 8, 2), "hard session", "Tuesday 3 August"),
        (date(2027, 8, 5), "long run", "Thursday 5 August"),
        (date(2027, 8, 4), "long run", "Thursday 5 August"),
    ],
)
def test_the_reason_names_the_day(day, kind, named):
    advice = training.advice_on(day, plan(schedule(tue="hard", thu="long")))
    assert advice.verdict is Verdict.NOT_ADVISED
    assert advice.reason == f"Your plan has a {kind} on {named}."
    assert advice.for_staff == f"Their plan has a hard day on {named}."


def test_beyond_the_plan_the_weekday_is_assumed_and_says_so():
    ends = Schedule(schedule(tue="hard", thu="long").days[: 9 * 7])
    after = START + 10 * 7 * D  # a Sunday, as the first one is
    found = [training.advice_on(day, plan(ends)) for day in (after, after - D)]
    assert all(one.reason.startswith("We assume your long run") for one in found)
    assert training.advice_on(START, plan(ends)).verdict is Verdict.GOOD


def test_a_plan_without_long_runs_leaves_them_to_the_weekday():
    found = plan(schedule(tue="hard"))
    sunday = START + (6 - START.weekday()) * D
    assert training.advice_on(sunday, found).reason.startswith("We assume your long run")


def test_the_latest_hard_session_counts_as_told_of():
    """And so it offers an easy session soon after, where no other is near (S9)."""
    own = schedule(wed="hard", sun="long")
    offered = set()
    for day in (START + n * D for n in range(18 * 7)):
        for one in plan(own, as_of=day).sessions:
            if one.kind is Kind.POST_HARD_EFFORT:
                offered.add(one.ideal)
                assert 1 <= (one.ideal - max(d for d in own.hard_days if d <= day)).days <= 3
    assert offered
    assert {Weekday(day.weekday()).name for day in offered} <= {"THU", "FRI"}


def test_a_race_of_the_file_is_a_hard_day_and_no_race_of_the_plan():
    own = plan(schedule(wed="race"))
    wednesday = date(2027, 8, 4)
    assert own.on(wednesday) == plan().on(wednesday)
    assert "a hard session on Wednesday" in training.advice_on(wednesday, own).reason
