"""Weeks, from Monday to Sunday, counted from one of them and never by their number in a year."""

from datetime import date, timedelta

MOST_WEEKS = 52


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_every(weeks: int, day: date, counted_from: date | None) -> bool:
    """Whether the day's week is one of every so many, before and after the one counted from."""
    if weeks == 1 or counted_from is None:
        return True
    return (monday_of(day) - monday_of(counted_from)).days % (7 * weeks) == 0
