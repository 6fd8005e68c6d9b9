"""What a race that moves does to phases, sessions and visits."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import Booked, Distance, Kind, Outcome, Phase, PlanChange, Race, Runner
from tests.core.training.default_protocol import PROTOCOL

SUNDAY = date(2027, 3, 21)
TODAY = date(2026, 11, 23)
D = timedelta(days=1)
MARATHON = Race(SUNDAY, Distance.MARATHON, name="Big Race")
SUITS_ALL = frozenset(Kind)


def change(race, was=MARATHON, others=(), today=TODAY):
    def plan(*races):
        return training.plan([*races, *others], Runner(), PROTOCOL, as_of=today)

    return PlanChange(plan(was), plan(race) if race else plan(), was, race)


def postponed(weeks):
    return change(replace(MARATHON, race_date=SUNDAY + weeks * 7 * D))


def booked_for(*sessions):
    return [Booked(one.ideal, SUITS_ALL) for one in sessions]


def test_nothing_differs_of_the_same_plan():
    same = change(MARATHON)
    visits = booked_for(*same.before.sessions)
    assert (same.phase_shifts(), same.session_shifts(), same.misfits(visits)) == ([], [], [])


def test_another_name_changes_nothing():
    renamed = change(replace(MARATHON, name="Small Race"))
    assert (renamed.phase_shifts(), renamed.session_shifts()) == ([], [])


@given(st.integers(-8, 20).filter(bool))
def test_postponing_by_weeks_shifts_every_phase_and_session_by_as_many(weeks):
    found = postponed(weeks)
    shifts = [
        one for one in found.phase_shifts() + found.session_shifts() if one.before and one.after
    ]
    assert shifts
    assert {one.after - one.before for one in shifts} == {weeks * 7 * D}


def test_a_light_session_before_the_old_race_is_moved_to_the_new_race_week():
    found = postponed(2)
    flush = next(s for s in found.before.sessions if s.kind is Kind.PRE_RACE_FLUSH)
    visit = Booked(flush.ideal, frozenset({Kind.PRE_RACE_FLUSH}))
    [misfit] = found.misfits([visit])
    assert misfit.instead.ideal == flush.ideal + 14 * D
    assert misfit.reason.startswith("It was for the light pre-race session; that day is now part")


def test_a_visit_on_what_becomes_race_day_says_so():
    visit = Booked(SUNDAY - 18 * D, SUITS_ALL)
    moved = change(replace(MARATHON, race_date=visit.day))
    [misfit] = moved.misfits([visit])
    assert misfit.reason == "That day is not advised now. This is the day of Big Race."


def test_a_visit_that_never_was_the_plans_and_is_advised_as_before_is_left_alone():
    outside = SUNDAY + 60 * D
    assert (
        postponed(1).misfits([Booked(outside + (2 - outside.weekday()) % 7 * D, SUITS_ALL)]) == []
    )


def test_visits_of_the_past_are_never_touched():
    found = change(None, today=SUNDAY - 10 * D)
    assert found.misfits([Booked(SUNDAY - 20 * D, SUITS_ALL)]) == []


def test_a_lost_race_leaves_its_sessions_without_a_place():
    found = change(None)
    visits = booked_for(*found.before.sessions)
    misfits = found.misfits(visits)
    assert {one.visit for one in misfits} == set(visits)
    assert all(one.instead is None for one in misfits)
    assert all(one.after is None for one in found.session_shifts())
    assert "off-season" in misfits[0].reason


def test_a_race_that_was_not_started_loses_only_what_follows_it():
    did_not_start = change(replace(MARATHON, outcome=Outcome.DNS), today=SUNDAY + D)
    gone = {one.phase for one in did_not_start.phase_shifts() if one.after is None}
    assert gone == {Phase.ACUTE, Phase.RECOVERY, Phase.RETURN}


def test_no_two_visits_are_offered_one_session():
    found = postponed(2)
    misfits = found.misfits(booked_for(*found.before.sessions))
    offered = [one.instead for one in misfits if one.instead]
    assert len(offered) == len(set(offered))


def test_a_visit_moves_only_to_a_session_that_its_treatment_suits():
    found = postponed(2)
    flush = next(s for s in found.before.sessions if s.kind is Kind.PRE_RACE_FLUSH)
    [misfit] = found.misfits([Booked(flush.ideal, frozenset({Kind.POST_RACE_GENTLE}))])
    assert misfit.instead is None or misfit.instead.kind is Kind.POST_RACE_GENTLE


@given(st.integers(-10, 10), st.integers(0, 200))
def test_a_day_is_now_part_of_a_phase_only_where_it_was_not_before(weeks, offset):
    found = postponed(weeks)
    for kinds in (SUITS_ALL, frozenset({Kind.PRE_RACE_FLUSH})):
        for misfit in found.misfits([Booked(TODAY + offset * D, kinds)]):
            before, after = (one.on(misfit.visit.day).phase for one in (found.before, found.after))
            assert ("is now part of" not in misfit.reason) or before is not after


def test_a_session_that_moves_within_its_phase_says_so():
    base = next(s for s in postponed(1).before.sessions if s.phase is Phase.BASE)
    reasons = {one.reason for one in postponed(1).misfits([Booked(base.ideal, SUITS_ALL)])}
    told = "the new plan has that on another day or not at all."
    assert reasons == {f"It was for the maintenance session; {told}"}


def test_a_visit_whose_session_has_not_moved_is_left_alone_whatever_its_treatment():
    same = change(replace(MARATHON, name="Another name"))
    visits = [Booked(one.ideal, frozenset({Kind.POST_HARD_EFFORT})) for one in same.before.sessions]
    assert same.misfits(visits) == []


@given(st.lists(st.integers(0, 200), max_size=8), st.integers(-10, 10))
def test_a_visit_fits_or_has_a_reason(offsets, weeks):
    found = postponed(weeks)
    visits = [Booked(TODAY + n * D, SUITS_ALL) for n in sorted(set(offsets))]
    misfits = found.misfits(visits)
    assert all(one.reason.endswith(".") for one in misfits)
    if weeks == 0:
        assert misfits == []
