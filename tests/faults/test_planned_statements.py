"""What a booking asks is planned once in a session, as long as it may be, and never wrongly."""

from datetime import timedelta

import pytest
from django.db import connection

from bookings.core.scheduling.statuses import Status
from tests.diary_requests import book_one
from tests.factories import NOW

PREPARED = "SELECT name, generic_plans FROM pg_prepared_statements WHERE name LIKE 'taper%'"
RELEASED = "ALTER TABLE bookings_appointment ALTER together TYPE varchar({})"


@pytest.fixture
def book(transactional_db, massage):
    """In a session that begins with the test."""
    hours = iter(range(9, 17, 2))
    connection.close()

    def _book():
        start = NOW.replace(hour=next(hours), minute=0) + timedelta(days=2)
        return book_one(massage, start, visitor="ana", now=NOW)

    yield _book
    connection.close()


def asked(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_two_bookings_in_a_session_plan_their_statements_once(book):
    book()
    first = dict(asked(PREPARED))
    book()
    second = dict(asked(PREPARED))
    assert len(first) >= 2
    assert second == {name: 2 * times for name, times in first.items()}


def test_behind_a_pooler_nothing_is_prepared(book, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert book().status == Status.BOOKED
    assert asked(PREPARED) == []


def test_a_booking_goes_on_where_a_release_has_changed_its_table_meanwhile(book):
    book()
    asked(RELEASED.format(70))
    try:
        assert book().status == Status.BOOKED
    finally:
        asked(RELEASED.format(64))


def test_a_new_session_is_told_the_statements_anew(book):
    book()
    connection.close()
    assert book().status == Status.BOOKED
