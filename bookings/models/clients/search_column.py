"""A client's name, address and number as one text to search in.

The database's side of `core.clients.search_text.folded`; only functions that never change their
answer may stand in it, so accents go by decomposing rather than by the `unaccent` extension.
"""

from functools import reduce
from typing import Any

from django.db.models import Func, TextField, Value
from django.db.models.functions import Concat, Lower, Replace

from bookings.core.clients.search_text import DROPPED, ONE_FOR_ONE, SPELT


class Decomposed(Func):
    """Letters and their accents apart (NFKD)."""

    template = "normalize(%(expressions)s, NFKD)"
    output_field = TextField()


class LettersFor(Func):
    """Each letter of the first text as the one in its place in the second."""

    function = "translate"
    output_field = TextField()


class WithoutMatches(Func):
    """The text without anything that matches the pattern."""

    template = "regexp_replace(%(expressions)s, '', 'g')"
    output_field = TextField()


BEGINNING = 50  # letters
TEXT = TextField()
GAP = Value(" ", output_field=TEXT)


def folded(name: str) -> Any:
    plain = WithoutMatches(Decomposed(_one_for_one(name)), Value(DROPPED))
    return reduce(_spelt, SPELT.items(), _one_for_one(Lower(plain, output_field=TEXT)))


def _one_for_one(text):
    letters, others = "".join(ONE_FOR_ONE), "".join(ONE_FOR_ONE.values())
    return LettersFor(text, Value(letters, output_field=TEXT), Value(others, output_field=TEXT))


def _spelt(text: Any, pair: tuple[str, str]) -> Replace:
    letter, spelt = (Value(part, output_field=TEXT) for part in pair)
    return Replace(text, letter, spelt, output_field=TEXT)


FINDABLE = Concat(
    folded("name"),
    GAP,
    folded("email"),
    GAP,
    WithoutMatches(folded("phone"), Value("[^0-9]")),
    output_field=TEXT,
)
