"""A client's name, address and number as one text to search in.

The database's side of `core.finding.folded`; only functions that never change their answer may
stand in it, so accents go by decomposing rather than by the `unaccent` extension.
"""

from functools import reduce

from django.db.models import Func, TextField, Value
from django.db.models.functions import Concat, Lower, Replace

from bookings.core.clients.search_text import SPELT

ACCENTS = "[\\u0300-\\u036f]"


class Decomposed(Func):
    """Letters and their accents apart (NFKD)."""

    template = "normalize(%(expressions)s, NFKD)"
    output_field = TextField()


class WithoutMatches(Func):
    """The text without anything that matches the pattern."""

    template = "regexp_replace(%(expressions)s, '', 'g')"
    output_field = TextField()


BEGINNING = 50  # letters
TEXT = TextField()
GAP = Value(" ", output_field=TEXT)


def folded(name: str):
    plain = Lower(WithoutMatches(Decomposed(name), Value(ACCENTS)), output_field=TEXT)
    return reduce(_spelt, SPELT.items(), plain)


def _spelt(text, pair: tuple[str, str]):
    letter, spelt = (Value(part, output_field=TEXT) for part in pair)
    return Replace(text, letter, spelt, output_field=TEXT)


FINDABLE = Concat(
    folded("name"),
    GAP,
    folded("email"),
    GAP,
    WithoutMatches("phone", Value("[^0-9]")),
    output_field=TEXT,
)
