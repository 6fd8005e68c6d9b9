"""A letter as PDF: one page of A4 or more, in the site's own type, and no name in its metadata."""

from dataclasses import dataclass
from datetime import date

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import dateformat
from django.utils.translation import gettext as _

from bookings.models import Clinic
from therapists.core.private import Private
from therapists.models import Letter

FONTS = {
    "Figtree": "vendor/figtree/figtree-latin-wght-normal.woff2",
    "Figtree wide": "vendor/figtree/figtree-latin-ext-wght-normal.woff2",
}
WEIGHT: dict[str, float] = {"wght": 400}
MARGIN, LINE, SIZE = 25, 6, 11  # mm, mm, points


@dataclass(frozen=True, repr=False)
class LetterText(Private):
    """What a letter says: the lines of an address, and paragraphs."""

    to: str
    text: str


def paragraphs(letter: Letter, written: LetterText, clinic: Clinic, day: date) -> list[str]:
    """In order, each to be set apart from the next."""
    client = letter.note.appointment.whose
    about = _("About {name}").format(name=client.name)
    if client.date_of_birth:
        born = dateformat.format(client.date_of_birth, "j F Y")
        about = _("About {name}, born {born}").format(name=client.name, born=born)
    signed = _("{name}, {clinic}").format(name=letter.signed_by.name, clinic=clinic.name)
    return [
        "\n".join(filter(None, [clinic.name, clinic.address, clinic.phone])),
        written.to,
        dateformat.format(day, "j F Y"),
        about,
        written.text,
        signed,
        _("{name} has a copy of this letter.").format(name=client.name),
    ]


def drawn(letter: Letter, written: LetterText, clinic: Clinic) -> bytes:
    from fpdf import FPDF  # noqa: PLC0415 - see LOADED_LATE in tests/house/test_floors.py

    pdf = FPDF(format="A4")
    pdf.set_title(_("Letter"))
    pdf.set_creation_date(letter.signed_at)
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    for family, name in FONTS.items():
        pdf.add_font(family, fname=_found(name), variations=WEIGHT)
    pdf.set_fallback_fonts(["Figtree wide"])
    pdf.set_font("Figtree", size=SIZE)
    pdf.add_page()
    day = clinic.day_of(letter.signed_at)
    for paragraph in paragraphs(letter, written, clinic, day):
        pdf.multi_cell(0, LINE, paragraph, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(LINE)
    return bytes(pdf.output())


def _found(name: str) -> str:
    """In the sources, or where they have been collected."""
    return finders.find(name) or staticfiles_storage.path(name)
