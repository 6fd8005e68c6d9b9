"""On pages of the desk: doors to health data, {% doors_from visit as doors %}, and what a therapist
has asked for, {% asked_off visit=visit as asked %} or {% asked_off day=day as asked %}. On pages of
a therapist: {{ client|record_alerts:day }}.
"""

from datetime import date
from typing import Any

from django import template
from django.utils import timezone

from bookings.core.intervals import Interval, day_bounds
from bookings.models import Appointment, Client, Clinic
from therapists.actions import time_off
from therapists.models import TimeOff
from therapists.queries import alerts, care_access

register = template.Library()


@register.simple_tag(takes_context=True)
def doors_from(context: dict[str, Any], visit: Appointment) -> care_access.Doors:
    """Those that are open to whoever looks at the page; nothing is read for it."""
    request = context["request"]
    return care_access.doors_from(visit, request.user, request.roles, now=timezone.now())


@register.filter
def record_alerts(client: Client, on: date) -> list[alerts.Alert]:
    """For a page that reads nothing of their health."""
    return alerts.record_alerts(client, on)


@register.filter
def drawn_on(asked: TimeOff, day: date) -> dict[str, str]:
    """Where it stands in the drawn day, on the clinic's wall clock as the diary's feed has it."""
    tz = Clinic.objects.the().tz
    bounds = day_bounds(day, 1, tz)
    during = max(asked.starts_at, bounds.start), min(asked.ends_at, bounds.end)
    start, end = (at.astimezone(tz).replace(tzinfo=None).isoformat() for at in during)
    return {"start": start, "end": end}


@register.simple_tag(takes_context=True)
def asked_off(
    context: dict[str, Any], *, visit: Appointment | None = None, day: date | None = None
) -> list[TimeOff]:
    """Time off that waits for the desk and touches the visit, or the day; asked if any waits."""
    if not context["times_off_to_answer"]:
        return []
    if visit is not None:
        during = Interval(visit.starts_at, visit.ends_at)
        return list(time_off.asked_in(during, therapist_id=visit.therapist_id))
    return list(time_off.asked_in(day_bounds(day, 1, Clinic.objects.the().tz))) if day else []
