"""Celery's clock and its broker go away and come back: mail still goes out, and once."""

import os
from datetime import timedelta

import pytest
import redis
from django.db.models.functions import Now

from bookings.core.roles import Role
from bookings.mail import wake_worker
from bookings.models import Component, Heartbeat, Mail, MailState
from tests import factories, patience
from tests.faults import test_mail_workers as of_workers
from tests.faults.background import background
from tests.faults.mail_workers import states
from tests.mail import conftest as of_mails
from therapists.models import NoticeKind, StaffNotice

visit, post_office = of_mails.visit, of_mails.post_office
owe = of_workers.owe
pytestmark = pytest.mark.django_db(transaction=True)
CLOCKS = int(os.environ.get("CLOCKS", "2"))
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def deaf_doorbell(monkeypatch):
    """The bookings' own bell rings elsewhere: here only the clock and the loop are heard."""
    monkeypatch.setattr(wake_worker, "_quiet_until", float("inf"))


@pytest.fixture
def behind(tmp_path_factory, post_office):
    folder = tmp_path_factory.mktemp("b")
    folder.chmod(0o711)
    with background(folder) as started:
        yield started


def all_are_sent() -> bool:
    return not Mail.objects.exclude(state=MailState.SENT).exists()


def wait_until_all_are_sent() -> None:
    patience.wait_for(all_are_sent, otherwise=states)


def wait_until_somebody_looks_for_mail_again() -> None:
    last = Mail.objects.latest("sent_at").sent_at
    looks = Heartbeat.objects.filter(part=Component.SENDER, at__gt=last)
    patience.wait_for(looks.exists)


def each_went_out_once(post_office, count: int) -> bool:
    return len(post_office.messages) == count and set(post_office.times_taken().values()) == {1}


def test_a_worker_sends_by_itself_what_is_due_and_tells_the_owner_of_a_silent_clock(
    behind, owe, post_office
):
    factories.make_user("owner@example.com", role=Role.OWNER)
    behind.worker()
    owe(3)
    wait_until_all_are_sent()
    assert each_went_out_once(post_office, 3)
    assert not Heartbeat.objects.filter(part=Component.BEAT).exists()
    Heartbeat.objects.create(part=Component.BEAT, at=Now() - timedelta(hours=1))
    patience.wait_for(StaffNotice.objects.filter(kind=NoticeKind.TROUBLE).exists)


def test_the_clock_rings_and_gives_signs_of_life_and_when_it_is_killed_the_loop_takes_over(
    behind, owe, post_office
):
    behind.worker()
    clock = behind.beat()
    owe(2)
    wait_until_all_are_sent()
    patience.wait_for(Heartbeat.objects.filter(part=Component.BEAT, at__gt=Now() - MINUTE).exists)
    behind.kill(clock)
    owe(3)
    behind.loop(after=0.5)
    wait_until_all_are_sent()
    assert each_went_out_once(post_office, 5)


def test_several_clocks_send_each_mail_once(behind, owe, post_office):
    behind.worker()
    for number in range(CLOCKS):
        behind.beat(number)
    owe(40)
    wait_until_all_are_sent()
    wait_until_somebody_looks_for_mail_again()
    assert each_went_out_once(post_office, 40)


def test_a_broker_that_stops_is_made_up_for_and_taken_up_again(behind, owe, post_office):
    worker = behind.worker()
    behind.beat()
    owe(2)
    wait_until_all_are_sent()
    behind.may_end(worker)
    behind.stop_broker()
    loop = behind.loop(after=0.5)
    owe(3)
    wait_until_all_are_sent()
    behind.kill(loop)
    behind.start_broker()
    owe(2)

    def the_worker_has_sent_them() -> bool:
        nonlocal worker
        worker = behind.again(worker)
        return all_are_sent()

    patience.wait_for(the_worker_has_sent_them, otherwise=states)
    assert each_went_out_once(post_office, 7)


def test_a_flushed_broker_loses_no_mail(behind, owe, post_office):
    owe(10)
    behind.beat()
    broker = redis.Redis.from_url(behind.broker_url.replace("redis+socket://", "unix://"))
    patience.wait_for(lambda: broker.llen("celery") > 2)  # and nobody works it off
    broker.flushall()
    behind.worker()
    wait_until_all_are_sent()
    assert each_went_out_once(post_office, 10)
