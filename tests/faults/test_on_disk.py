"""Nobody is told of what the database's disk does not have, though the lock is given back before."""

from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection

from bookings.actions import diary_lock
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling import cancellation
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment
from tests.diary_requests import book_one, move_one
from tests.factories import NOW
from tests.faults.replicas import mortal

TEN = NOW.replace(hour=10) + timedelta(days=2)


@pytest.fixture
def server(transactional_db, massage):
    """With the clinic of this test."""
    facts, before = connection.settings_dict, connection.settings_dict["HOST"]
    with mortal() as copy:
        connection.close()
        facts["HOST"] = str(copy.folder)
        yield copy
        connection.close()
        facts["HOST"] = before


def there(server) -> list[tuple[str, str]]:
    """What is booked, for whoever asks anew: the status and the hour."""
    facts = connection.settings_dict
    with (
        closing(
            psycopg2.connect(host=str(server.folder), user=facts["USER"], dbname=facts["NAME"])
        ) as raw,
        raw.cursor() as cursor,
    ):
        cursor.execute("SELECT status, to_char(starts_at, 'HH24') FROM bookings_appointment")
        return cursor.fetchall()


def test_a_database_that_dies_has_all_that_was_told(server, massage, monkeypatch):
    lost = []

    def die_first(wait=diary_lock._wait_for_the_disk):
        monkeypatch.undo()
        server.die()
        server.rise()
        lost.append(there(server))
        wait()

    def after_a_death() -> list[tuple[str, str]]:
        server.die()
        server.rise()
        connection.close()
        return there(server)

    monkeypatch.setattr(diary_lock, "_wait_for_the_disk", die_first)
    visit = book_one(massage, TEN, visitor="ana", now=NOW)
    assert lost == [[]]  # committed, seen by all and gone: it has been tried again
    assert after_a_death() == [(Status.BOOKED, "10")]
    assert visit.events.count() == Appointment.objects.count() == 1
    visit = move_one(visit, TEN + timedelta(hours=2), now=NOW)
    assert after_a_death() == [(Status.BOOKED, "12")]
    cancellation.cancel(visit, by="desk", notify=Notify.NONE, now=NOW)
    assert after_a_death() == [(Status.CANCELLED, "12")]
