"""May a visit stand here? One answer for one start, and the same for all of them at once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.core.scheduling.codes import BINDING, Code, Rules, Severity
from bookings.core.scheduling.openings import Grid
from bookings.queries.scheduling.diary import diary_facts, facts_for
from bookings.queries.scheduling.problems import length_in_words, problems_with
from bookings.queries.scheduling.slots import Ignoring, Slot
from tests.factories import (
    NOW,
    make_absence,
    make_appointment,
    make_client,
    make_room,
    make_therapist,
    make_treatment,
)
from tests.random_diary import random_diary

HOUR = timedelta(hours=1)


class AtRandom(TestCase):
    """Clinics of two therapists and two rooms, in winter and on days when the clocks change."""

    @given(st.integers(0, 10**6), st.sampled_from([Rules.ONLINE, Rules.DESK_MOVE]))
    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    def test_a_start_of_the_grid_is_an_opening_exactly_when_nothing_is_wrong_with_it(
        self, seed, rules
    ):
        diary = random_diary(seed)
        clinic = diary.clinic
        step = clinic.start_step_minutes
        grid = Grid.over(diary.first, diary.days, step_minutes=step, tz=clinic.tz).starts
        for treatment in diary.treatments:
            if not (treatment.active and treatment.online):
                continue  # whose times nobody is shown
            for therapist in (None, *diary.therapists):
                facts = diary_facts(
                    clinic,
                    first=diary.first,
                    days=diary.days,
                    treatments=[treatment],
                    therapist=therapist,
                    ignoring=Ignoring(holder="ana"),
                    now=diary.now,
                )
                offered = set(facts.starts(treatment, rules=rules))
                for start in grid:
                    slot = Slot(
                        treatment=treatment,
                        start=datetime.fromtimestamp(start, UTC),
                        therapist=therapist,
                    )
                    found = problems_with(slot, facts, rules=rules)
                    assert (start in offered) == (not found), (seed, slot, found)


@pytest.fixture
def codes(clinic, massage, start):
    """What is wrong with ten o'clock, in two days, unless the test says otherwise."""

    def _codes(rules=Rules.DESK, *, client=None, **data):
        slot = Slot(**{"treatment": massage, "start": start, **data})
        found = problems_with(slot, facts_for(slot, clinic, now=NOW), rules=rules, client=client)
        return [problem.code for problem in found]

    return _codes


@pytest.fixture
def taken(massage, kim, room, start):
    return make_appointment(starts_at=start, treatment=massage, therapist=kim, room=room)


def test_nothing_is_wrong_with_an_opening(codes):
    assert all(codes(rules) == [] for rules in Rules)


def test_who_is_at_fault_is_told_by_a_code_of_its_own(codes, massage, kim, start):
    assert codes(therapist=make_therapist("Lee Demo")) == [Code.NOT_OFFERED]
    assert codes(start=start.replace(hour=20)) == [Code.OUTSIDE_HOURS]
    make_absence(start, start + HOUR, kim)
    assert codes(therapist=kim) == [Code.THERAPIST_AWAY]
    make_absence(start, start + HOUR)
    assert codes() == codes(therapist=kim) == [Code.CLINIC_CLOSED]
    kim.active = False
    kim.save()
    assert codes(therapist=kim) == [Code.THERAPIST_GONE]
    assert codes() == [Code.NOT_OFFERED]


def test_which_room_is_at_fault_is_told_as_well(codes, massage, taken, room, kim, start):
    massage.rooms.set([room])
    attic = make_room("Attic")
    assert codes(room=attic, start=start + 3 * HOUR) == [Code.ROOM_UNSUITABLE]
    assert codes(room=room) == [Code.NOBODY_FREE, Code.ROOM_BUSY]
    room.active = False
    room.save()
    assert codes(room=room, start=start + 3 * HOUR) == [Code.ROOM_GONE]
    assert codes(start=start + 3 * HOUR) == [Code.NO_ROOM]


def test_nobody_is_in_two_places_at_once(codes, massage, taken):
    lee = make_therapist("Lee Demo")
    massage.therapists.add(lee)
    assert Code.CLIENT_BUSY in codes(therapist=lee, client=taken.client)
    assert Code.CLIENT_BUSY not in codes(therapist=lee, client=make_client())
    after = taken.ends_at
    assert Code.CLIENT_BUSY not in codes(start=after, client=taken.client)


def test_a_pause_that_runs_into_time_off_is_a_rule_and_a_visit_that_does_is_impossible(
    codes, kim, start
):
    make_absence(start + HOUR, start + 2 * HOUR, kim)
    assert codes(therapist=kim) == codes() == [Code.PAUSE_INTO_TIME_OFF]
    assert codes(Rules.OVERRIDDEN) == codes(Rules.KEPT) == []


