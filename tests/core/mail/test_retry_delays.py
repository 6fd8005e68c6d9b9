"""The waits before another try."""

from datetime import timedelta

from bookings.core.mail.retry_delays import POSTPONED, UNREACHABLE, pause


def test_the_waits_grow_and_then_stay():
    waits = [pause(attempts, POSTPONED, 1 / 3) for attempts in range(1, 8)]

    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert waits[4] == waits[6] == timedelta(hours=2)


def test_luck_spreads_them_a_little():
    assert pause(1, POSTPONED, 0) == timedelta(seconds=27)
    assert pause(1, POSTPONED, 1) == timedelta(seconds=36)


def test_after_an_outage_everything_goes_within_minutes():
    assert pause(1000, UNREACHABLE, 1) <= timedelta(minutes=6)
