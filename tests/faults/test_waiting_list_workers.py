"""Eight workers at one list, killed at random: nothing is offered twice, and nothing is lost.

WAITING and GAPS are the size of it.
"""

import multiprocessing
import os
import random
import signal
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import tending
from bookings.core.scheduling.statuses import Status
from bookings.models import FreedTime, WaitlistOffer
from bookings.queries.training import protocol
from tests import factories
from tests.patience import wait_for
from tests.reading import present

WAITING, GAPS = int(os.environ.get("WAITING", "40")), int(os.environ.get("GAPS", "16"))
WORKERS = 8
KILLS = 6
OVERLAPPING = """
    SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b
        ON a.id < b.id AND (a.therapist_id = b.therapist_id OR a.room_id = b.room_id)
       AND a.starts_at < b.blocked_until AND b.starts_at < a.blocked_until
     WHERE a.status NOT IN ('cancelled', 'expired') AND b.status NOT IN ('cancelled', 'expired')
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now(clinic) -> datetime:
    """By day, whenever the test runs."""
    clinic.offer_pause_minutes = clinic.undo_minutes = 0
    clinic.save()
    hours = protocol.current().mails.reminders
    return hours.hours_begin(timezone.now(), clinic.tz) + timedelta(minutes=1)


@pytest.fixture
def freed(now, massage, kim, room, at, clinic):
    """Full days, of which every visit is cancelled once all of them wait."""
    visits = [
        factories.make_appointment(
            starts_at=at(5 + number // 8, 9 + number % 8),
            treatment=massage,
            therapist=kim,
            room=room,
            booked_at=timezone.now(),
        )
        for number in range(GAPS)
    ]
    for number in range(WAITING):
        client = factories.make_client(proved_at=timezone.now(), wants_news=True)
        first = clinic.day_of(at(5, 9))
        last = first + timedelta(days=(GAPS - 1) // 8)
        factories.make_entry(
            client,
            treatment=massage,
            first_day=first,
            last_day=last,
            joined_at=timezone.now() - timedelta(hours=number),
        )
    for visit in visits:
        cancellation.cancel(visit, by="desk: dee", now=timezone.now())
    return visits


def work(now: datetime) -> None:
    connections.close_all()
    while FreedTime.objects.due(now).exists():
        tending.tend(now=now)
        time.sleep(0.02)  # whoever finds another at work does not take its processor
    os._exit(0)


def test_nothing_is_offered_twice_and_nothing_is_lost_however_many_are_killed(freed, now):
    connections.close_all()
    context, chance = multiprocessing.get_context("fork"), random.Random(7)
    workers = [context.Process(target=work, args=(now,)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.3))
        victim = chance.choice(workers)
        if victim.pid and victim.is_alive():
            os.kill(victim.pid, signal.SIGKILL)
        workers.append(context.Process(target=work, args=(now,)))
        workers[-1].start()
    wait_for(lambda: not any(one.is_alive() for one in workers), otherwise=lambda: "workers go on")
    open_offers = WaitlistOffer.objects.open()
    assert {visit.starts_at for visit in freed} <= {one.starts_at for one in open_offers}
    for each in ("client", "starts_at"):
        assert open_offers.values(each).distinct().count() == open_offers.count()
    holds = [present(one.hold) for one in open_offers.select_related("hold")]
    assert {one.status for one in holds} == {Status.HELD}
    assert not FreedTime.objects.to_be_worked().exists()
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING)
        assert cursor.fetchone() == (0,)
