"""What a message about something just done offers: {{ message|undoable }}."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.contrib.messages.storage.base import Message
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.mail.outbox import GRACE
from bookings.actions.scheduling import undoing
from bookings.actions.scheduling.attendance import MARKS
from bookings.core.roles import Role
from bookings.models import Appointment, AppointmentEvent, Clinic

register = template.Library()
TAG = "undo-{visit}-{event}"  # of the message: what it tells of is that event of that visit
IN_TAG = re.compile(r"undo-(\d+)-(\d+)")
ZERO = timedelta()
TAKEN = ("paid", "waived")


@dataclass(frozen=True)
class UndoOffer:
    """The form that undoes it: where it goes, with what, and for how many seconds."""

    url: str
    fields: Mapping[str, object]
    seconds: int


def newest_of(visit: Appointment) -> AppointmentEvent | None:
    return visit.events.order_by("pk").last()


def tag_of(visit: Appointment, *, by: str, since: AppointmentEvent | None = None) -> str:
    """For a message about what they have just done; empty where it came to nothing.

    `since` is the visit's newest event before. What a colleague has done is not theirs to undo.
    """
    newest = newest_of(visit)
    if newest is None or newest == since or newest.by != by:
        return ""
    return TAG.format(visit=visit.pk, event=newest.pk)


@register.filter
def undoable(message: Message) -> UndoOffer | None:
    """For what is told (a booking, move, cancelling, mark or payment) while it can be undone."""
    if not (tag := IN_TAG.fullmatch(message.extra_tags or "")):
        return None
    visit = Appointment.objects.visits().filter(pk=int(tag[1])).first()
    last = newest_of(visit) if visit else None
    if visit is None or last is None or last.pk != int(tag[2]):
        return None
    now = timezone.now()
    return _of_the_place(visit, last, now) or _of_what_came_of_it(visit, last, now)


def _of_the_place(visit: Appointment, last: AppointmentEvent, now: datetime) -> UndoOffer | None:
    """A move can be undone at any time, by its message as long as anything else."""
    undo = undoing.offered(visit, Clinic.objects.the(), by=Role.DESK, now=now)
    if undo is None or (undo.until is None and last.kind != undo.kind):
        return None
    left = (undo.until or last.at + GRACE) - now
    return _offer("undo", visit, {"revision": visit.revision}, left) if left > ZERO else None


def _of_what_came_of_it(
    visit: Appointment, last: AppointmentEvent, now: datetime
) -> UndoOffer | None:
    if last.at + GRACE <= now or "undone" in last.facts:
        return None
    left = last.at + GRACE - now
    if last.kind in MARKS and last.kind == visit.status and "from" in last.facts:
        return _offer("mark", visit, {"seen": last.pk, "status": "undo"}, left)
    if last.kind in TAKEN:
        return _offer("take_back", visit, _taking_back(last), left)
    return None


def _taking_back(last: AppointmentEvent) -> dict[str, object]:
    reason = _("Undone at once")
    return {"seen": last.pk, "payment": last.facts["payment"], "reason": reason}


def _offer(
    name: str, visit: Appointment, fields: Mapping[str, object], left: timedelta
) -> UndoOffer:
    return UndoOffer(reverse(f"diary:{name}", args=[visit.pk]), fields, int(left.total_seconds()))
