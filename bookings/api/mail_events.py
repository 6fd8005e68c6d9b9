"""What a mail service tells of our mails: an address that takes none, a reader who complained.

django-anymail checks the service's signature and speaks every service's dialect. It tells what it
heard by Django's signals, the one place where this project listens to any.
"""

from collections.abc import Callable
from typing import Any

from anymail import urls
from anymail.signals import EventType, tracking
from django.dispatch import receiver
from django.http import HttpResponse
from django.utils import timezone

from bookings.actions.mail import preferences


def receiver_of(service: str) -> Callable[..., HttpResponse]:
    """The view that takes the events of that service, such as "postmark"."""
    wanted = f"{service}_tracking_webhook"
    return next(one.callback for one in urls.urlpatterns if one.name == wanted)


@receiver(tracking)
def note(event: Any, **_more: Any) -> None:
    """Only what lasts counts: a full mailbox, or a server that is away, is tried again anyway."""
    if not event.recipient:
        return
    if event.event_type == EventType.BOUNCED:
        preferences.address_takes_no_mail(event.recipient, now=timezone.now())
    elif event.event_type == EventType.COMPLAINED:
        preferences.reader_complained(event.recipient, now=timezone.now())
