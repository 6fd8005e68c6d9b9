"""Many processes share few sessions of the database, and nothing of one is left to the next."""

import os
import time
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from bookings.actions.one_worker import Work, alone_with
from bookings.models import Appointment, Change, Client
from clinic.middleware.audit_actor import PROGRAM, Actor, acting_as
from tests.factories import make_client
from tests.faults import poolers
from tests.faults.test_no_double_booking import (  # noqa: F401 - a fixture
    Try,
    at_once,
    attempt,
    overlaps,
    place,
)
from tests.processes import at_once as in_processes

pytestmark = pytest.mark.django_db(transaction=True)
LEFT_ON_A_SESSION = """
    SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),
           coalesce(current_setting('taper.who', true), ''), pg_sleep(0.05)
"""


@pytest.fixture(autouse=True)
def pooled(transactional_db):
    if poolers.PROGRAM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "no PgBouncer found; on Debian: apt-get install pgbouncer"
        )
    facts = connection.settings_dict
    with poolers.pooler(facts["HOST"]) as folder, _connected_by(HOST=folder, PORT=poolers.PORT):
        yield


@contextmanager
def _connected_by(**places):
    facts = connection.settings_dict
    before = {name: facts[name] for name in (*places, "DISABLE_SERVER_SIDE_CURSORS")}
    connection.close()
    facts.update(places, DISABLE_SERVER_SIDE_CURSORS=True)
    yield
    connection.close()
    facts.update(before)


def test_of_many_processes_after_one_hour_as_many_win_as_there_is_room(place):  # noqa: F811
    tries = [Try(seed, timedelta()) for seed in range(96)]
    answers = at_once(lambda one: attempt(place, one), tries)
    assert answers.pop("won") == 2, answers
    assert set(answers) == {"SlotTaken"}, answers
    assert overlaps() == 0


def test_what_one_booking_has_set_is_not_there_for_the_next(place):  # noqa: F811
    tries = [Try(seed, timedelta(hours=seed % 8)) for seed in range(24)]
    at_once(lambda one: attempt(place, one), tries, processes=8)
    assert Appointment.objects.exists()

    def look(_number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LEFT_ON_A_SESSION)
            return [cursor.fetchone()[:3]]

    shares = in_processes(12, look)
    assert {answer for share in shares for answer in share.answers} == {("0", "0", "")}


def test_one_worker_is_alone_with_its_work_and_leaves_no_lock_behind():
    def work(_number):
        for _ in range(10):
            with alone_with(Work.WAITING_LIST) as is_ours:
                began = time.monotonic()
                time.sleep(0.01)
                yield (is_ours, began, time.monotonic())
            time.sleep(0.005)

    shares = in_processes(2, work)
    turns = sorted((began, ended) for one in shares for ours, began, ended in one.answers if ours)
    assert len(turns) >= 10
    assert all(ended <= began for (_, ended), (began, _) in pairwise(turns))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)


def test_a_long_list_is_read_in_pieces_while_others_are_at_work():
    made = [make_client(f"Runner {number} Demo") for number in range(9)]

    def read(_number):
        for one in Client.objects.order_by("pk").iterator(chunk_size=2):
            time.sleep(0.002)
            yield one.pk

    for share in in_processes(6, read):
        assert share.answers == [one.pk for one in made]


def test_the_history_names_who_it_was_of_many_at_once():
    made = [make_client(f"Runner {number} Demo") for number in range(6)]
    last = Change.objects.first()

    def rename(number):
        with acting_as(lambda: Actor(PROGRAM, f"shell {number}")):
            for turn in range(5):
                Client.objects.filter(pk=made[number].pk).update(phone=f"0{number}{turn}")
                yield turn

    in_processes(6, rename)
    found = Change.objects.filter(table="bookings_client", pk__gt=last.pk if last else 0)
    assert {(one.row, one.who) for one in found} == {
        (one.pk, f"shell {number}") for number, one in enumerate(made)
    }
