"""How the plain widgets are written: as Django's templates for them write, without those templates.

An input's template includes another, which includes one for its attributes, and a list's template
one for each choice: a quarter of what a field cost (ADR 20).
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape as escaped
from django.utils.safestring import SafeString, mark_safe

Widget = dict[str, Any]
FOLDER = "django/forms/widgets"


class WidgetRenderer(DjangoTemplates):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if write := WRITTEN.get(template_name):
            return write(context["widget"])
        return super().render(template_name, context, request)


def attributes(widget: Widget) -> SafeString:
    each = (
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )
    return mark_safe("".join(each))  # noqa: S308 - each part is escaped


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    given = "" if value is None else f' value="{escaped(value)}"'
    start = f'<input type="{escaped(widget["type"])}" name="{escaped(widget["name"])}"'
    return mark_safe(f"{start}{given}{attributes(widget)}>")  # noqa: S308 - each part is escaped


def _textarea(widget: Widget) -> SafeString:
    value = escaped(widget["value"] or "")
    start = f'<textarea name="{escaped(widget["name"])}"{attributes(widget)}>'
    return mark_safe(f"{start}\n{value}</textarea>")  # noqa: S308 - each part is escaped


def _select(widget: Widget) -> SafeString:
    groups = "".join(_group(name, options) for name, options, _ in widget["optgroups"])
    start = f'<select name="{escaped(widget["name"])}"{attributes(widget)}>'
    return mark_safe(f"{start}{groups}\n</select>")  # noqa: S308 - each part is escaped


def _group(name: Any, options: list[Widget]) -> str:
    inside = "".join(f"\n  {_option(option)}" for option in options)
    return f'\n  <optgroup label="{escaped(name)}">{inside}\n  </optgroup>' if name else inside


def _option(option: Widget) -> str:
    start = f'<option value="{escaped(option["value"])}"{attributes(option)}>'
    return f"{start}{escaped(localize(option['label']))}</option>"


_INPUTS = ("text", "email", "number", "date", "time", "hidden", "password", "checkbox")
WRITTEN: dict[str, Callable[[Widget], SafeString]] = {
    **{f"{FOLDER}/{name}.html": _input for name in _INPUTS},
    f"{FOLDER}/textarea.html": _textarea,
    f"{FOLDER}/select.html": _select,
}
