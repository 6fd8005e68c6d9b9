"""What a mail service tells of our mails: an address that takes none, a reader who complained.

django-anymail checks the service's signature and speaks every service's dialect. It tells what it
heard by Django's signals, the one place where this project listens to any.
"""

import warnings
from collections.abc import Callable
from typing import Any

from anymail import urls
from anymail.exceptions import AnymailInsecureWebhookWarning
from anymail.signals import EventType, tracking
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.http import HttpResponse
from django.utils import timezone

from bookings.actions.mail import preferences

SHORTEST_SECRET = 16  # characters
TRACKING = "_tracking_webhook"
RECEIVERS = {
    one.name.removesuffix(TRACKING): one.callback
    for one in urls.urlpatterns
    if one.name and one.name.endswith(TRACKING)
}


def receiver_of(service: str) -> Callable[..., HttpResponse]:
    """The view that takes the events of that service, such as "postmark"."""
    return RECEIVERS[service]


def problem_with(service: str, secret: str) -> str:
    """Why events that say they are this service's could be anybody's; nothing when all is well."""
    if service not in RECEIVERS:
        return f"MAIL_EVENTS_FROM is “{service}”; it may be one of {', '.join(sorted(RECEIVERS))}."
    if not secret or not _asks_for_one(receiver_of(service)):
        return (
            f"Set MAIL_EVENTS_SECRET to what {service} shows us: the user:password of the address "
            "that it calls, or mailgun's signing key; else anybody could stop clients' mails."
        )
    user, colon, password = secret.rpartition(":")
    if len(password) < SHORTEST_SECRET or (colon and not user):
        return f"Set a longer MAIL_EVENTS_SECRET, of at least {SHORTEST_SECRET} characters."
    return ""


def _asks_for_one(view: Any) -> bool:
    """Whether that view, by the settings, refuses whoever shows nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", AnymailInsecureWebhookWarning)
            view.view_class(**view.view_initkwargs)
    except (AnymailInsecureWebhookWarning, ImproperlyConfigured, ImportError, ValueError):
        return False
    return True


@receiver(tracking)
def note(event: Any, **_more: Any) -> None:
    """Only what lasts counts: a full mailbox, or a server that is away, is tried again anyway."""
    if not event.recipient:
        return
    if event.event_type == EventType.BOUNCED:
        preferences.address_takes_no_mail(event.recipient, now=timezone.now())
    elif event.event_type == EventType.COMPLAINED:
        preferences.reader_complained(event.recipient, now=timezone.now())
