"""What a lagging, silent or dead copy of the database may do: nothing that is seen."""

import signal
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.refusals import SlotTaken
from bookings.models import Appointment, Clinic, Component, Heartbeat
from bookings.queries import replica as reading
from tests.diary_requests import book_one
from tests.faults.replicas import replica

pytestmark = pytest.mark.django_db(transaction=True)
ROUTERS = ["bookings.queries.replica.Router"]


@pytest.fixture(scope="module")
def copy(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), replica() as started:
        yield started


@pytest.fixture(autouse=True)
def beside(transactional_db, copy, monkeypatch):
    connections.settings[reading.REPLICA] = connection.settings_dict | {"HOST": copy.folder}
    there = connections[reading.REPLICA]
    # A test may not connect to a database that is not named before it begins.
    monkeypatch.setattr(there, "ensure_connection", partial(connect, there))
    Heartbeat.objects.note(Component.BEAT)
    look_again()
    with override_settings(DATABASE_ROUTERS=ROUTERS):
        yield
    if copy.child.is_running():
        copy.ask("SELECT pg_wal_replay_resume()")
    connections[reading.REPLICA].close()
    del connections[reading.REPLICA]
    del connections.settings[reading.REPLICA]


def connect(there):
    with there.wrap_database_errors:
        if there.connection is None:
            there.connect()


def look_again():
    reading._known.update(until=0.0)


@pytest.fixture
def ten(massage):
    """O'clock in three days, which Kim works."""
    clinic, now = Clinic.objects.the(), timezone.now()
    return clinic.begin_of(clinic.day_of(now) + timedelta(days=3)) + timedelta(hours=10)


def starts(client, treatment):
    answer = client.get("/api/openings", {"treatment": treatment.slug, "days": 5})
    return [datetime.fromisoformat(one["start"]) for one in answer.json()["openings"]]


def asked_of_both(ask):
    """What it returns, and how many questions went to the database itself and to its copy."""
    with (
        CaptureQueriesContext(connection) as here,
        CaptureQueriesContext(connections[reading.REPLICA]) as there,
    ):
        answer = ask()
    return answer, len(here), len(there)


def test_free_times_are_read_from_the_copy_and_are_the_same(client, massage, ten, copy):
    copy.catch_up()
    answer, here, there = asked_of_both(lambda: starts(client, massage))
    assert ten in answer
    assert (here, there > 2) == (0, True)


def test_pages_of_free_times_read_them_from_the_copy(client, massage, copy, monkeypatch):
    for path in ("/", massage.get_absolute_url(), massage.therapists.get().get_absolute_url()):
        copy.catch_up()
        client.get(path)  # and what is only told once
        page, here, there = asked_of_both(lambda path=path: client.get(path))
        assert page.status_code == 200
        with monkeypatch.context() as without:
            without.setattr(reading, "_keeps_up", lambda: False)
            _, alone, none = asked_of_both(lambda path=path: client.get(path))
        assert (there >= 2, none) == (True, 0)
        assert here + there <= alone + 1  # one look in five seconds whether it keeps up


def test_what_answers_a_press_is_no_copys(client, massage, ten, copy):
    copy.catch_up()
    copy.stand_still()
    book_one(massage, ten, now=timezone.now())
    pressed = {"start": ten.isoformat()}
    answer = client.post(f"{massage.get_absolute_url()}hold/", pressed)
    assert ten not in [
        one.starts_at for day in answer.context["picker"].days for one in day.openings
    ]


def test_a_copy_that_lags_shows_a_taken_time_and_never_sells_it(client, massage, ten, copy):
    copy.catch_up()
    copy.stand_still()
    book_one(massage, ten, now=timezone.now())
    assert ten in starts(client, massage)  # as the copy still sees it
    with pytest.raises(SlotTaken):
        book_one(massage, ten, now=timezone.now())
    assert Appointment.objects.count() == 1
    copy.ask("SELECT pg_wal_replay_resume()")
    copy.catch_up()
    assert ten not in starts(client, massage)


def test_a_copy_without_a_new_sign_of_life_is_not_asked(client, massage, ten, copy):
    Heartbeat.objects.update(at=timezone.now() - reading.MOST_BEHIND)
    copy.catch_up()
    look_again()
    answer, here, there = asked_of_both(lambda: starts(client, massage))
    assert ten in answer
    assert (here > 2, there) == (True, 1)


def test_a_report_is_read_from_the_copy(owners, massage, ten, copy):
    copy.catch_up()
    page, here, there = asked_of_both(lambda: owners.get("/office/reports/attendance/"))
    assert page.status_code == 200
    assert there > 2, (here, there)


def test_a_copy_that_dies_meanwhile_is_not_missed(client, massage, ten, copy):
    copy.catch_up()
    assert ten in starts(client, massage)
    copy.child.process.send_signal(signal.SIGQUIT)
    copy.child.process.wait()
    answer, here, _ = asked_of_both(lambda: starts(client, massage))
    assert ten in answer
    assert here > 2
    look_again()
    assert ten in starts(client, massage)
