"""What runs beside the web pages for therapists."""

from celery import shared_task
from django.utils import timezone

from therapists.actions import morning_mail, notices, pushes


@shared_task(name="therapists.tasks.send_morning_mails", ignore_result=True)
def send_morning_mails() -> None:
    morning_mail.send_due(now=timezone.now())


@shared_task(name="therapists.tasks.tell_staff", ignore_result=True, soft_time_limit=55)
def tell_staff() -> None:
    """A push service that answers a byte at a time is left at the limit, and tried again."""
    notices.tell(now=timezone.now())
    pushes.send_due()
