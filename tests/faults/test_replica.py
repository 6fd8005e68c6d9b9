"""What a lagging, silent or dead copy of the database may do: nothing that is seen."""

from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from bookings.actions.refusals import SlotTaken
from bookings.models import Appointment, Component, Heartbeat
from bookings.queries import replica as reading
from tests.diary_requests import book_one
from tests.factories import NOW, make_client
from tests.faults.replicas import replica
from tests.faults.test_no_double_booking import place, ten_oclock  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
ROUTERS = ["bookings.queries.replica.Router"]


@pytest.fixture(scope="module")
def copy(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), replica() as started:
        yield started


@pytest.fixture(autouse=True)
def beside(transactional_db, copy):
    facts = connection.settings_dict | {"HOST": copy.folder}
    connections.settings[reading.REPLICA] = facts
    Heartbeat.objects.note(Component.BEAT)
    look_again()
    with override_settings(DATABASE_ROUTERS=ROUTERS):
        yield
    if copy.child.is_running():
        copy.ask("SELECT pg_wal_replay_resume()")
    connections[reading.REPLICA].close()
    del connections[reading.REPLICA]
    del connections.settings[reading.REPLICA]


def look_again():
    reading._known.update(until=0.0)
