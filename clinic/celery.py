"""The Celery app, and what beat rings each minute."""

import os
import sys
from importlib import import_module

import django
from celery import Celery
from celery.signals import beat_init, celeryd_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

EACH_MINUTE = 60.0  # seconds: an interval, because crontabs skip and repeat at clock changes
EACH_HOUR = 60 * EACH_MINUTE

app = Celery("clinic", task_cls="clinic.middleware.audit_actor:NamedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    enable_utc=True,
    timezone="UTC",
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
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
        "send morning mails": {
            "task": "therapists.tasks.send_morning_mails",
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
        "plan nudges": {
            "task": "bookings.tasks.plan_nudges",
            "schedule": EACH_HOUR,
            "options": {"expires": EACH_HOUR},
        },
    },
)
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_to_start(**_started) -> None:
    """As the web server does. Celery swallows any other error of a receiver."""
    django.setup()
    try:
        import_module("clinic.checks").refuse_to_start()
    except ImproperlyConfigured as refusal:
        print(f"Refused to start: {refusal}", file=sys.__stderr__, flush=True)
        raise SystemExit(1) from refusal
