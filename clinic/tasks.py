"""What runs beside the web pages for data as a whole."""

from celery import shared_task
from django.utils import timezone

from bookings.models import Tally
from clinic.operations.backups import missing
from clinic.records import erase, retention


@shared_task(name="clinic.tasks.finish_erasures", ignore_result=True)
def finish_erasures() -> None:
    erase.finish_all(now=timezone.now())


@shared_task(name="clinic.tasks.keep_no_longer", ignore_result=True)
def keep_no_longer() -> None:
    """Each hour, though a day would do: a clock that restarts each night would never ring else."""
    retention.keep_no_longer(now=timezone.now())
    Tally.objects.sweep()


@shared_task(name="clinic.tasks.look_for_missing_backups", ignore_result=True)
def look_for_missing_backups() -> None:
    missing.tell_owners(now=timezone.now())
