"""Nobody is told of what is not on disk, though the diary's lock is given back before."""

from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions import diary_lock
from bookings.actions.mail.outbox import Notify
from bookings.actions.scheduling import cancellation
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment
from tests import page_fixtures as pages
from tests.diary_requests import book_one, move_one
from tests.factories import NOW
from tests.faults.replicas import mortal

choose, send_details = pages.choose, pages.send_details
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


def after_a_death(server) -> list[tuple[str, str]]:
    server.die()
    server.rise()
    connection.close()
    return there(server)


def test_a_database_that_dies_has_all_that_was_told(server, massage, monkeypatch):
    lost = []

    def die_first(wait=diary_lock._wait_for_the_disk):
        monkeypatch.undo()
        server.die()
        server.rise()
        lost.append(there(server))
        wait()

    monkeypatch.setattr(diary_lock, "_wait_for_the_disk", die_first)
    visit = book_one(massage, TEN, visitor="ana", now=NOW)
    assert lost == [[]]  # committed, seen by all and gone: it has been tried again
    assert after_a_death(server) == [(Status.BOOKED, "10")]
    assert visit.events.count() == Appointment.objects.count() == 1
    visit = move_one(visit, TEN + timedelta(hours=2), now=NOW)
    assert after_a_death(server) == [(Status.BOOKED, "12")]
    cancellation.cancel(visit, by="desk", notify=Notify.NONE, now=NOW)
    assert after_a_death(server) == [(Status.CANCELLED, "12")]


def test_a_request_waits_once_for_all_that_its_answer_tells(server, client, choose, send_details):
    """With the session that it writes; by itself where it writes none."""
    choose(TEN)
    with CaptureQueriesContext(connection) as asked:
        page = send_details(start=TEN.isoformat()).url
    assert diary_lock.ON_DISK not in {one["sql"] for one in asked}
    assert after_a_death(server) == [(Status.BOOKED, "10")]
    with CaptureQueriesContext(connection) as asked:
        client.post(f"{page}cancel/", {"reason": ""})
    assert after_a_death(server) == [(Status.CANCELLED, "10")]
    assert asked[-1]["sql"] == diary_lock.ON_DISK
