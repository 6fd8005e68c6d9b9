"""What runs beside the web pages for data as a whole."""

import time

from celery import shared_task
from django.utils import timezone

from bookings.actions import alerts
from bookings.models import Tally
from clinic.monitoring import certificate
from clinic.records import erase, retention

SECONDS_TO_SWEEP = 20  # mail goes out by the same worker; what is left over goes an hour later


@shared_task(name="clinic.tasks.finish_erasures", ignore_result=True)
def finish_erasures() -> None:
    erase.finish_all(now=timezone.now())


@shared_task(name="clinic.tasks.keep_no_longer", ignore_result=True)
def keep_no_longer() -> None:
    """Each hour, though a day would do: a clock that restarts each night would never ring else."""
    until = time.monotonic() + SECONDS_TO_SWEEP
    retention.keep_no_longer(now=timezone.now(), until=until)
    Tally.objects.sweep(until=until)


@shared_task(name="clinic.tasks.tell_of_trouble", ignore_result=True, soft_time_limit=55)
def tell_of_trouble() -> None:
    """By the second way; the first is therapists.tasks.tell_staff."""
    alerts.tell(now=timezone.now())
    certificate.look_when_due()
    alerts.say_that_we_live(now=timezone.now())
