"""Corners of single rules that the worked examples leave out."""

from datetime import date, timedelta

import pytest

from bookings.core import training
from bookings.core.training import (
    Distance,
    Kind,
    Outcome,
    Phase,
    Pressure,
    Priority,
    Race,
    Runner,
    Topic,
    Weekday,
)
from bookings.core.training.phases import split_weeks

SUNDAY = date(2027, 10, 10)
D = timedelta(days=1)


def race(day=SUNDAY, distance=Distance.MARATHON, **more):
    return Race(day, distance, **more)


def plan(protocol, *races, as_of=SUNDAY - 200 * D, **runner):
    return training.plan(races, Runner(**runner), protocol, as_of=as_of)


def kinds(plan, race=None):
    return [s.kind for s in plan.sessions if race is None or s.race == race]


def phases(plan, *offsets, race_date=SUNDAY):
    return [plan.on(race_date + n * D).phase for n in offsets]


def test_without_races_it_is_always_off_season(protocol):
    found = plan(protocol)
    for day in (date.min, SUNDAY, date.max):
        assert found.on(day) == training.PhaseDay(day, Phase.OFF_SEASON, None, Pressure.FIRM)
    assert found.sessions == ()
    assert found.mailings() == []
    assert [s.days for s in found.segments(SUNDAY, SUNDAY + 9 * D)] == [9]


def test_p1_race_week_is_six_days_even_if_training_starts_within_it(protocol):
    found = plan(protocol, race(training_start=SUNDAY - 3 * D))
    assert phases(found, -7, -6, -1, 0) == [
        Phase.OFF_SEASON, Phase.RACE_WEEK, Phase.RACE_WEEK, Phase.RACE_DAY,
    ]  # fmt: skip


def test_p2_the_start_of_training_wins_over_the_weeks(protocol):
    start = SUNDAY - 30 * D
    found = plan(protocol, race(training_start=start, weeks=18))
    assert phases(found, -31, -30) == [Phase.OFF_SEASON, Phase.BUILD]


def test_p2_over_a_leap_day(protocol):
    leap_year_race = race(date(2028, 3, 5), weeks=2)
    found = plan(protocol, leap_year_race)
    assert leap_year_race.plan_start(protocol) == date(2028, 2, 21)
    assert found.on(date(2028, 2, 27)).phase is Phase.TAPER
    assert found.on(date(2028, 2, 28)).phase is Phase.RACE_WEEK
    assert found.on(date(2028, 2, 29)).phase is Phase.RACE_WEEK


@pytest.mark.parametrize(
    ("weeks", "wish", "taper"), [(18, 2, 2), (18, 4, 4), (10, 4, 2), (1, 3, 1)]
)
def test_p3_a_runner_may_wish_for_another_taper(protocol, weeks, wish, taper):
    split = split_weeks(weeks, protocol.distances[Distance.MARATHON], taper_weeks=wish)
    assert split.taper == taper
    assert split.base + split.build + split.peak + split.taper == weeks


@pytest.mark.parametrize("distance", Distance)
def test_p5_base_absorbs_what_is_above_thirty_weeks(protocol, distance):
    rules = protocol.distances[distance]
    thirty, fifty_two = split_weeks(30, rules), split_weeks(52, rules)
    assert fifty_two.base == thirty.base + 22
    assert (fifty_two.build, fifty_two.peak) == (thirty.build, thirty.peak)


def test_p5_holds_for_a_clinic_that_allows_a_longer_peak(protocol_data):
    protocol_data["distances"]["marathon"]["peak_cap"] = 20
    rules = training.Protocol.from_data(protocol_data).distances[Distance.MARATHON]
    assert split_weeks(30, rules).peak == split_weeks(52, rules).peak == 8


