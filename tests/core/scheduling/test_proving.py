"""Until when a booking waits for its address to be proved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.core.clients.addresses import mailbox_of
from bookings.core.scheduling.proving import LEAST_TIME, prove_until

NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)
times = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=200))
settings_of_the_clinic = st.integers(min_value=15, max_value=2880).map(
    lambda n: timedelta(minutes=n)
)


@pytest.mark.parametrize(
    ("hours_ahead", "minutes"),
    [(72, 120), (4, 120), (3, 90), (1, 30), (0.5, 15), (0.4, 15), (0.25, 15), (0.1, 6), (0, 0)],
)
def test_it_is_two_hours_or_half_of_what_is_left(hours_ahead, minutes):
    until = prove_until(NOON + timedelta(hours=hours_ahead), told_at=NOON, usual=TWO_HOURS)
    assert until - NOON == timedelta(minutes=minutes)


@given(ahead=times, usual=settings_of_the_clinic)
def test_it_is_never_under_a_quarter_of_an_hour_and_never_after_the_visit(ahead, usual):
    starts_at = NOON + ahead
    until = prove_until(starts_at, told_at=NOON, usual=usual)
    assert until <= starts_at
    assert until >= NOON + LEAST_TIME or until == starts_at


@given(ahead=times, usual=settings_of_the_clinic)
def test_it_is_the_usual_time_or_half_of_what_is_left_whichever_is_shorter(ahead, usual):
    wait = prove_until(NOON + ahead, told_at=NOON, usual=usual) - NOON
    assert wait == min(usual, ahead / 2) or wait <= LEAST_TIME


@given(ahead=times, later=times, usual=settings_of_the_clinic)
def test_being_told_later_takes_no_time_away(ahead, later, usual):
    starts_at = NOON + ahead
    told_later = min(NOON + later, starts_at)
    sooner = prove_until(starts_at, told_at=NOON, usual=usual)
    assert prove_until(starts_at, told_at=told_later, usual=usual) >= min(sooner, starts_at)


@pytest.mark.parametrize(
    "address", ["ana@example.com", "Ana@Example.com", "ana+1@example.com", " ana+a+b@example.com "]
)
def test_tags_and_capitals_make_no_other_mailbox(address):
    assert mailbox_of(address) == "ana@example.com"


@pytest.mark.parametrize(
    "address", ["bo@example.com", "ana@example.org", "+@example.com", "ana", ""]
)
def test_other_addresses_are_other_mailboxes(address):
    assert mailbox_of(address) != "ana@example.com"
