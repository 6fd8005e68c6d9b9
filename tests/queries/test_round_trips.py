"""Rows that go along with the next statement are there in time, or not at all."""

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.models import ClientEvent
from bookings.queries import round_trips
from clinic.middleware.audit_actor import PROGRAM, Actor, acting_as
from tests.factories import NOW, make_client

TYPED = "100 % sure; said '%s'"


@pytest.fixture
def add(db):
    ana = make_client()
    return lambda: round_trips.add([ClientEvent(client=ana, kind="told", by=TYPED, at=NOW)])


def by_whom() -> list[str]:
    return [one.by for one in ClientEvent.objects.filter(kind="told", by__gt="%")]


def test_they_go_along_with_what_is_asked_next_and_say_who_writes(add):
    shell = acting_as(lambda: Actor(PROGRAM, "shell"))
    with shell, round_trips.sent_together(), CaptureQueriesContext(connection) as asked:
        add()
        add()
        assert by_whom() == [TYPED, TYPED]
    assert len(asked) == 1
    assert asked[0]["sql"].startswith("SELECT set_config('taper.who', 'program||shell', true);")


def test_at_the_end_they_go_by_themselves_and_outside_at_once(add):
    with CaptureQueriesContext(connection) as asked:
        with round_trips.sent_together(), round_trips.sent_together():
            add()
            assert len(asked) == 0
        assert len(asked) == 1
        add()
        assert len(asked) == 2
    assert by_whom() == [TYPED, TYPED]


def test_what_is_rolled_back_takes_them_along(add):
    with round_trips.sent_together():
        with suppress(ZeroDivisionError), transaction.atomic():
            add()
            raise ZeroDivisionError
        add()
        with transaction.atomic():
            add()
    assert by_whom() == [TYPED, TYPED]
