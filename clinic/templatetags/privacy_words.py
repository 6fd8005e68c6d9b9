"""Values of a client's data, for the client."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import dateformat
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def as_said(value: Any, tz: ZoneInfo) -> str:
    """Instants on the clinic's clock, yes and no, and what is nested as pairs."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return dateformat.format(value.astimezone(tz), "d M Y H:i")
    if isinstance(value, date):
        return dateformat.format(value, "j M Y")
    if isinstance(value, dict):
        told = {name.replace("_", " "): as_said(inner, tz) for name, inner in value.items()}
        return "; ".join(f"{name}: {words}" for name, words in told.items() if words)
    if isinstance(value, list | tuple):
        return ", ".join(as_said(inner, tz) for inner in value)
    return "" if value is None else str(value)
