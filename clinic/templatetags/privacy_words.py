"""Values of a client's data, for the client."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template

register = template.Library()


@register.filter
def as_said(value: Any, tz: ZoneInfo) -> str:
    """Instants on the clinic's clock, yes and no, and what is nested as pairs."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(tz):%d %b %Y %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {as_said(inner, tz)}" for name, inner in value.items())
    return str(value)
