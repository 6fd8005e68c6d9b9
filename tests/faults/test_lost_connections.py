"""A connection that is cut in the middle of a booking: tried again, and booked once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.conf import settings
from django.db import connections

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment
from tests import patience
from tests.diary_requests import book_one
from tests.factories import NOW

WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


@pytest.fixture
def massage(transactional_db, massage):
    """For threads, whose connections see only what is committed."""
    return massage


def connect():
    facts = settings.DATABASES["default"]
    return psycopg2.connect(
        host=facts["HOST"],
        port=facts["PORT"] or None,
        user=facts["USER"],
        password=facts["PASSWORD"] or None,
        dbname=facts["NAME"],
    )


@pytest.fixture
def somebody_else():
    """Holds the diary's lock until told to let go."""
    with closing(connect()) as raw, raw.cursor() as cursor:
        cursor.execute("SELECT 1 FROM bookings_clinic FOR NO KEY UPDATE")
        yield raw


@pytest.fixture
def onlooker():
    """Sees what goes on at every moment, being in no transaction."""
    with closing(connect()) as raw:
        raw.autocommit = True
        yield raw


def book(massage):
    try:
        start = NOW.replace(hour=10) + timedelta(days=2)
        return book_one(massage, start, visitor="ana", key="k" * 32, now=NOW)
    finally:
        connections.close_all()


def cut_off_whoever_waits(raw) -> int:
    """Ends the database's side of every connection that waits for a lock; returns how many."""
    with raw.cursor() as cursor:

        def waiting() -> list:
            cursor.execute(WAITING, [settings.DATABASES["default"]["NAME"]])
            return cursor.fetchall()

        found = patience.wait_for(waiting)
        for (pid,) in found:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    return len(found)


def test_a_booking_whose_connection_is_cut_is_tried_again_and_made_once(
    massage, somebody_else, onlooker
):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(book, massage)
        assert cut_off_whoever_waits(onlooker) == 1
        somebody_else.rollback()
        booked = answer.result(timeout=patience.seconds())
    assert booked.status == Status.BOOKED
    assert Appointment.objects.get().booking_key == "k" * 32
    assert booked.mails.filter(kind="confirmed").count() == booked.events.count() == 1
