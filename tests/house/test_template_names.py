"""No template asks, not even in an `{% if %}`, for a name that nothing ever gives it.

Names that are printed are looked at whenever a test renders them (tests/template_names.py). An
`{% if %}` may ask for what a page leaves out; what no page and no other template gives at all is
a slip.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allauth.account
import allauth.mfa
import crispy_forms
import pytest
from django.contrib import admin
from django.template import Node, engines
from django.template.base import FilterExpression, Variable
from django.template.smartif import TokenBase

from tests.reading import present

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt", ".js"}
)
GIVEN_BY_DJANGO = {
    "block", "forloop", "request", "user", "perms", "messages", "True", "False", "None",
}  # fmt: skip
# Whose templates some of ours stand in for.
PACKAGES = [
    Path(present(package.__file__)).parent
    for package in (allauth.account, allauth.mfa, admin, crispy_forms)
]
NAMED_IN_A_TAG = re.compile(r"\bas (\w+)|\bfor ([\w, ]+) in\b|\b(\w+)=")


@functools.cache
def given() -> set[str]:
    """Every word that code might put into a context, and every name that a template makes."""
    names = set(GIVEN_BY_DJANGO)
    for folder in (*(ROOT / app for app in ("bookings", "clinic", "therapists")), *PACKAGES):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    names.add(node.value)
                elif isinstance(node, ast.keyword) and node.arg:
                    names.add(node.arg)
    for path in TEMPLATES:
        for tag in re.findall(r"{%(.*?)%}", path.read_text(), re.DOTALL):
            for found in NAMED_IN_A_TAG.findall(tag):
                names.update(re.findall(r"\w+", " ".join(found)))
    return names


def data(thing: object) -> Iterator[str]:
    """The first part of each name that is looked up anywhere in a compiled template."""
    if isinstance(thing, Variable):
        if thing.lookups:
            yield thing.lookups[0]
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from data(one)
    elif isinstance(thing, dict):
        yield from data(list(thing.values()))
    elif isinstance(thing, FilterExpression):
        yield from data([thing.var, thing.filters])
    elif isinstance(thing, Node | TokenBase):
        yield from data(list(getattr(thing, "__dict__", {}).values()))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_every_name_in_a_template_is_given_by_something(path):
    template: Any = engines["django"].from_string(path.read_text())
    assert set(data(list(template.template.nodelist))) - given() == set()


def test_a_slip_is_noticed():
    template: Any = engines["django"].from_string(
        "{% if forloop and no_such_name.at_all %}{% endif %}"
    )
    assert set(data(list(template.template.nodelist))) - given() == {"no_such_name"}
