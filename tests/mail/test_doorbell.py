"""A ring wakes a worker; a broker that is down never fails or slows what rang."""

import contextlib
import json
import os
import socket
from base64 import b64decode

import pytest
from celery import Celery, current_app
from django.db import transaction
from django.utils import timezone

from bookings.actions.mail import outbox
from bookings.mail import wake_worker
from bookings.models import MailKind
from tests import patience

QUEUE = "a queue that no worker reads"


@pytest.fixture
def broker(monkeypatch):
    """Rings the bell of another broker for the rest of the test."""
    usual = current_app._get_current_object()

    def _broker(url: str) -> Celery:
        app = Celery("elsewhere", broker=url, set_as_current=False)
        app.set_current()
        wake_worker._bells.cache_clear()
        monkeypatch.setattr(wake_worker, "_quiet_until", 0)
        return app

    yield _broker
    usual.set_current()
    wake_worker._bells.cache_clear()


@pytest.fixture
def mute():
    """Lets others connect, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def callers(server: socket.socket) -> int:
    """How many have connected since the last time."""
    with contextlib.ExitStack() as opened:
        for count in range(100):
            try:
                opened.enter_context(server.accept()[0])
            except BlockingIOError:
                return count
    raise AssertionError("they do not stop calling")


@pytest.fixture
def waiting(broker):
    """The tasks that wait in the real broker, as it holds them."""
    app = broker(os.environ["REDIS_URL"])
    app.conf.task_default_queue = QUEUE
    with app.connection_for_read() as connection:
        redis = connection.default_channel.client
        redis.delete(QUEUE)
        yield lambda: [json.loads(task) for task in redis.lrange(QUEUE, 0, -1)]
        redis.delete(QUEUE)


def test_a_ring_is_a_task_without_arguments(waiting):
    wake_worker.ring()

    [task] = waiting()
    assert task["headers"]["task"] == "bookings.tasks.send_due_mails"
    assert task["headers"]["expires"]
    assert json.loads(b64decode(task["body"]))[:2] == [[], {}]


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere.sock"])
def test_a_broker_that_is_not_there_costs_nothing(address, broker):
    broker(address)

    assert patience.asleep(wake_worker.ring) < 0.1


def test_a_broker_that_says_nothing_costs_a_second_once(broker, mute):
    broker(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")

    assert 0.9 < patience.asleep(wake_worker.ring) < 2
    assert callers(mute) == 1
    assert patience.asleep(wake_worker.ring) < 0.1
    assert callers(mute) == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_owed_is_committed_though_nobody_hears_the_bell(broker, visit):
    broker("redis://127.0.0.1:1/0")
    appointment = visit()

    with transaction.atomic():
        outbox.owe(MailKind.CONFIRMED, appointment, now=timezone.now())

    assert appointment.mails.get(kind="confirmed").state == "scheduled"


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_once_after_the_commit_and_not_without_one(waiting, visit):
    appointment = visit()
    with transaction.atomic():
        outbox.owe(MailKind.CONFIRMED, appointment, now=timezone.now())
        transaction.set_rollback(True)
    assert waiting() == []

    with transaction.atomic():
        for kind in (MailKind.CONFIRMED, MailKind.CANCELLED):
            outbox.owe(kind, appointment, now=timezone.now())
        assert waiting() == []
    assert len(waiting()) == 1