def test_p7_the_ceiling_is_the_lowest_of_all_races(protocol):
    first, second = race(), race(SUNDAY + 14 * D)
    day = plan(protocol, first, second).on(SUNDAY + 4 * D)
    assert (day.phase, day.race, day.ceiling) == (Phase.TAPER, second, Pressure.MEDIUM)
    assert day.days_to_race == 10


@pytest.mark.parametrize(
    ("distance", "days"), [("10k", 2), ("half", 4), ("marathon", 9), ("ultra", 12)]
)
def test_p8_recovery_after_a_b_race_is_half_as_long_rounded_up(protocol, distance, days):
    b_race = race(distance=Distance(distance), priority=Priority.B)
    found = plan(protocol, b_race).segments(SUNDAY - 10 * D, SUNDAY + 60 * D)
    assert {s.phase: s.days for s in found}[Phase.RECOVERY] == days
    assert [s.phase for s in found] == [
        Phase.OFF_SEASON, Phase.RACE_WEEK, Phase.RACE_DAY, Phase.ACUTE, Phase.RECOVERY,
        Phase.OFF_SEASON,
    ]  # fmt: skip
    assert found[1].days == 3


@pytest.mark.parametrize(
    ("distance", "km", "as_after"),
    [
        ("10k", 5, "10k"), ("10k", 1, "10k"),
        ("half", 10, "half"), ("half", 9.9, "10k"),
        ("marathon", 21, "marathon"), ("marathon", 20.9, "half"), ("marathon", 10, "half"),
        ("marathon", 9, "10k"), ("marathon", 0, "10k"), ("marathon", None, "marathon"),
        ("ultra", 30, "ultra"), ("ultra", 29, "half"), ("ultra", 10, "half"), ("ultra", 9, "10k"),
    ],
)  # fmt: skip
def test_p9_recovery_after_a_race_not_finished(protocol, distance, km, as_after):
    unfinished = race(distance=Distance(distance), outcome=Outcome.DNF, dnf_km=km)
    assert unfinished.recovers_as(protocol) is protocol.distances[Distance(as_after)]


def test_p9_how_far_somebody_ran_says_nothing_of_a_finished_race(protocol):
    finished = race(outcome=Outcome.FINISHED, dnf_km=3)
    assert finished.recovers_as(protocol) is protocol.distances[Distance.MARATHON]


def test_p9_a_cancelled_race_leaves_no_trace(protocol):
    found = plan(protocol, race(outcome=Outcome.CANCELLED))
    assert set(phases(found, *range(-200, 60))) == {Phase.OFF_SEASON}
    assert (found.sessions, found.mailings()) == ((), [])


def test_p9_a_race_not_started_keeps_the_training_before_it_but_nothing_to_book(protocol):
    found = plan(protocol, race(outcome=Outcome.DNS))
    assert phases(found, -30, -1, 0, 1) == [
        Phase.PEAK, Phase.RACE_WEEK, Phase.OFF_SEASON, Phase.OFF_SEASON,
    ]  # fmt: skip
    assert (found.sessions, found.mailings()) == ((), [])


@pytest.mark.parametrize("weekday", Weekday)
def test_s1_no_cycle_session_falls_on_the_long_run_or_the_day_before_it(protocol, weekday):
    for session in plan(protocol, race(), long_run_weekday=weekday).sessions:
        if session.kind in (Kind.MAINTENANCE, Kind.TRAINING, Kind.PEAK_RECOVERY):
            days = range((session.window_end - session.window_start).days)
            weekdays = {(session.window_start + n * D).weekday() for n in days}
            assert not weekdays & {weekday, (weekday - 1) % 7}
            assert session.ideal.weekday() == (weekday + 2) % 7


@pytest.mark.parametrize("gap", range(14, 28))
def test_s2_no_tune_up_within_ten_days_after_another_a_race(protocol, gap):
    second = race(SUNDAY + gap * D, distance=Distance.TEN_KM)
    found = plan(protocol, race(distance=Distance.TEN_KM), second)
    days_after = [
        (s.ideal - SUNDAY).days
        for s in found.sessions
        if s.kind is Kind.TAPER_TUNE_UP and s.race == second
    ]
    assert all(n > 10 for n in days_after)
    assert bool(days_after) == (gap >= 23)


