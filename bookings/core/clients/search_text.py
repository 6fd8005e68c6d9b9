"""What somebody types to find a person, or to describe a new one.

`folded` is the same as the database's expression on Client.findable; a test compares them.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

from bookings.core.clients.phones import FEWEST_DIGITS

# Accents, and what shows nothing: soft hyphens, joiners, marks of direction.
DROPPED = (
    r"[\u0300-\u036f\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
# Letters that are no letter with an accent; each as people type it who do not have it.
SPELT = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐༠၀០᠐"  # of the digits of other scripts, each the first of ten in a row
ONE_FOR_ONE = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ı": "i",
    "ς": "σ",
    **dict.fromkeys("‘’‚‛ʼʻʹ′`´＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣", "-"),
    **{chr(ord(zero) + digit): str(digit) for zero in ZEROS for digit in range(10)},
}
_ONE_FOR_ONE = str.maketrans(ONE_FOR_ONE)
# Each goes through a text once, however long it is.
PHONE_PART = re.compile(r"[+(]?(?=[().\-/]*\d)[\d().\-/]++\Z")
AN_ADDRESS = re.compile(r"(?<![^\s@<>,;])[^\s@<>,;]++@[^\s@<>,;]+\.[^\s@<>,;]+")
# A number is known by its last digits, with or without its country's code.
DIGITS_COMPARED = 9
# Of what is typed into a search: each term is a condition more for the database.
LONGEST_SEARCH = 100  # letters
MOST_TERMS = 8


@dataclass(frozen=True)
class Typed:
    """A person as described in one line."""

    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def can_be_reached(self) -> bool:
        return bool(self.email or self.phone)


def folded(text: str) -> str:
    """In small letters without accents: "Zoë Łuc" is "zoe luc", and so are O’Brien and O'Brien."""
    plain = re.sub(DROPPED, "", normalize("NFKD", text.translate(_ONE_FOR_ONE)))
    plain = plain.lower().translate(_ONE_FOR_ONE)
    for letter, spelt in SPELT.items():
        plain = plain.replace(letter, spelt)
    return plain


def same_name(one: str, other: str) -> bool:
    return name_compared(one) == name_compared(other)


def name_compared(name: str) -> str:
    """Folded, whatever space is between its words."""
    return " ".join(folded(name).split())


def bounded(typed: str) -> str:
    """As much of it as a search looks for; one letter may be eighteen when it is folded."""
    typed = typed[:LONGEST_SEARCH]
    spelt = normalize("NFKD", typed)
    if len(spelt) > 2 * LONGEST_SEARCH:
        typed = spelt[:LONGEST_SEARCH]
    return " ".join(typed.split()[:MOST_TERMS])


def words_sought(typed: str) -> list[str]:
    """What must all be found: folded words, of which a letter may be several."""
    return name_compared(bounded(typed)).split()[:MOST_TERMS]


def terms(text: str) -> list[str]:
    """What must all be found in a client: folded words, and the digits of a phone number.

    Digits in a row are one number, whatever stands between them, without the zeros that
    stand for a country.
    """
    found: list[str] = []
    for is_phone, parts in _runs(folded(text)):
        found += _number(parts) if is_phone else parts
    return found


def person_in(text: str) -> Typed:
    """Name, address and number out of "Ana Demo 07700 900123 ana@example.com"."""
    addresses = AN_ADDRESS.findall(text)
    name: list[str] = []
    phone: list[str] = []
    for is_phone, parts in _runs(AN_ADDRESS.sub(" ", text)):
        digits = sum(letter.isdigit() for part in parts for letter in part)
        (phone if is_phone and digits >= FEWEST_DIGITS else name).extend(parts)
    spoken = " ".join(name).strip(" ,;<>")
    return Typed(spoken, addresses[0] if addresses else "", " ".join(phone))


def _number(parts: list[str]) -> list[str]:
    digits = re.sub(r"[^0-9]", "", "".join(parts)).lstrip("0")
    return [digits[-DIGITS_COMPARED:]] if digits else []


def _runs(text: str) -> list[tuple[bool, list[str]]]:
    """The words in order, those of one phone number together."""
    runs: list[tuple[bool, list[str]]] = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        is_phone = PHONE_PART.match(word) is not None
        if runs and runs[-1][0] == is_phone:
            runs[-1][1].append(word)
        else:
            runs.append((is_phone, [word]))
    return runs
