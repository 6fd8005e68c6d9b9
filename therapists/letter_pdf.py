"""A letter as PDF: one page of A4 or more, in the site's own type, and no name in its metadata."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, cast

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import dateformat
from django.utils.translation import gettext as _

from bookings.models import Clinic
from therapists.core.private import Private
from therapists.models import Letter

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

FONTS = {
    "Figtree": "vendor/figtree/figtree-latin-wght-normal.woff2",
    "Figtree wide": "vendor/figtree/figtree-latin-ext-wght-normal.woff2",
    "Vietnamese": "vendor/bricolage/bricolage-grotesque-vietnamese-wght-normal.woff2",
}
UNKNOWN = "?"  # where the type has no such letter, so that none goes missing unseen
WEIGHT: dict[str, float] = {"wght": 400}
MARGIN, LINE, SIZE = 25, 6, 11  # mm, mm, points


@dataclass(frozen=True, repr=False)
class LetterText(Private):
    """What a letter says: the lines of an address, and paragraphs.

    `name` is the client's as it can be printed, where their own cannot.
    """

    to: str
    text: str
    name: str = ""


def paragraphs(letter: Letter, written: LetterText, clinic: Clinic, day: date) -> list[str]:
    """In order, each to be set apart from the next."""
    client = letter.note.appointment.whose
    name = written.name or client.name
    about = _("About {name}").format(name=name)
    if client.date_of_birth:
        born = dateformat.format(client.date_of_birth, "j F Y")
        about = _("About {name}, born {born}").format(name=name, born=born)
    signed = _("{name}, {clinic}").format(name=letter.signed_by.name, clinic=clinic.name)
    return [
        "\n".join(filter(None, [clinic.name, clinic.address, clinic.phone])),
        written.to,
        dateformat.format(day, "j F Y"),
        about,
        written.text,
        signed,
        _("{name} has a copy of this letter.").format(name=name),
    ]


def drawn(letter: Letter, written: LetterText, clinic: Clinic) -> bytes:
    pdf = _in_our_type()
    pdf.set_title(_("Letter"))
    pdf.set_creation_date(letter.signed_at)
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.add_page()
    day = clinic.day_of(letter.signed_at)
    for paragraph in paragraphs(letter, written, clinic, day):
        pdf.multi_cell(0, LINE, legible(paragraph), align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(LINE)
    return bytes(pdf.output())


def unprintable(text: str) -> str:
    """The letters, each once and in order, for which the type has none."""
    seen = dict.fromkeys(unicodedata.normalize("NFC", text))
    return "".join(one for one in seen if not one.isspace() and ord(one) not in _letters())


def legible(text: str) -> str:
    """As it is printed: what the type has no letter for is marked."""
    missing = str.maketrans(dict.fromkeys(unprintable(text), UNKNOWN))
    return unicodedata.normalize("NFC", text).translate(missing)


@cache
def _letters() -> frozenset[int]:
    fonts = cast("list[TTFFont]", list(_in_our_type().fonts.values()))  # no built-in one
    known = frozenset(code for font in fonts for code in font.cmap)
    for font in fonts:  # nothing is drawn with these
        font.ttfont.close()
    return known


def _in_our_type() -> "FPDF":
    from fpdf import FPDF  # noqa: PLC0415 - see LOADED_LATE in tests/house/test_floors.py

    pdf = FPDF(format="A4")
    main, *others = FONTS
    for family, name in FONTS.items():
        pdf.add_font(family, fname=_found(name), variations=WEIGHT)
    pdf.set_fallback_fonts(others)
    pdf.set_font(main, size=SIZE)
    return pdf


def _found(name: str) -> str:
    """In the sources, or where they have been collected."""
    return finders.find(name) or staticfiles_storage.path(name)
