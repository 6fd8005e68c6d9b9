"""What a message about something just done offers: {{ message|undoable }}."""

from dataclasses import dataclass

from django import template
from django.contrib.messages.storage.base import Message
from django.utils import timezone

from bookings.actions.scheduling.undoing import time_left
from bookings.models import Appointment

register = template.Library()
OF_VISIT = "undo-"  # and the visit's number, as an extra tag of the message


@dataclass(frozen=True)
class Offer:
    visit: Appointment
    seconds: int


@register.filter
def undoable(message: Message) -> Offer | None:
    """The visit whose booking or cancelling the message tells, while that can still be undone."""
    tag = message.extra_tags or ""
    if not tag.startswith(OF_VISIT):
        return None
    visit = Appointment.objects.visits().filter(pk=int(tag.removeprefix(OF_VISIT))).first()
    left = time_left(visit, now=timezone.now()) if visit else None
    return Offer(visit, int(left.total_seconds())) if visit and left else None
