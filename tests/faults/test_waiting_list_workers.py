"""Eight workers at one list, killed at random: nothing is offered twice, and nothing is lost.

WAITING and GAPS are the size of it, WORKER_KILLS how many die. Each fourth gap is a time that its
runner passes on, and a stranger wants every one of the others meanwhile.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation, holds
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.actions.waiting_list import offers, relays, tending
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, FreedTime, Treatment, WaitlistOffer
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training import protocol
from tests import factories
from tests.patience import wait_for
from tests.reading import present

WAITING, GAPS = int(os.environ.get("WAITING", "40")), int(os.environ.get("GAPS", "16"))
WORKERS, TAKERS = 8, 3
KILLS = int(os.environ.get("WORKER_KILLS", "6"))
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
    clinic.move_cutoff_hours = clinic.cancel_cutoff_hours = 24 * 30  # so that fees are owed
    clinic.save()
    hours = protocol.current().mails.reminders
    return hours.hours_begin(timezone.now(), clinic.tz) + timedelta(minutes=1)


@pytest.fixture
def freed(now, massage, kim, room, at, clinic):
    """Full days, of which every visit is cancelled or passed on once all of them wait."""
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
    for number, visit in enumerate(visits):
        if number % 4:
            cancellation.cancel(visit, by="desk: dee", now=timezone.now())
        else:
            relays.relay(visit, by="runner", now=timezone.now())
    return visits


def work(now: datetime) -> None:
    connections.close_all()
    while FreedTime.objects.due(now).exists() or not_asked_yet(now):
        tending.tend(now=now)
        time.sleep(0.1)  # whoever finds another at work does not take its processor
    os._exit(0)


def not_asked_yet(now: datetime) -> bool:
    return Appointment.objects.relayed(now).exclude(passed_to__state="open").exists()


def want_them_all(starts: list[datetime], treatment: Treatment, now: datetime) -> None:
    connections.close_all()
    for start in starts:
        slot = Slot(treatment=treatment, start=start)
        wanted = HoldRequest(slots=[slot], holder=Holder(key="stranger"))
        with contextlib.suppress(Refused):
            holds.hold(wanted, now=now)
    os._exit(0)


def take_them_all(now: datetime) -> None:
    """As from several windows at once, and with a press that comes twice."""
    connections.close_all()
    for offer in WaitlistOffer.objects.exclude(relayed=None):
        offers.accept(offer, by="runner", now=now)
    os._exit(0)


def run_at_once(what, times: int, *args) -> None:
    connections.close_all()
    context = multiprocessing.get_context("fork")
    there = [context.Process(target=what, args=args) for _ in range(times)]
    for one in there:
        one.start()
    wait_for(lambda: not any(one.is_alive() for one in there), otherwise=lambda: "they go on")
    assert {one.exitcode for one in there} == {0}


def test_nothing_is_offered_twice_and_nothing_is_lost_however_many_are_killed(freed, now):
    connections.close_all()
    context, chance = multiprocessing.get_context("fork"), random.Random(7)
    workers = [context.Process(target=work, args=(now,)) for _ in range(WORKERS)]
    treatment, wanted = freed[0].treatment, [visit.starts_at for visit in freed]
    workers.append(context.Process(target=want_them_all, args=(wanted, treatment, now)))
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
    assert {visit.starts_at for visit in freed} == {one.starts_at for one in open_offers}
    assert not Appointment.objects.filter(visitor="stranger").exists()
    for each in ("client", "starts_at"):
        assert open_offers.values(each).distinct().count() == open_offers.count()
    kept = [one.hold for one in open_offers.select_related("hold") if one.hold]
    assert {one.status for one in kept} == {Status.HELD}
    passed_on = freed[::4]
    assert {one.relayed_id for one in open_offers} == {None, *(one.pk for one in passed_on)}
    assert not FreedTime.objects.to_be_worked().exists()
    run_at_once(take_them_all, TAKERS, now)
    for visit in passed_on:
        visit.refresh_from_db()
        assert (visit.status, visit.fees.count()) == (Status.CANCELLED, 0)
        taken = present(visit.passed_to.get().hold)
        assert (taken.status, taken.starts_at) == (Status.BOOKED, visit.starts_at)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING)
        assert cursor.fetchone() == (0,)
