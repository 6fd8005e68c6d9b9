"""Doors to health data, on pages of the desk: {% doors_from visit as doors %}."""

from typing import Any

from django import template
from django.utils import timezone

from bookings.models import Appointment
from therapists.queries import care_access

register = template.Library()


@register.simple_tag(takes_context=True)
def doors_from(context: dict[str, Any], visit: Appointment) -> care_access.Doors:
    """Those that are open to whoever looks at the page; nothing is read for it."""
    request = context["request"]
    return care_access.doors_from(visit, request.user, request.roles, now=timezone.now())
