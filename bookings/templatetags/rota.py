"""Words and marks of the rota's pages."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def hours_and_minutes(minutes: int) -> str:
    """26 h, 37 h 30"""
    hours, rest = divmod(minutes, 60)
    if rest:
        return _("{hours} h {minutes:02}").format(hours=hours, minutes=rest)
    return _("{hours} h").format(hours=hours)


@register.filter
def shown_as_wrong(field: BoundField) -> SafeString:
    """The field in the staff's look, and in red where something is wrong with it."""
    kind = "form-select" if hasattr(field.field, "choices") else "form-control form-control-sm"
    wrong = " is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": kind + wrong})
