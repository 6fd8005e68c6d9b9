"""Pieces of pages that are the same for everybody, rendered once while what they show is the same.

A piece is made without the request, so that nothing of who asks can get into it.
"""

import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

KEPT = 500  # by each process, those that were shown last
A_TOKEN = "the token of whoever asks"  # noqa: S105 - none
_pieces: dict[str, SafeString] = {}
_changing = threading.Lock()


def piece(template: str, edition: object, shown: Callable[[], Mapping[str, Any]]) -> SafeString:
    """The template with what `shown` makes.

    `edition` is all that `shown` is made from, as its `repr` tells it: another as soon as any of it
    has changed. Rows go in as `values_of` them, since a row's `repr` tells only its name.
    """
    key = sha256(repr((template, get_language(), edition)).encode()).hexdigest()
    with _changing:
        made = _pieces.pop(key, None)
        if made is not None:
            _pieces[key] = made
            return made
    made = render_to_string(template, shown())
    with _changing:
        while len(_pieces) >= KEPT:
            del _pieces[next(iter(_pieces))]
        _pieces[key] = made
    return made


def piece_with_forms(
    template: str, edition: object, shown: Callable[[], Mapping[str, Any]], token: str
) -> SafeString:
    """One that has forms, each with the token of whoever asks, put in afterwards."""
    made = piece(template, edition, lambda: {**shown(), "csrf_token": A_TOKEN})
    return mark_safe(made.replace(A_TOKEN, escape(token)))  # noqa: S308


def values_of(row: Model) -> dict[str, Any]:
    """Every column as it was read, and what the query has told besides."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