def test_s2_a_race_that_was_not_started_is_no_reason_to_drop_the_tune_up(protocol):
    second = race(SUNDAY + 14 * D)
    for outcome, expected in ((Outcome.DNS, True), (Outcome.FINISHED, False)):
        found = plan(protocol, race(outcome=outcome), second)
        assert (Kind.TAPER_TUNE_UP in kinds(found, second)) is expected


@pytest.mark.parametrize("gap", [1, 2])
def test_s1_a_race_not_started_takes_no_day_of_the_light_session_before_the_next(protocol, gap):
    second = race(SUNDAY + gap * D)
    for outcome, expected in ((Outcome.DNS, True), (Outcome.FINISHED, False)):
        found = plan(protocol, race(outcome=outcome), second).sessions
        light = [(s.ideal, s.window_start, s.window_end) for s in found
                 if (s.kind, s.race) == (Kind.PRE_RACE_FLUSH, second)]  # fmt: skip
        days = [tuple(second.race_date - n * D for n in (3, 4, 1))]
        assert light == (days if expected else [])


def test_s6_no_recovery_session_after_10_km_and_no_return_check_after_a_half(protocol):
    for distance, expected in (
        (Distance.TEN_KM, set()),
        (Distance.HALF, {Kind.POST_RACE_RECOVERY}),
        (Distance.ULTRA, {Kind.POST_RACE_RECOVERY, Kind.RETURN_CHECK}),
    ):
        found = set(kinds(plan(protocol, race(distance=distance))))
        assert found & {Kind.POST_RACE_RECOVERY, Kind.RETURN_CHECK} == expected


def test_s6_the_sessions_after_a_race_follow_the_distance_it_recovers_as(protocol):
    found = plan(protocol, race(outcome=Outcome.DNF, dnf_km=15), as_of=SUNDAY)
    assert [(s.kind, (s.ideal - SUNDAY).days) for s in found.sessions] == [
        (Kind.POST_RACE_GENTLE, 3),
        (Kind.POST_RACE_RECOVERY, 16),
    ]


def test_s7_a_new_client_has_a_lighter_tune_up_and_nothing_else_lighter(protocol):
    known, new = plan(protocol, race()), plan(protocol, race(), new_client=True)
    different = [
        (old.kind, old.pressure, light.pressure)
        for old, light in zip(known.sessions, new.sessions, strict=True)
        if old != light
    ]
    assert different == [(Kind.TAPER_TUNE_UP, Pressure.MEDIUM_FIRM, Pressure.LIGHT_MEDIUM)]


def test_s7_no_session_whose_ideal_day_bears_no_pressure(protocol):
    # Six days on, the light session's ideal day is still acute but its window is not.
    second = race(SUNDAY + 6 * D)
    found = plan(protocol, race(), second)
    assert found.on(SUNDAY + 4 * D).phase is Phase.RACE_WEEK
    assert Kind.PRE_RACE_FLUSH not in kinds(found, second)


def test_s8_a_session_is_recommended_until_its_window_ends(protocol):
    flush = next(s for s in plan(protocol, race()).sessions if s.kind is Kind.PRE_RACE_FLUSH)
    late = plan(protocol, race(), as_of=flush.window_end - D)
    assert late.sessions[0].kind is Kind.PRE_RACE_FLUSH
    assert late.sessions[0].suggested == flush.window_end - D
    assert late.sessions[0].ideal == flush.ideal
    assert Kind.PRE_RACE_FLUSH not in kinds(plan(protocol, race(), as_of=flush.window_end))


