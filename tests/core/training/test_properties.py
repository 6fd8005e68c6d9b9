"""What holds of every plan, whatever the races."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from bookings.core import training
from bookings.core.training import Distance, Kind, Outcome, Phase, Pressure, Priority, Topic
from bookings.core.training.phases import spans_of, split_weeks
from bookings.core.training.sessions import CYCLE_KINDS
from tests.core.training.default_protocol import PARSED, PROTOCOL

D = timedelta(days=1)
DEEPER_THAN_LIGHT = Pressure.LIGHT + 1
BEFORE_THE_RACE = (*CYCLE_KINDS.values(), Kind.TAPER_TUNE_UP, Kind.PRE_RACE_FLUSH)
days = st.dates(date(2026, 1, 1), date(2029, 12, 31))
distances = st.sampled_from(Distance)
priorities = st.sampled_from(Priority)
runners = st.builds(
    training.Runner,
    long_run_weekday=st.sampled_from(training.Weekday),
    weekly_volume_km=st.floats(0, 200),
    new_client=st.booleans(),
)


@st.composite
def a_race(draw, day=days, priority=priorities):
    race_date = draw(day)
    before = draw(st.none() | st.integers(0, 363))
    return training.Race(
        race_date=race_date,
        distance=draw(distances),
        priority=draw(priority),
        training_start=None if before is None else race_date - before * D,
        weeks=draw(st.none() | st.integers(1, 52)),
        outcome=draw(st.sampled_from(Outcome)),
        dnf_km=draw(st.none() | st.floats(0, 50)),
    )


@st.composite
def several_races(draw):
    """Up to four, close enough to interfere."""
    first = draw(days)
    gaps = draw(st.lists(st.integers(1, 100), max_size=3))
    dates = [first + sum(gaps[:n]) * D for n in range(len(gaps) + 1)]
    return [draw(a_race(day=st.just(day))) for day in dates]


planned = st.tuples(several_races(), runners, st.integers(-200, 40))


def plan_of(case, protocol=PROTOCOL):
    races, runner, offset = case
    as_of = races[0].race_date + offset * D
    return training.plan(races, runner, protocol, as_of=as_of)


def a_race_on(day, distance=Distance.TEN_KM, priority=Priority.A, **fields):
    return training.Race(day, distance, priority, **fields)


NEW_YEAR = date(2026, 1, 1)
NOT_STARTED = a_race_on(NEW_YEAR, outcome=Outcome.DNS)
TWO_DAYS_AFTER_ONE_NOT_STARTED = (
    [NOT_STARTED, a_race_on(NEW_YEAR + 2 * D)],
    training.Runner(),
    0,
)


@given(race=a_race(priority=st.just(Priority.A)))
def test_the_phases_of_an_a_race_touch_each_other(race):
    spans = spans_of(race, PROTOCOL)
    assert all(earlier.end == later.start for earlier, later in pairwise(spans))
    assert all(span.start < span.end for span in spans)
    assert len({span.phase for span in spans}) == len(spans)


@given(distance=distances, weeks=st.integers(1, 52), wish=st.none() | st.integers(1, 4))
def test_the_weeks_of_a_split_add_up(distance, weeks, wish):
    split = split_weeks(weeks, PROTOCOL.distances[distance], wish)
    assert split.base + split.build + split.peak + split.taper == weeks
    assert min(split.base, split.build, split.peak) >= 0
    assert split.taper >= 1


@given(case=planned, start=st.integers(-400, 400), length=st.integers(1, 500))
def test_every_date_has_exactly_one_phase(case, start, length):
    plan = plan_of(case)
    first = plan.as_of + start * D
    segments = plan.segments(first, first + length * D)
    assert (segments[0].start, segments[-1].end) == (first, first + length * D)
    for earlier, later in pairwise(segments):
        assert earlier.end == later.start
        assert (earlier.phase, earlier.race) != (later.phase, later.race)
    for segment in segments:
        for n in range(segment.days):
            day = plan.on(segment.start + n * D)
            assert (day.phase, day.race) == (segment.phase, segment.race)


@given(races=several_races(), start=st.integers(-400, 400))
def test_one_date_asked_by_itself_has_the_phase_it_has_among_many(races, start):
    timeline = training.Timeline.of(races, PROTOCOL)
    first = races[0].race_date + start * D
    for day in (first + n * D for n in range(20)):
        assert training.phase_on(day, races, PROTOCOL) == timeline.on(day)


@given(case=planned)
def test_nothing_deeper_than_light_in_the_week_before_an_a_race(case):
    plan = plan_of(case)
    for race in (race for race in plan.races if race.drives_a_plan):
        for session in plan.sessions:
            if 1 <= race.days_to(session.ideal) <= 6:
                assert session.pressure < DEEPER_THAN_LIGHT


@example(case=TWO_DAYS_AFTER_ONE_NOT_STARTED)
@given(case=planned)
def test_nothing_on_race_day_or_in_the_first_days_after(case):
    plan = plan_of(case)
    for session in plan.sessions:
        ends = (session.window_start, session.window_end - D)
        for day in (session.ideal, session.suggested, *ends):
            assert plan.on(day).phase not in (Phase.RACE_DAY, Phase.ACUTE)


def check_the_days_of_sessions(plan):
    for session in plan.sessions:
        assert session.window_start <= session.ideal < session.window_end
        assert max(session.ideal, plan.as_of) <= session.suggested < session.window_end
        assert plan.allows(session, session.ideal)
        assert plan.allows(session, session.suggested)
        assert not plan.allows(session, session.window_end)
        assert plan.on(session.ideal).phase is session.phase


@example(case=TWO_DAYS_AFTER_ONE_NOT_STARTED)
@given(case=planned)
def test_the_ideal_day_and_the_suggested_one_lie_in_the_window(case):
    check_the_days_of_sessions(plan_of(case))


@st.composite
def placements(draw):
    """Where sessions may lie as another clinic might have it, as the protocol file says it."""
    flush = draw(st.integers(-14, -2))
    tune_up = draw(st.integers(-28, -8))
    return {
        "massage_days_after_long_run": draw(st.integers(0, 6)),
        "window": {"opens": draw(st.integers(-4, 0)), "closes": draw(st.integers(1, 7))},
        "tune_up": {
            "opens": tune_up,
            "closes": tune_up + 7,
            "clear_days_after_another_race": draw(st.integers(0, 14)),
        },
        "flush": {
            "ideal": flush,
            "opens": flush - draw(st.integers(0, 4)),
            "closes": draw(st.integers(flush + 1, 0)),
        },
        "gentle": {"days": draw(st.integers(1, 10))},
        "min_days_apart": draw(st.integers(0, 10)),
    }


def protocol_with(placement):
    return training.Protocol.from_data({**PARSED, "placement": placement})


WITHIN_ANOTHERS_WEEK = {  # the light session's days, as long as those of two races before it
    "massage_days_after_long_run": 0,
    "window": {"opens": 0, "closes": 1},
    "tune_up": {"opens": -8, "closes": -1, "clear_days_after_another_race": 0},
    "flush": {"ideal": -14, "opens": -15, "closes": 0},
    "gentle": {"days": 1},
    "min_days_apart": 0,
}
FOUR_RACES = [a_race_on(NEW_YEAR + n * D) for n in (0, 1, 2, 8)]


@example(case=(FOUR_RACES, training.Runner(training.Weekday.MON), 0),
         placement=WITHIN_ANOTHERS_WEEK)  # fmt: skip
@given(case=planned, placement=placements())
def test_another_clinics_windows_hold_their_days_too(case, placement):
    check_the_days_of_sessions(plan_of(case, protocol_with(placement)))


@given(case=planned)
def test_each_kind_of_session_keeps_to_its_own_days(case):
    """Days from the race, or from the massage day: [first, end)."""
    for session in plan_of(case).sessions:
        race, ideal = session.race.race_date, session.ideal
        start, last = session.window_start, session.window_end - D
        if session.kind is Kind.TAPER_TUNE_UP:
            assert race - 13 * D <= start <= last < race - 6 * D
        if session.kind is Kind.PRE_RACE_FLUSH:
            assert (race - ideal).days == 3
            assert race - 4 * D <= start <= last < race - D
        elif session.kind is Kind.POST_RACE_GENTLE:
            assert race < ideal == start <= last < ideal + 4 * D
        else:
            assert ideal - D <= start <= last < ideal + 4 * D
        assert (session.ideal < race) is (session.kind in BEFORE_THE_RACE)
        assert (last < race) is (start < race)


@given(case=planned)
def test_no_session_is_firmer_than_its_days_allow(case):
    plan = plan_of(case)
    for session in plan.sessions:
        assert Pressure.NONE < session.pressure <= plan.on(session.ideal).ceiling
        assert session.pressure <= plan.on(session.suggested).ceiling


@given(case=planned)
def test_a_nudge_comes_before_the_window_of_its_own_session(case):
    plan = plan_of(case)
    nudges = list(training.nudges_of(plan.races, plan.sessions, PROTOCOL))
    for nudge in nudges:
        assert nudge.race in plan.races
        assert set(nudge.covers) <= set(plan.sessions)
        if nudge.own:
            assert nudge.own in nudge.covers
            assert nudge.due < nudge.own.window_start <= nudge.own.ideal
        if nudge.topic is Topic.POST_RACE_CHECK:
            assert nudge.due == nudge.race.race_date + D
    assert len({nudge.id for nudge in nudges}) == len(nudges)


@given(case=planned)
def test_no_mail_is_before_its_plan_and_each_lists_its_sessions_in_order(case):
    plan = plan_of(case)
    for mail in plan.mailings():
        assert mail.day >= plan.as_of
        assert list(mail.covers) == sorted(mail.covers, key=lambda session: session.ideal)


@given(case=planned, length=st.integers(0, 900))
def test_mails_between_build_ups_come_after_the_last_return_with_no_race_ahead(case, length):
    plan = plan_of(case)
    until = plan.as_of + length * D
    mails = list(training.off_season_mails(plan.races, PROTOCOL, until=until))
    for mail in mails:
        assert mail.begins < mail.day <= until
        assert plan.on(mail.begins - D).phase is not Phase.OFF_SEASON
        assert not any(race.is_run and race.race_date >= mail.day for race in plan.races)
    assert all((later.day - earlier.day).days >= 42 for earlier, later in pairwise(mails))


@given(case=planned, weeks=st.integers(-20, 20), offsets=st.sets(st.integers(0, 200), max_size=8))
def test_whom_a_moved_race_sends_elsewhere_is_sent_to_days_of_the_new_plan(case, weeks, offsets):
    races, runner, offset = case
    was, *others = races
    race = moved(was, 7 * weeks * D)
    before, after = plan_of(case), plan_of(([race, *others], runner, offset - 7 * weeks))
    visits = [training.Booked(before.as_of + n * D, frozenset(Kind)) for n in sorted(offsets)]
    change = training.PlanChange(before, after, was, race)
    misfits = change.misfits(visits)
    assert [one.visit for one in misfits] == [one for one in visits if one in
                                              [misfit.visit for misfit in misfits]]  # fmt: skip
    offered = [one.instead for one in misfits if one.instead]
    assert len(set(offered)) == len(offered)
    for misfit in misfits:
        assert misfit.reason.endswith(".")
        assert misfit.filled is None or misfit.filled.covers(misfit.visit.day)
        if misfit.instead:
            assert misfit.instead in after.sessions
            assert abs(misfit.instead.suggested - misfit.visit.day).days <= 28
    for shift in change.phase_shifts() + change.session_shifts():
        assert shift.before != shift.after


@given(case=planned)
def test_sessions_are_four_days_apart(case):
    ideals = [session.ideal for session in plan_of(case).sessions]
    assert all((later - earlier).days >= 4 for earlier, later in pairwise(ideals))


@given(case=planned)
def test_mails_are_seven_days_apart_but_for_the_check_after_a_race(case):
    mails = plan_of(case).mailings()
    for earlier, later in pairwise(mails):
        assert earlier.day < later.day
        if later.topics != (Topic.POST_RACE_CHECK,):
            assert (later.day - earlier.day).days >= 7
    cycles = [mail.day for mail in mails if Topic.CYCLE in mail.topics]
    assert all((later - earlier).days >= 14 for earlier, later in pairwise(cycles))


@given(case=planned)
def test_no_mail_around_a_race_but_the_plan_and_the_check(case):
    plan = plan_of(case)
    for mail in plan.mailings()[1:]:
        if mail.topics == (Topic.POST_RACE_CHECK,):
            continue
        for race in (race for race in plan.races if race.is_run):
            silent = {Priority.A: (1, 0, -1), Priority.B: (1, 0), Priority.C: ()}
            assert race.days_to(mail.day) not in silent[race.priority]


@given(case=planned)
def test_a_mail_lists_only_what_can_still_be_booked(case):
    for mail in plan_of(case).mailings():
        assert all(session.window_end > mail.day for session in mail.covers)
        if not set(mail.topics) & {Topic.PLAN, Topic.POST_RACE_CHECK}:
            assert mail.covers


@given(case=planned, data=st.data())
def test_what_is_booked_is_not_mailed_about(case, data):
    plan = plan_of(case)
    booked = data.draw(st.sets(st.sampled_from(plan.sessions))) if plan.sessions else set()
    for mail in plan.mailings(booked_on=[session.ideal for session in booked]):
        assert not booked & set(mail.covers)


def moved(race, by):
    start = race.training_start
    return replace(race, race_date=race.race_date + by, training_start=start and start + by)


@given(case=planned, weeks=st.integers(-60, 60))
def test_moving_everything_by_whole_weeks_moves_the_answer(case, weeks):
    races, runner, offset = case
    by = 7 * weeks * D
    before = plan_of(case)
    after = plan_of(([moved(race, by) for race in races], runner, offset))
    assert after.sessions == tuple(shifted(session, by) for session in before.sessions)
    assert [(mail.day, mail.topics) for mail in after.mailings()] == [
        (mail.day + by, mail.topics) for mail in before.mailings()
    ]


@given(case=planned, by=st.integers(-400, 400))
def test_moving_everything_with_its_weekday_moves_the_answer(case, by):
    races, runner, offset = case
    weekday = training.Weekday((runner.long_run_weekday + by) % 7)
    there = replace(runner, long_run_weekday=weekday)
    before = plan_of(case)
    after = plan_of(([moved(race, by * D) for race in races], there, offset))
    assert after.sessions == tuple(shifted(session, by * D) for session in before.sessions)
    assert [
        (s.phase, s.start, s.end) for s in after.segments(after.as_of, after.as_of + 500 * D)
    ] == [
        (s.phase, s.start + by * D, s.end + by * D)
        for s in before.segments(before.as_of, before.as_of + 500 * D)
    ]


def shifted(session, by):
    return replace(
        session,
        race=moved(session.race, by),
        ideal=session.ideal + by,
        window_start=session.window_start + by,
        window_end=session.window_end + by,
        suggested=session.suggested + by,
    )


@given(case=planned)
def test_the_order_in_which_races_were_entered_does_not_matter(case):
    plan = plan_of(case)
    turned = training.plan(plan.races[::-1], plan.runner, PROTOCOL, as_of=plan.as_of)
    assert turned.sessions == plan.sessions
    assert turned.mailings() == plan.mailings()


@given(kind=st.sampled_from(Kind))
def test_every_kind_of_session_has_words_for_the_runner(kind):
    rules = PROTOCOL.session_types[kind]
    assert rules.name
    assert rules.why.endswith(".")
