"""Beat by a clock that is put back."""

from datetime import timedelta

import pytest
from celery import Celery

from clinic.celery import CALENDARS, FETCH, OWN_BELL, SteadyScheduler, rung_by
from clinic.celery import app as ours
from clinic.monitoring import dead_worker
from tests.clock import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Rung(SteadyScheduler):
    """Notes what it sends instead of sending it."""

    def __init__(self, *args, **kwargs):
        self.sent = []
        super().__init__(*args, **kwargs)

    def apply_async(self, entry, **_more):
        self.sent.append(entry.name)


@pytest.fixture
def app():
    app = Celery("other", broker="memory://", set_as_current=False)
    app.conf.update(enable_utc=True, timezone="UTC", beat_schedule=ours.conf.beat_schedule)
    return app


def rung(scheduler) -> set:
    scheduler.sent.clear()
    while scheduler.tick() == 0:
        pass
    return set(scheduler.sent)


@pytest.fixture(autouse=True)
def without_a_look_at_the_worker(monkeypatch):
    monkeypatch.setattr(dead_worker, "look", lambda: None)


def test_a_clock_put_back_by_an_hour_rings_on_each_minute(app, clock, tmp_path):
    scheduler = Rung(app, schedule_filename=str(tmp_path / "beat"))
    rung(scheduler)
    clock.move_to(NOW + MINUTE)
    each_minute = rung(scheduler)
    assert "send due mails" in each_minute
    for minute in range(3):
        clock.move_to(NOW - HOUR + minute * MINUTE)
        assert rung(scheduler) >= each_minute, f"silent {minute} minutes after"


def test_what_it_remembers_from_before_the_clock_was_put_back_is_due_when_it_starts(
    app, clock, tmp_path
):
    before = Rung(app, schedule_filename=str(tmp_path / "beat"))
    clock.move_to(NOW + MINUTE)
    rung(before)
    before.close()
    clock.move_to(NOW - HOUR)
    assert "send due mails" in rung(Rung(app, schedule_filename=str(tmp_path / "beat")))


def test_beat_looks_at_least_each_minute_and_is_the_steady_one():
    assert ours.conf.beat_max_loop_interval <= 60
    assert ours.conf.beat_scheduler == "clinic.celery:SteadyScheduler"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted({one["task"] for one in ours.conf.beat_schedule.values()}))
def test_what_beat_rings_for_has_nothing_to_do_before_a_clinic_is_set_up(name):
    """Else each minute until then fills the log with what looks like a fault."""
    ours.loader.import_default_modules()
    ours.tasks[name]()


def test_calendars_are_read_by_a_worker_of_their_own_which_alone_rings_for_it():
    """Where nobody runs it, nothing piles up in its queue."""
    assert ours.amqp.router.route({}, FETCH)["queue"].name == CALENDARS
    assert ours.amqp.router.route({}, OWN_BELL[0])["queue"].name != CALENDARS
    assert FETCH not in [one["task"] for one in ours.conf.beat_schedule.values()]


def test_a_worker_rings_itself_for_what_it_reads_and_for_nothing_else():
    assert rung_by(["celery"]) == OWN_BELL
    assert rung_by([CALENDARS]) == (FETCH,)
    assert rung_by(["celery", CALENDARS]) == (*OWN_BELL, FETCH)