def test_s8_once_its_day_has_passed_a_session_is_not_suggested_on_a_race_on_the_way(protocol):
    peak = next(s for s in plan(protocol, race()).sessions if s.kind is Kind.PEAK_RECOVERY)
    on_the_way = race(peak.ideal + D, distance=Distance.TEN_KM, priority=Priority.C)
    for as_of in (peak.ideal + D, peak.ideal + 2 * D):  # its day, and the day after it
        late = plan(protocol, race(), on_the_way, as_of=as_of)
        assert late.sessions[0].ideal == peak.ideal
        assert late.sessions[0].suggested == peak.ideal + 3 * D


def test_n2_a_nudge_due_on_the_day_of_the_plan_mail_is_never_sent(protocol):
    found = plan(protocol, race(), as_of=SUNDAY + D).mailings()
    assert Topic.POST_RACE_CHECK not in [topic for mail in found for topic in mail.topics]
    assert found[0].topics == (Topic.PLAN,)


def test_n5_the_check_comes_though_nothing_is_left_to_book(protocol):
    found = plan(protocol, race())
    mails = found.mailings(declined=found.sessions)
    assert [mail.topics for mail in mails] == [(Topic.PLAN,), (Topic.POST_RACE_CHECK,)]
    assert not any(mail.covers for mail in mails)


def test_n7_a_session_is_booked_by_any_appointment_in_its_window(protocol):
    found = plan(protocol, race(), as_of=SUNDAY - 40 * D)
    tune_up = next(s for s in found.sessions if s.kind is Kind.TAPER_TUNE_UP)
    for day, booked in (
        (tune_up.window_start - D, False), (tune_up.window_start, True),
        (tune_up.window_end - D, True), (tune_up.window_end, False),
    ):  # fmt: skip
        covered = {session for mail in found.mailings(booked_on=[day]) for session in mail.covers}
        assert (tune_up not in covered) is booked


def test_n7_a_declined_session_is_never_nudged(protocol):
    found = plan(protocol, race(), as_of=SUNDAY - 40 * D)
    declined = found.sessions[1]
    covered = {s for mail in found.mailings(declined=[declined]) for s in mail.covers}
    assert declined not in covered
    assert covered


def test_a_race_b_and_c_has_no_sessions_and_only_the_plan_mail(protocol):
    found = plan(protocol, race(priority=Priority.B), race(SUNDAY + 9 * D, priority=Priority.C))
    assert found.sessions == ()
    assert [mail.topics for mail in found.mailings()] == [(Topic.PLAN,)]


def test_a_changed_protocol_changes_the_plan(protocol_data):
    protocol_data["placement"]["gentle"]["days"] = 6
    protocol_data["session_types"]["post_race_gentle"]["minutes"] = 30
    changed = training.Protocol.from_data(protocol_data)
    gentle = next(s for s in plan(changed, race()).sessions if s.kind is Kind.POST_RACE_GENTLE)
    assert ((gentle.window_end - gentle.window_start).days, gentle.minutes) == (6, 30)


def test_a_build_up_starts_with_the_first_race_that_has_one(protocol):
    far, farther = race(), race(SUNDAY + 60 * D, Distance.HALF)
    on_the_way = race(SUNDAY - 190 * D, Distance.TEN_KM, priority=Priority.C)
    found = plan(protocol, on_the_way, farther, far)
    assert found.build_up_starts == far.plan_start(protocol)
    assert found.on(found.build_up_starts).phase is Phase.BASE
    assert found.on(found.build_up_starts - D).phase is Phase.OFF_SEASON


@pytest.mark.parametrize("days_before", [100, 3, 0, -20])
def test_no_build_up_is_to_come_once_it_runs_or_is_over(protocol, days_before):
    assert plan(protocol, race(), as_of=SUNDAY - days_before * D).build_up_starts is None


def test_a_race_without_a_build_up_starts_none(protocol):
    assert plan(protocol, race(priority=Priority.C)).build_up_starts is None
