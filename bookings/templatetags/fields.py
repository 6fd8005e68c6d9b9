"""What templates/bootstrap5/field.html asks of a field: once, and not at each place (ADR 20)."""

from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import optgroups
from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from bookings import widgets

register = template.Library()
register.filter(optgroups)

# As crispy tells widgets apart; the first that fits.
KINDS = (
    (forms.CheckboxInput, "checkbox"),
    (forms.RadioSelect, "choices"),  # the parent of several boxes, too
    (forms.Select, "select"),
    (forms.FileInput, "file"),
)
CLASSES = {"checkbox": "form-check-input", "select": "form-select"}


@register.filter
def kind(field: BoundField) -> str:
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    return next((name for parent, name in KINDS if isinstance(widget, parent)), "text")


@register.simple_tag
def widget_of(field: BoundField, kind: str, errors: Any) -> SafeString:
    """With the classes that crispy gives it: its own, its widget's, Bootstrap's."""
    widget = field.field.widget
    classes = widget.attrs.get("class", "")
    own = type(widget).__name__.lower()
    have = classes.split() if own in classes else [*classes.split(), own]
    wanted = [CLASSES.get(kind, "form-control"), *(["is-invalid"] if errors else [])]
    widget.attrs["class"] = " ".join([*have, *(one for one in wanted if one not in have)])
    return SafeString(field)


@register.filter
def attributes(option: widgets.Widget) -> SafeString:
    return widgets.attributes(option)