def test_a_start_is_asked_after_the_clock_and_the_calendar(codes, clinic, start):
    assert codes(start=NOW, treatment=make_treatment())[:1] == [Code.PAST]
    assert Code.TOO_SOON in codes(start=NOW + HOUR)
    assert Code.TOO_FAR in codes(start=start + timedelta(days=200))
    assert codes(start=start + timedelta(minutes=7)) == [Code.OFF_GRID]


def test_a_runner_is_not_told_who_is_in_the_way(clinic, massage, kim, taken):
    slot = Slot(treatment=massage, start=taken.starts_at, therapist=kim)
    facts = facts_for(slot, clinic, now=NOW)
    said = {
        rules: " ".join(one.sentence for one in problems_with(slot, facts, rules=rules))
        for rules in (Rules.ONLINE, Rules.DESK)
    }
    assert "Ana Demo from 10:00 to 11:15" in said[Rules.DESK]
    assert "Ana" not in said[Rules.ONLINE]
    assert "has just been taken" in said[Rules.ONLINE]


def test_of_two_therapists_whoever_has_least_against_it_is_asked(codes, massage, kim, start):
    lee = make_therapist("Lee Demo")
    massage.therapists.add(lee)
    assert codes() == []
    make_absence(start, start + HOUR, kim)
    assert codes(Rules.DESK) == [Code.OUTSIDE_HOURS]  # Lee's, who could be asked to come
    assert codes(Rules.ONLINE) == [Code.NOBODY_FREE]


def test_what_is_excused_is_not_asked(clinic, massage, start):
    massage.active = False
    slot = Slot(treatment=massage, start=start)
    facts = facts_for(slot, clinic, now=NOW)
    withdrawn = frozenset({Code.TREATMENT_WITHDRAWN})
    assert problems_with(slot, facts, rules=Rules.DESK)
    assert not problems_with(slot, facts, rules=Rules.DESK, excused=withdrawn)


def test_what_binds_whom_is_the_table_of_the_docs():
    """Columns: online, the waiting list, kept, desk, desk's move, overridden, standing."""
    table = {
        "xxxxxxx": "not_offered therapist_gone room_gone room_unsuitable clinic_closed "
        "therapist_away busy_elsewhere room_lent",
        "xxxxxx.": "therapist_busy room_busy no_room nobody_free client_busy",
        "xxxx.x.": "treatment_withdrawn",
        "xxxxx.x": "outside_hours break",
        "xxxxx..": "past",
        "xx.xx..": "off_grid pause_into_time_off",
        "xx.x...": "too_soon too_far",
        "xx.....": "not_online",
        "x..x...": "list_first",
    }
    expected = {Code(code): marks for marks, codes in table.items() for code in codes.split()}
    found = {
        code: "".join("x" if code in BINDING[rules] else "." for rules in Rules) for code in Code
    }
    assert found == expected
    # What the desk may set aside is what does not bind it any more once it has been told.
    assert {code for code in Code if code.severity is Severity.CLINIC_RULE} == {
        code for code in Code if not Rules.OVERRIDDEN.binds(code)
    }


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(45, "45 minutes"), (60, "1 hour"), (120, "2 hours"), (61, "1 hour and 1 minute")],
)
def test_a_length_is_told_in_words(minutes, words):
    assert length_in_words(minutes) == words


@pytest.mark.fixed_clock
def test_an_hour_is_an_hour_on_the_night_the_clocks_go_forward(clinic, kim, room):
    night = make_treatment("Night", minutes=60, therapists=[kim])
    kim.shifts.update(start=time(0), end=time(2))
    at_half_past_midnight = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    slot = Slot(treatment=night, start=at_half_past_midnight)
    facts = facts_for(slot, clinic, now=NOW)
    assert [one.code for one in problems_with(slot, facts, rules=Rules.DESK)] == [
        Code.OUTSIDE_HOURS
    ]


def test_where_whoever_is_free_will_do_nobody_is_named_unless_staff_may_choose_them(
    massage, kim, at, clinic
):
    slot = Slot(treatment=massage, start=at(3, 20))
    facts = facts_for(slot, clinic, now=NOW)
    [named] = problems_with(slot, facts, rules=Rules.DESK_MOVE)
    [unnamed] = problems_with(slot, facts, rules=Rules.DESK_MOVE, names_nobody=True)
    assert (named.code, unnamed.code) == (Code.OUTSIDE_HOURS, Code.OUTSIDE_HOURS)
    assert str(kim) in named.sentence
    assert unnamed.sentence == "Nobody who offers Sports massage works then."
