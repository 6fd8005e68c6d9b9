"""A name in one of our templates that stands for nothing fails the test; Django prints nothing.

So with `{{ name }}`, `{% with %}`, `{% url %}` and arguments of tags and filters. In `{% if %}` and
`{% for %}` a lookup in vain is how an optional name is asked for; those are looked at by
tests/house/test_template_names.py. Other packages' templates do as they like.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import Node

OURS = str(Path(settings.BASE_DIR) / "templates")


class NamesNothing(AssertionError):
    """A template asks for what is not there."""


class Invalid:
    """Stands for Django's `string_if_invalid`."""

    def __contains__(self, text: str) -> bool:
        return text == "%s"

    def __mod__(self, name: Any) -> Any:
        """What Django takes instead; `name|default:"…"` says that it may be left out."""
        data = sys._getframe(1).f_locals
        for call, arguments in data["self"].filters[:1]:
            if call.__name__ == "default":
                is_name, value = arguments[0]
                return value.resolve(data["context"]) if is_name else value
        return _refused(str(name))

    def __iter__(self) -> Iterator[Any]:
        """A class in a context is called, and what wants arguments stands for nothing."""
        return iter(_refused("what cannot be called without arguments"))

    def __str__(self) -> str:
        return _refused("what cannot be called without arguments")


def _refused(name: str) -> str:
    """Raises for a template of ours; as Django does by itself for any other."""
    where = _place()
    if where.startswith(OURS):
        raise NamesNothing(f"{where.removeprefix(OURS)} asks for {name}")
    return ""


def _place() -> str:
    """The file of the template whose node is being rendered."""
    frame: Any = sys._getframe(1)
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def refuse_names_of_nothing() -> None:
    options: Any = settings.TEMPLATES[0]["OPTIONS"]
    options["string_if_invalid"] = Invalid()
