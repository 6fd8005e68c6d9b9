"""The days of a series: nothing but the rule and the wall clock."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bookings.core.scheduling.series import (
    AROUND,
    MOST_DATES,
    MOST_WEEKS_BETWEEN,
    Rule,
    last_of,
    settled_by_now,
)

LONDON = ZoneInfo("Europe/London")
A_WEEK = timedelta(weeks=1)
days = st.dates(date(2026, 1, 1), date(2030, 12, 31))
rules = st.builds(
    lambda first, at, weeks, length: Rule(
        first_day=first, at=at, every_weeks=weeks, last_day=first + timedelta(days=length)
    ),
    days,
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, MOST_WEEKS_BETWEEN),
    st.integers(0, 2000),
)


@given(rules)
def test_each_date_is_as_many_weeks_after_the_first_on_its_weekday_and_never_past_the_last(rule):
    every = rule.every_weeks * A_WEEK
    assert rule.days[0] == rule.first_day
    assert all((day - rule.first_day) % every == timedelta() for day in rule.days)
    assert {day.weekday() for day in rule.days} == {rule.first_day.weekday()}
    assert rule.days[-1] <= rule.last_day
    ends = len(rule.days) == MOST_DATES or rule.days[-1] + every > rule.last_day
    assert ends
    assert len(rule.days) <= MOST_DATES


@given(rules)
def test_the_wall_time_stays_through_every_change_of_the_clock(rule):
    for day in rule.days:
        local = rule.start_on(day, LONDON).astimezone(LONDON)
        skipped = not is_on_the_clock(day, rule.at)
        assert (local.date(), local.time().replace(fold=0)) == (day, rule.at) or skipped


def is_on_the_clock(day, at):
    """Whether spring leaves that time of the day out."""
    start = Rule(first_day=day, at=at, every_weeks=1, last_day=day).start_on(day, LONDON)
    return start.astimezone(LONDON).time().replace(fold=0) == at


def test_over_the_end_of_october_it_stays_at_six_in_the_evening():
    rule = Rule(
        first_day=date(2027, 10, 20), at=time(18), every_weeks=1, last_day=date(2027, 11, 3)
    )
    hours = [rule.start_on(day, LONDON).hour for day in rule.days]
    assert hours == [17, 17, 18]  # in UTC


@given(rules, st.integers(1, MOST_DATES))
def test_so_many_are_so_many(rule, count):
    last = last_of(rule.first_day, rule.every_weeks, count)
    some = Rule(first_day=rule.first_day, at=rule.at, every_weeks=rule.every_weeks, last_day=last)
    assert len(some.days) == count


@given(rules, st.integers(-6, 6), st.integers(-AROUND.days, AROUND.days), st.data())
def test_alternating_weeks_stay_the_same_weeks_however_often_it_is_moved(rule, by, near, data):
    """Moved there and back it is what it was, and what lies near a date stands for that one."""
    day = data.draw(st.sampled_from(rule.days))
    assert rule.nearest_to(day + timedelta(days=near)) == day
    moved = rule.moved(by=timedelta(days=by), at=time(7))
    assert moved.days == tuple(one + timedelta(days=by) for one in rule.days)
    assert moved.moved(by=timedelta(days=-by), at=rule.at) == rule


@given(days, days, st.lists(st.integers(-300, 300), min_size=1, max_size=4), st.integers(1, 300))
def test_what_waits_for_a_race_waits_wherever_the_race_is_moved(settled, race, moves, later):
    """Told by its days to the race; and a race put off settles no day that was not."""
    for days_moved in moves:
        race_is_on = race + timedelta(days=days_moved)
        until = settled_by_now(settled, race_was_on=race, race_is_on=race_is_on)
        waited = settled + timedelta(days=later)
        assert waited + (race_is_on - race) > until
        assert until <= settled
