"""What a message about something just done offers: {{ message|undoable }}."""

from dataclasses import dataclass

from django import template
from django.contrib.messages.storage.base import Message
from django.utils import timezone

from bookings.actions.scheduling import undoing
from bookings.core.roles import Role
from bookings.models import Appointment, Clinic

register = template.Library()
OF_VISIT = "undo-"  # and the visit's number, as an extra tag of the message


@dataclass(frozen=True)
class UndoOffer:
    visit: Appointment
    seconds: int


@register.filter
def undoable(message: Message) -> UndoOffer | None:
    """The visit whose booking or cancelling the message tells, while that can still be undone."""
    tag = message.extra_tags or ""
    if not tag.startswith(OF_VISIT):
        return None
    visit = Appointment.objects.visits().filter(pk=int(tag.removeprefix(OF_VISIT))).first()
    now = timezone.now()
    undo = undoing.offered(visit, Clinic.objects.the(), by=Role.DESK, now=now) if visit else None
    if visit is None or undo is None or undo.until is None:
        return None
    return UndoOffer(visit, int((undo.until - now).total_seconds()))
