"""What is advised of each day around a race; a Sunday's long run unless told."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import BetterDays, Distance, Kind, Outcome, Priority, Verdict, Weekday
from tests.core.training.default_protocol import PROTOCOL

RACE_DAY = date(2027, 4, 25)  # a Sunday
AS_OF = date(2026, 12, 1)
KNOWN = training.Runner()


@pytest.fixture
def advice(protocol):
    """The advice for so many days before the race (negative: after it)."""

    def _advice(days: int, *races, runner=KNOWN, **fields):
        race = training.Race(RACE_DAY, Distance.MARATHON, name="the race", **fields)
        plan = training.plan([race, *races], runner, protocol, as_of=AS_OF)
        return training.advice_on(RACE_DAY - timedelta(days=days), plan)

    return _advice


@pytest.mark.parametrize(
    ("days", "verdict", "words"),
    [
        (0, Verdict.NOT_ADVISED, "day of the race"),
        (1, Verdict.NOT_ADVISED, "day after is the race"),
        (-1, Verdict.NOT_ADVISED, "first days after the race"),
        (-3, Verdict.NOT_ADVISED, "first days after the race"),
        (-4, Verdict.GOOD, "Recovery"),
        (2, Verdict.LIGHT_ONLY, "Race week"),
        (6, Verdict.LIGHT_ONLY, "Race week"),
        (7, Verdict.NOT_ADVISED, "day of your long run"),
        (8, Verdict.NOT_ADVISED, "day after is your long run"),
        (9, Verdict.GOOD, "Taper"),
        (61, Verdict.GOOD, "Build"),
        (200, Verdict.GOOD, "Off-season"),
    ],
)
def test_each_day_has_a_verdict_and_says_why(advice, days, verdict, words):
    found = advice(days)
    assert found.verdict is verdict
    assert words in found.reason
    assert found.rule


@given(st.integers(-30, 220), st.sampled_from(Weekday), st.sampled_from(sorted(Kind)))
def test_the_same_in_staffs_words_speaks_to_nobody(days, long_run, kind):
    race = training.Race(RACE_DAY, Distance.MARATHON, name="the race")
    runner = training.Runner(long_run_weekday=long_run, new_client=bool(days % 2))
    plan = training.plan([race], runner, PROTOCOL, as_of=AS_OF)
    found = training.advice_for(frozenset({kind}), RACE_DAY - timedelta(days=days), plan)
    assert not re.search(r"\b(you|your|yours)\b", found.for_staff)


def test_the_long_run_may_be_on_any_day(advice):
    runner = training.Runner(long_run_weekday=Weekday.WED)
    assert advice(11, runner=runner).reason == "This is the day of your long run."
    assert advice(12, runner=runner).reason == "The day after is your long run."
    assert advice(14, runner=runner).verdict is Verdict.GOOD


@pytest.mark.parametrize(("days", "verdict"), [(10, Verdict.LIGHT_ONLY), (11, Verdict.GOOD)])
def test_nobodys_first_firm_session_is_within_ten_days_of_an_a_race(advice, days, verdict):
    assert advice(days, runner=training.Runner(new_client=True)).verdict is verdict
    assert advice(days).verdict is Verdict.GOOD


@pytest.mark.parametrize("fields", [{"priority": Priority.B}, {"outcome": Outcome.CANCELLED}])
def test_other_races_do_not_spare_a_first_session(advice, fields):
    found = advice(10, runner=training.Runner(new_client=True), **fields)
    assert found.verdict is Verdict.GOOD


def test_a_race_on_the_way_counts_too(advice):
    other = training.Race(date(2027, 3, 17), Distance.TEN_KM, Priority.C, name="the 10 km")
    assert "the 10 km" in advice(40, other).reason


def test_a_treatment_fits_the_phases_that_ask_for_its_kinds(protocol):
    race = training.Race(RACE_DAY, Distance.MARATHON)
    plan = training.plan([race], training.Runner(), protocol, as_of=AS_OF)
    light = frozenset({Kind.PRE_RACE_FLUSH})
    assert training.fits(light, RACE_DAY - timedelta(days=3), plan)
    assert not training.fits(light, RACE_DAY - timedelta(days=60), plan)


KINDS = st.frozensets(st.sampled_from(list(Kind)), min_size=1)
RACES = st.builds(
    training.Race,
    st.dates(AS_OF, RACE_DAY),
    st.sampled_from(list(Distance)),
    st.sampled_from(list(Priority)),
)


@given(st.lists(RACES, min_size=1, max_size=3), KINDS, st.dates(AS_OF, RACE_DAY), st.booleans())
def test_a_treatment_that_does_not_fit_is_never_good_and_no_advice_gets_better(
    races, kinds, day, new_client
):
    runner = training.Runner(new_client=new_client)
    plan = training.plan(races, runner, PROTOCOL, as_of=AS_OF)
    of_the_day, found = training.advice_on(day, plan), training.advice_for(kinds, day, plan)
    if training.fits(kinds, day, plan):
        assert found == of_the_day
    else:
        assert found.verdict is not Verdict.GOOD
        assert not training.suits(kinds, day, plan)
    if of_the_day.verdict is Verdict.NOT_ADVISED:
        assert found == of_the_day
        assert not training.suits(kinds, day, plan)


def test_of_a_treatment_that_says_nothing_the_day_decides(advice, protocol):
    plan = training.plan([], KNOWN, protocol, as_of=AS_OF)
    day = AS_OF + timedelta(days=1)
    assert training.advice_for(frozenset(), day, plan) == training.advice_on(day, plan)


def test_a_light_treatment_is_well_had_where_only_light_ones_are(protocol):
    race = training.Race(RACE_DAY, Distance.MARATHON)
    plan = training.plan([race], KNOWN, protocol, as_of=AS_OF)
    day = RACE_DAY - timedelta(days=3)
    assert training.suits(frozenset({Kind.PRE_RACE_FLUSH}), day, plan)
    assert not training.suits(frozenset({Kind.TRAINING}), day, plan)
    assert not training.suits(frozenset({Kind.PRE_RACE_FLUSH, Kind.TRAINING}), day, plan)


THE_RACE = training.Race(RACE_DAY, Distance.MARATHON, name="the race")
MARATHON_PLAN = training.plan([THE_RACE], training.Runner(), PROTOCOL, as_of=AS_OF)
DAYS_LEFT = st.integers(-40, 200)
KINDS = st.frozensets(st.sampled_from(sorted(Kind)), max_size=2)


def on(left: int) -> date:
    return RACE_DAY - timedelta(days=left)


@given(DAYS_LEFT, DAYS_LEFT, KINDS)
def test_a_better_day_is_one_that_the_plan_speaks_less_against(one, other, kinds):
    days = BetterDays(kinds, on(one), MARATHON_PLAN)
    if on(other) not in days:
        return
    assert days.are_possible
    assert on(one) not in BetterDays(kinds, on(other), MARATHON_PLAN)
    assert training.against(kinds, on(one), MARATHON_PLAN)
    assert training.suits(kinds, on(other), MARATHON_PLAN)
    for because in (days.why(on(other)), days.why_not_than):
        assert because.yours.endswith(".")
        assert not {"your", "you"} & set(because.theirs.lower().split())


def test_what_is_booked_for_before_a_race_gets_no_better_after_it():
    days = BetterDays(frozenset(), on(8), MARATHON_PLAN)  # the day before a long run
    assert on(9) in days
    assert not any(on(-left) in days for left in range(40))


@pytest.mark.parametrize(
    ("than", "day", "why"),
    [
        (63, 61, "It is two days after your long run."),
        (64, 60, "It is three days after your long run."),
        (64, 66, "It is not beside a hard day of your training."),
        (1, 10, "It is 10 days before"),
        (0, -5, "It is 5 days after"),
    ],
)
def test_the_reason_is_by_what_the_present_day_lacks(than, day, why):
    days = BetterDays(frozenset(), on(than), MARATHON_PLAN)
    assert on(day) in days
    assert days.why(on(day)).yours.startswith(why)


def test_a_day_after_a_hard_session_is_not_called_away_from_hard_days():
    """Wednesday was, after a hard Tuesday."""

    def why(*hard):
        days = tuple(training.TrainingDay(on(left), training.DayKind.HARD) for left in hard)
        runner = training.Runner(schedule=training.Schedule(days))
        own = training.plan(MARATHON_PLAN.races, runner, PROTOCOL, as_of=AS_OF)
        return BetterDays(frozenset(), on(66), own).why(on(59))

    assert "not beside" in why(66).yours
    assert "beside" not in f"{why(66, 60).yours}{why(66, 60).theirs}"
