"""The Celery app, what beat rings each minute, and the worker's own bell."""

import gc
import os
import sys
from collections.abc import Collection
from datetime import timedelta
from importlib import import_module
from typing import Any

import django
from celery import Celery, bootsteps
from celery.beat import PersistentScheduler
from celery.signals import beat_init, celeryd_init, worker_before_create_process
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

EACH_MINUTE = 60.0  # seconds: an interval, because crontabs skip and repeat at clock changes
EACH_HOUR = 60 * EACH_MINUTE
A_SECOND = timedelta(seconds=1)
CALENDARS = "calendars"  # the queue of what waits for other people's servers
FETCH = "bookings.tasks.fetch_calendars"
OWN_BELL = (
    "bookings.tasks.send_due_mails",
    "therapists.tasks.tell_staff",
    "clinic.tasks.tell_of_trouble",
)

app = Celery("clinic", task_cls="clinic.middleware.audit_actor:NamedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    enable_utc=True,
    timezone="UTC",
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    beat_scheduler="clinic.celery:SteadyScheduler",
    beat_max_loop_interval=EACH_MINUTE,
    own_bell_interval=EACH_MINUTE,
    task_routes={FETCH: {"queue": CALENDARS}},
    beat_schedule={
        "send due mails": {
            "task": "bookings.tasks.send_due_mails",
            "kwargs": {"by_beat": True},
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "expire dead holds": {
            "task": "bookings.tasks.expire_dead_holds",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "release unproved bookings": {
            "task": "bookings.tasks.release_unproved",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "tend the waiting list": {
            "task": "bookings.tasks.tend_waiting_list",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "look through the waiting list": {
            "task": "bookings.tasks.look_through_waiting_list",
            "schedule": EACH_HOUR,
            "options": {"expires": EACH_HOUR},
        },
        "book what opens of series": {
            "task": "bookings.tasks.book_what_opens",
            "schedule": EACH_HOUR,
            "options": {"expires": EACH_HOUR},
        },
        "bring in prices": {
            "task": "bookings.tasks.bring_in_prices",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "go on with imports": {
            "task": "bookings.tasks.go_on_with_imports",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "end logins of leavers": {
            "task": "bookings.tasks.end_logins_of_leavers",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "send morning mails": {
            "task": "therapists.tasks.send_morning_mails",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "tell staff": {
            "task": "therapists.tasks.tell_staff",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "finish erasures": {
            "task": "clinic.tasks.finish_erasures",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "keep no longer than need be": {
            "task": "clinic.tasks.keep_no_longer",
            "schedule": EACH_HOUR,
            "options": {"expires": EACH_HOUR},
        },
        "tell of trouble": {
            "task": "clinic.tasks.tell_of_trouble",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "go on with news of races": {
            "task": "bookings.tasks.go_on_with_race_news",
            "schedule": EACH_MINUTE,
            "options": {"expires": EACH_MINUTE},
        },
        "plan nudges": {
            "task": "bookings.tasks.plan_nudges",
            "schedule": EACH_HOUR,
            "options": {"expires": EACH_HOUR},
        },
    },
)
app.autodiscover_tasks()


class SteadyScheduler(PersistentScheduler):
    """A clock that is put back by an hour would silence Celery's own for that hour: what has been
    rung in the future, as far as the clock knows now, is due.

    And it tells the owner of a worker that is dead, which cannot do so itself.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        import_module("clinic.monitoring.dead_worker").look()
        now = self.app.now()
        ahead = [one for one in self.schedule.values() if one.last_run_at - now > A_SECOND]
        for entry in ahead:
            entry.last_run_at = now - timedelta(seconds=EACH_HOUR)
        if ahead:
            self._heap = None  # it is sorted by when each is due, and made anew
        return super().tick(*args, **kwargs)


class OwnBell(bootsteps.StartStopStep):
    """The worker looks for mail by itself, so that a beat which is silent costs no mail its time,
    and tells the owner of it. Each rings for what it reads, so that nothing piles up in a queue of
    calendars where nobody reads it.

    It counts by the machine's uptime, which nobody puts back.
    """

    requires = {"celery.worker.consumer.tasks:Tasks"}

    def start(self, parent: Any) -> None:
        ring = import_module("bookings.mail.wake_worker").ring
        for task in rung_by(parent.app.amqp.queues.consume_from):
            parent.timer.call_repeatedly(app.conf.own_bell_interval, ring, (task,))


def rung_by(queues: Collection[str]) -> tuple[str, ...]:
    """What a worker rings itself for that reads these queues."""
    of_mail = OWN_BELL if app.conf.task_default_queue in queues else ()
    return (*of_mail, FETCH) if CALENDARS in queues else of_mail


app.steps["consumer"].add(OwnBell)


@worker_before_create_process.connect
def share_what_is_loaded(**_started: Any) -> None:
    """Collecting would write into it, in each process anew, and so part what they share."""
    gc.collect()
    gc.freeze()


@celeryd_init.connect
@beat_init.connect
def refuse_to_start(**_started: Any) -> None:
    """As the web server does. Celery swallows any other error of a receiver."""
    django.setup()
    try:
        import_module("clinic.checks").refuse_to_start()
    except ImproperlyConfigured as refusal:
        print(f"Refused to start: {refusal}", file=sys.__stderr__, flush=True)
        raise SystemExit(1) from refusal
