"""What runs beside the web pages for therapists."""

from celery import shared_task
from django.utils import timezone

from therapists.actions import morning_mail, notices


@shared_task(name="therapists.tasks.send_morning_mails", ignore_result=True)
def send_morning_mails() -> None:
    morning_mail.send_due(now=timezone.now())


@shared_task(name="therapists.tasks.tell_staff", ignore_result=True)
def tell_staff() -> None:
    notices.tell(now=timezone.now())
