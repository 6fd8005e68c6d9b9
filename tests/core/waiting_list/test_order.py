"""Who comes first, and that nobody waits for ever."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.waiting_list.order import LEAST_URGENT, NO_RACE, Rank, Urgency, in_order, need_on
from bookings.core.wording import Sentence
from tests.core.training.default_protocol import PROTOCOL

NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = Sentence("Because.")


def rank(entry: int, need: int, since: datetime, now: datetime = NOW) -> Rank:
    return Rank(entry=entry, need=Urgency(need, WORDS), since=since, now=now)


needs = st.integers(0, LEAST_URGENT)
comers = st.lists(st.tuples(needs, st.integers(0, 90)), min_size=1, max_size=8)


@given(comers)
def test_whoever_has_waited_four_weeks_longer_than_all_others_is_first(others):
    later = [rank(n, need, NOW + day * DAY) for n, (need, day) in enumerate(others, start=1)]
    waits = rank(0, LEAST_URGENT, NOW - LEAST_URGENT * DAY - timedelta(seconds=1))
    assert in_order([*later, waits])[0].entry == 0


@given(comers, st.integers(0, 3))
def test_nobody_starves_however_many_urgent_ones_come_each_day(before, comes_each_day):
    """One gap a day that suits everybody goes to the first; the last of those there gets one."""
    waiting = {n: (need, NOW) for n, (need, _) in enumerate(before)}
    number, there, served_by = len(before), set(waiting), {}
    bound = len(before) + (LEAST_URGENT + 1) * comes_each_day + LEAST_URGENT
    for day in range(bound + 1):
        now = NOW + day * DAY
        for _ in range(comes_each_day):
            waiting[number] = (0, now)
            number += 1
        ranks = [rank(n, need, since, now) for n, (need, since) in waiting.items()]
        if not ranks:
            break
        first = in_order(ranks)[0].entry
        served_by[first] = day
        del waiting[first]
    assert there <= set(served_by)


@given(needs, needs, st.integers(0, 40))
def test_a_day_of_waiting_is_worth_a_day_of_urgency(one, other, days):
    waits, comes = rank(1, one, NOW - days * DAY), rank(2, other, NOW)
    first = in_order([comes, waits])[0]
    assert first.entry == (1 if one - days <= other else 2)


RACE = training.Race(race_date=date(2027, 4, 25), distance=training.Distance.MARATHON)
PLAN = training.plan([RACE], training.Runner(), PROTOCOL, as_of=date(2026, 12, 2))


def test_the_training_says_how_soon():
    session = PLAN.sessions[0]
    last = session.window_end - DAY
    soon = need_on(last, frozenset({session.kind}), PLAN)
    assert soon.days == 0
    days = [session.window_start + n * DAY for n in range((last - session.window_start).days)]
    assert all(need_on(day, frozenset({session.kind}), PLAN).days > 0 for day in days)
    assert need_on(RACE.race_date, frozenset({session.kind}), PLAN).days == LEAST_URGENT
    assert need_on(last, frozenset({session.kind}), None).days == NO_RACE


def test_a_day_that_the_own_plan_is_against_is_that_of_no_session():
    """Whose long run it was came before whom their training advised against the day as well."""
    session = PLAN.sessions[0]
    kinds, day = frozenset({session.kind}), session.window_end - DAY
    own = training.Schedule((training.TrainingDay(day, training.DayKind.LONG),))
    plan = training.plan([RACE], training.Runner(schedule=own), PROTOCOL, as_of=PLAN.as_of)
    assert need_on(day, kinds, PLAN).days == 0
    assert need_on(day, kinds, plan).days == LEAST_URGENT


@pytest.mark.parametrize("weeks", range(0, 30, 2))
def test_every_need_is_within_the_bounds_that_the_order_promises(weeks):
    for day in (date(2026, 12, 2) + timedelta(weeks=weeks, days=n) for n in range(7)):
        for kinds in (frozenset(), frozenset(training.Kind), *map(frozenset, zip(training.Kind))):
            assert 0 <= need_on(day, kinds, PLAN).days <= LEAST_URGENT
