"""Two languages that nobody speaks, to see whether pages and mails could bear another.

They are made from every sentence that is marked, and have the codes that CLDR keeps for such:
`en-xa` has accents and is two fifths longer, `ar-xb` runs from right to left. What is read without
accents in the one, or forwards in the other, is not marked for translation yet.
"""

import re
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from clinic.operations import catalogs

LONGER, RIGHT_TO_LEFT = "en-xa", "ar-xb"
GROWS_BY = 0.4
# What a translator leaves as it is: placeholders, tags, entities, addresses.
KEPT = re.compile(
    r"(%%|%(?:\(\w+\))?[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|\{[^{}]*\}|<[^<>]*>|&#?\w+;|https?://\S+)"
)
WORD = re.compile(r"[^\W\d_]+")
ACCENTS = str.maketrans("aeiouycnszAEIOUYCNSZ", "àéîõûýçñšžÀÉÎÕÛÝÇÑŠŽ")
# Letters of these stand in the order in which they are to be read, from the right.
BACKWARDS, AS_BEFORE = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{POP DIRECTIONAL FORMATTING}"


def write(folder: Path) -> None:
    """Compiles both catalogs there, where the site finds them as it finds any other."""
    marked = catalogs.marked_sentences()
    for language, in_it in ((LONGER, longer), (RIGHT_TO_LEFT, from_the_right)):
        catalog = Catalog(project="Taper")
        for message in marked:
            if message.id:
                catalog.add(message.id, _translated(message.id, in_it), context=message.context)
        place = folder / catalogs.folder_of(language)
        place.mkdir(parents=True, exist_ok=True)
        with (place / "django.mo").open("wb") as file:
            write_mo(file, catalog)


def longer(sentence: str) -> str:
    """Ŵith àççéñts: each word two fifths longer, as those of many languages are."""
    return _but_for_what_is_kept(sentence, _stretched)


def from_the_right(sentence: str) -> str:
    """Each word from right to left, so that it can still be read, with some patience."""
    return _but_for_what_is_kept(sentence, lambda word: f"{BACKWARDS}{word}{AS_BEFORE}")


def _translated(
    sentence: str | Sequence[str], in_it: Callable[[str], str]
) -> str | tuple[str, ...]:
    return in_it(sentence) if isinstance(sentence, str) else tuple(map(in_it, sentence))


def _but_for_what_is_kept(sentence: str, of_word: Callable[[str], str]) -> str:
    parts = KEPT.split(sentence)
    parts[::2] = [WORD.sub(lambda found: of_word(found[0]), part) for part in parts[::2]]
    return "".join(parts)


def _stretched(word: str) -> str:
    more = "".join(islice(cycle(word.lower()), round(len(word) * GROWS_BY)))
    return (word + more).translate(ACCENTS)
