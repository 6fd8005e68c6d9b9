"""What fits, why not, and for how long it is kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.intervals import Interval
from bookings.core.waiting_list.holding import LONGEST, SHORTEST, held_until
from bookings.core.waiting_list.matching import Match, Moment, match, wanted
from bookings.core.waiting_list.reasons import SENTENCES, WhyNot
from bookings.core.waiting_list.wishes import ListedWish, Start

NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KIM, LEE = 1, 2
AT = datetime(2026, 12, 5, 10, tzinfo=UTC)  # a Saturday morning
START = Start(
    at=AT,
    day=AT.date(),
    part=0,
    therapists=frozenset({KIM}),
    came_free={KIM: NOW, LEE: NOW - 2 * DAY},
)
WITH_BOTH = replace(START, therapists=frozenset({KIM, LEE}))
MOMENT = Moment(now=NOW, today=NOW.date(), notice=2 * HOUR)
WISH = ListedWish(
    entry=1,
    client=1,
    treatment=1,
    length=HOUR,
    since=NOW - DAY,
    first=date(2026, 12, 1),
    last=date(2026, 12, 31),
)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"first": date(2026, 12, 6)}, WhyNot.DATES),
        ({"last": date(2026, 12, 4)}, WhyNot.DATES),
        ({"therapist": LEE}, WhyNot.THERAPIST),
        ({"weekdays": frozenset({0, 1})}, WhyNot.WEEKDAY),
        ({"parts": frozenset({1, 2})}, WhyNot.PART),
        ({"earlier_than": AT}, WhyNot.NOT_EARLIER),
        ({"better_on": {AT.date() + DAY}}, WhyNot.NOT_BETTER),
        ({"busy": (Interval(AT + HOUR / 2, AT + 2 * HOUR),)}, WhyNot.BUSY),
        ({"notice": 4 * DAY}, WhyNot.NOTICE),
        ({"since": NOW + HOUR}, WhyNot.ON_SALE),
        ({"asked_at": NOW + HOUR}, WhyNot.ON_SALE),
        ({"is_confirmed": False}, WhyNot.UNCONFIRMED),
        ({"is_reachable": False}, WhyNot.UNREACHABLE),
        ({"tried": frozenset({AT})}, WhyNot.TRIED),
        ({"until": NOW + timedelta(minutes=14)}, WhyNot.TOO_NEAR),
        ({"has_an_offer": True}, WhyNot.HAS_AN_OFFER),
        ({"asked_on": NOW.date()}, WhyNot.ASKED_TODAY),
        ({"asked_on": NOW.date() - DAY}, None),
        ({"therapist": KIM, "weekdays": frozenset({5}), "parts": frozenset({0})}, None),
        ({"earlier_than": AT + HOUR, "busy": (Interval(AT + HOUR, AT + 2 * HOUR),)}, None),
        ({"notice": 3 * DAY}, None),
        ({"better_on": {AT.date()}}, None),
    ],
)
def test_each_reason_is_found_and_nothing_else_stands_in_the_way(wish, reason):
    found = match(replace(WISH, **wish), [START], MOMENT)
    assert (None if isinstance(found, Match) else found) == reason


def test_what_was_on_sale_with_one_of_them_is_offered_to_who_waits_for_the_other():
    assert match(WISH, [WITH_BOTH], MOMENT) is WhyNot.ON_SALE
    assert isinstance(match(replace(WISH, therapist=KIM), [WITH_BOTH], MOMENT), Match)
    assert match(replace(WISH, therapist=LEE), [WITH_BOTH], MOMENT) is WhyNot.ON_SALE


def test_the_reason_told_is_that_of_the_start_which_came_nearest():
    other_day = replace(START, at=AT + 60 * DAY, day=AT.date() + 60 * DAY)
    wish = replace(WISH, parts=frozenset({1}))
    assert match(wish, [other_day, START, other_day], MOMENT) is WhyNot.PART
    assert match(wish, [], MOMENT) is WhyNot.TREATMENT


def test_the_desk_sees_who_wants_a_time_that_nobody_can_be_written_to_about():
    near = replace(MOMENT, now=AT - 2 * HOUR)
    assert match(WISH, [START], near) is WhyNot.TOO_NEAR
    assert wanted(WISH, [START], near) == [START]
    assert wanted(replace(WISH, weekdays=frozenset({0})), [START], near) == []


def test_each_reason_is_a_whole_sentence():
    assert set(SENTENCES) == set(WhyNot)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


@given(left=st.timedeltas(min_value=-DAY, max_value=30 * DAY))
def test_an_offer_is_never_kept_past_its_cut_off_nor_too_short_to_answer(left):
    until = held_until(NOW, NOW + left)
    if until is None:
        assert left < SHORTEST
    else:
        assert SHORTEST <= until - NOW <= min(left, LONGEST)
        assert until - NOW in (SHORTEST, LONGEST, left / 4)


@given(
    notice=st.timedeltas(min_value=timedelta(), max_value=5 * DAY),
    until=st.none() | st.timedeltas(-DAY, 4 * DAY),
)
def test_what_is_offered_leaves_the_notice_that_everybody_needs(notice, until):
    may_move = None if until is None else NOW + until
    found = match(replace(WISH, notice=notice, until=may_move), [START], MOMENT)
    if isinstance(found, Match):
        assert found.until <= AT - max(notice, MOMENT.notice)
        assert may_move is None or found.until <= may_move
