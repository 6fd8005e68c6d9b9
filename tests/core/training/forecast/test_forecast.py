"""The forecast on clinics made up by chance: nearer than last month, honest about how near."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.core.training import Kind, Phase
from bookings.core.training.forecast.facts import VisitFact, WantedFact, monday, week_of
from bookings.core.training.forecast.hours import (
    FULL,
    Load,
    Skill,
    shares,
    skills_of,
    weekday_to_add,
)
from bookings.core.training.forecast.ledger import AHEAD, Ledger
from bookings.core.training.forecast.past import back_test
from bookings.core.training.forecast.weeks import Looking, band, expected, expected_then
from tests.core.training.forecast.a_clinic import LAST, SIXTY, D, MadeUp

TODAY = LAST + D  # a Monday
NOBODY, EVER = 10**6, date(2020, 1, 1)


@pytest.fixture(scope="module")
def world():
    return MadeUp(1)


@pytest.fixture(scope="module")
def ledger(world):
    return Ledger.of(world.visits, world.sessions)


def visit(day, booked_on=EVER, gone_on=None, client=NOBODY, treatment=SIXTY):
    number = hash((day, booked_on, client)) % 10**9 + 10**9
    return VisitFact(number, client, day, booked_on, gone_on, treatment)


def test_over_a_year_it_is_nearer_than_the_same_as_last_month_at_every_lead(ledger):
    record = back_test(ledger, TODAY, season=52)
    for error in record.errors():
        assert error.weeks == 52
        assert error.mean < 0.6 * error.as_last_month


def test_four_of_five_weeks_lie_within_the_band(ledger):
    error = back_test(ledger, TODAY, season=52).error()
    assert error
    assert 0.7 < error.inside / error.weeks < 0.92


def test_what_was_said_of_a_week_used_nothing_that_came_to_be_known_later(world, ledger):
    """The same from books that end on the day it was said, whatever was done since."""
    lead, week = 5, week_of(TODAY) - 20
    on = monday(week - lead)
    then = Ledger.of(
        [
            replace(one, gone_on=one.gone_on if one.gone_on and one.gone_on < on else None)
            for one in world.visits
            if one.booked_on < on
        ],
        [one for one in world.sessions if one.known_on < on],
    )
    assert expected_then(then, week, lead).visits == pytest.approx(
        expected_then(ledger, week, lead).visits
    )


def test_nothing_known_expects_nothing_and_tries_nothing():
    nothing = Ledger.of([], [])
    assert [one.visits for one in expected(nothing, TODAY)] == [0.0] * AHEAD
    assert back_test(nothing, TODAY).error() is None
    assert band(expected(nothing, TODAY)[0], 1.0)[0] == 0.0
    given_up = Ledger.of([visit(TODAY - n * D, gone_on=TODAY - n * D) for n in range(1, 90)], [])
    assert [one.visits for one in expected(given_up, TODAY + D)] == [0.0] * AHEAD


@settings(max_examples=8)  # the books are made anew for each
@given(weekday=st.integers(0, 6), lead=st.integers(1, AHEAD), more=st.integers(1, 9))
def test_a_booking_more_adds_nearly_a_visit_and_never_more(ledger, weekday, lead, more):
    today = TODAY + weekday * D
    day = monday(week_of(TODAY) + lead)
    extra = [visit(day, TODAY - D, client=NOBODY + n) for n in range(more)]
    fuller = Ledger.of([*ledger.visits, *extra], ledger.sessions)
    before, after = (expected(one, today)[lead - 1] for one in (ledger, fuller))
    assert 0.5 * more < after.visits - before.visits <= more
    assert after.booked == before.booked + more


@settings(max_examples=7)
@given(weekday=st.integers(0, 6))
def test_parts_add_up_and_so_do_treatments(ledger, weekday):
    for one in expected(ledger, TODAY + weekday * D):
        assert one.visits == pytest.approx(one.standing + one.by_plan + one.besides)
        assert sum(one.by_treatment.values()) == pytest.approx(one.visits)
        assert sum(one.booked_of.values()) == one.booked
        low, high = band(one, 1.3)
        assert 0 <= low <= one.visits <= high


def test_few_of_a_group_are_drawn_to_the_clinics_own_share(ledger):
    """Of the one session of its kind that was ever open, and was booked, nobody says "always"."""
    day = monday(week_of(TODAY) - 6)
    rare = WantedFact(
        NOBODY, Kind.RETURN_CHECK, Phase.RACE_WEEK, day, day, day + 3 * D, EVER, SIXTY
    )
    told = Ledger.of([*ledger.visits, visit(day, day - D)], [*ledger.sessions, rare])
    share = Looking.today(told, TODAY).take_up(rare.group, 4)
    assert 0.2 < share < 0.7


def test_a_visit_serves_one_session_and_an_unknown_race_none():
    day = monday(week_of(TODAY) - 3)
    first = WantedFact(1, Kind.TRAINING, Phase.BUILD, day, day - 3 * D, day + 4 * D, EVER, SIXTY)
    second = replace(first, ideal=day + 2 * D, opens=day - D, closes=day + 6 * D)
    told = Ledger.of([visit(day, client=1)], [first, second])
    assert (told.is_open(first, TODAY), told.is_open(second, TODAY)) == (False, True)
    assert not told.is_open(replace(first, client=2, known_on=TODAY), TODAY)


def test_hours_are_added_only_where_it_is_tight_and_then_enough():
    skill = Skill(frozenset({1}), frozenset({SIXTY}))
    for wanted in (0, 10, 33.9, 34.1, 50, 77.7):
        load = Load(skill, wanted, wanted * 1.2, hours=40, booked=wanted / 2)
        assert load.is_tight is (wanted > 34)
        assert (load.extra > 0) is load.is_tight
        assert wanted <= FULL * (load.hours + load.extra) + 1e-9 or not load.is_tight
        assert load.extra * 2 == int(load.extra * 2)


def test_what_a_few_alone_can_give_is_a_skill_of_its_own_and_everybody_comes_first():
    only_kim, both, nobody = 1, 2, 3
    found = skills_of({only_kim: frozenset({7}), both: frozenset({7, 8}), nobody: frozenset()})
    assert [(set(one.therapists), set(one.treatments)) for one in found] == [
        ({7, 8}, {only_kim, both}),
        ({7}, {only_kim}),
    ]


def test_hours_are_proposed_on_the_weekday_that_lacks_most():
    skill = Skill(frozenset({1}), frozenset({SIXTY}))
    lately = shares({1: 20, 3: 20, 4: 10})
    assert weekday_to_add(skill, 50, lately, {1: 30.0, 3: 10.0, 4: 10.0}) == 3
    assert weekday_to_add(skill, 1, lately, {1: 30.0, 3: 10.0, 4: 10.0}) is None
    assert weekday_to_add(skill, 1, {}, {}) is None
