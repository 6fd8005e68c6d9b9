"""Catalogs of further languages: every sentence that is marked, and what stands for it.

Babel reads and compiles, so that no system gettext is needed. Templates are first turned into the
Python that marks the same sentences, which is what Django itself does for gettext.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    "Sentence": (1,),
    "wrong": (1,),  # of a field of the protocol
    "counted": (1, 2),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
MARK = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\s*\(")
APPS = ("bookings", "clinic", "therapists")


def folder_of(language: str) -> Path:
    """de/LC_MESSAGES, pt_BR/LC_MESSAGES: below a folder of LOCALE_PATHS."""
    return Path(to_locale(language)) / "LC_MESSAGES"


def marked_sentences() -> Catalog:
    """Every sentence of the pages, mails and refusals, with the files it stands in."""
    catalog = Catalog(project="Taper", charset="utf-8")
    for path, (line, sentence, comments, context) in extracted():
        where = [(path.relative_to(settings.BASE_DIR).as_posix(), line)]
        catalog.add(sentence, locations=where, auto_comments=comments, context=context)
    return catalog


def extracted() -> Iterator[tuple[Path, tuple[int, str | tuple[str, ...], list[str], str | None]]]:
    """The file, and of each mark in it the line, the sentence, remarks for translators, context."""
    for path, text in _sources():
        found = extract("python", BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators:",))
        yield from ((path, one) for one in found)


def _sources() -> Iterator[tuple[Path, str]]:
    """But for what has no mark at all, which would take longer to read than all the rest."""
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if MARK.search(text := path.read_text()):
                yield path, text
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            python = templatize(path.read_text(), origin=str(path))
            yield path, "\n".join(map(_marks_of, python.splitlines()))


def _marks_of(line: str) -> str:
    """A template's line, unless nothing but what stood for its text."""
    return line.lstrip() if "(" in line or "#" in line else ""


def keep(folder: Path, language: str, marked: Catalog) -> int:
    """Writes django.po and django.mo there; returns how many sentences have no words yet."""
    folder.mkdir(parents=True, exist_ok=True)
    po, mo = folder / "django.po", folder / "django.mo"
    catalog = Catalog(locale=to_locale(language), project="Taper")
    if po.exists():
        with po.open("rb") as file:
            catalog = read_po(file, locale=to_locale(language))
    catalog.update(marked)
    with po.open("wb") as file:
        write_po(file, catalog, sort_by_file=True, width=96)
    with mo.open("wb") as file:
        write_mo(file, catalog)
    return sum(1 for message in catalog if message.id and not any(message.string or ""))
