"""Tables in workbooks (.xlsx): a zip of XML, which is looked through before anything is made of it.

The reader lays a sheet out whole, as far as its last cell lies, and would end the process if that
were too far. So it is only given what was read here first, part by part.
"""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from bookings.core.records.tables import MOST_LETTERS, ListFault, Row, Unreadable

ZIP, OLD = b"PK", b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 50_000_000  # bytes of all parts together
MOST_SHARED = 12_000_000  # of the texts that cells share
MOST_BESIDE = 2_000_000  # of anything else but a sheet
MOST_PARTS = 500
MOST_ELEMENTS = 1_500_000  # of one part
MOST_PLACES = 2_500_000  # from the first to the last cell, of 32 bytes each, empty or not
MOST_ROWS_MET = 250_000  # empty or not
LAST_COLUMN = 16_384  # XFD
TEXTS = "sharedstrings.xml"
READ = (".xml", ".rels")  # no pictures, and none of the other kinds that the reader knows
A_SHEET = b"sheetData"  # without which the reader finds no cells, whatever the part is called
ENTITIES = b"<!DOCTYPE"  # no program writes them into a workbook
AT_ONCE = 250_000  # bytes
DIGITS = "0123456789"
# Whatever may be wrong inside a file that somebody else wrote.
BROKEN = (
    zipfile.BadZipFile, CalamineError, ExpatError, KeyError, ValueError, TypeError, IndexError,
    EOFError, OSError, RuntimeError, NotImplementedError, OverflowError, zlib.error,
)  # fmt: skip


def is_workbook(data: bytes) -> bool:
    return data.startswith((ZIP, OLD))


def rows_of(data: bytes) -> tuple[Iterator[Row], str]:
    """Of the first sheet in which anything stands. Raises Unreadable, also while one goes on."""
    if data.startswith(OLD):
        raise Unreadable(ListFault.OLD_WORKBOOK)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_looked_through(data)))
    except BROKEN as error:
        raise Unreadable(ListFault.BROKEN_WORKBOOK) from error
    return _read(book), "xlsx"


def _looked_through(data: bytes) -> bytes:
    """The same workbook, with what was looked through alone and no more than it said it has."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(copy, "w") as made:
        parts = whole.infolist()
        _refuse_large(parts)
        texts, sheets = _Texts(), []
        for one in parts:
            name = one.filename.lower()
            if not name.endswith(READ):
                continue
            content = _looked_at(whole, one)
            made.writestr(one.filename, content)
            if name.endswith(TEXTS):
                _parse(texts.parser, content)
            elif A_SHEET in content:
                sheets.append(_LaidOut())
                _parse(sheets[-1].parser, content)
        _refuse_repeated([one.shared for one in sheets], texts.lengths)
    return copy.getvalue()


def _refuse_large(parts: list[zipfile.ZipInfo]) -> None:
    """By what the parts say of themselves, of which no more is ever unpacked."""
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise Unreadable(ListFault.TOO_LARGE_INSIDE)
    if any(one.file_size > _most_of(one.filename.lower()) for one in parts):
        raise Unreadable(ListFault.TOO_LARGE_INSIDE)
    if len({one.filename.lower() for one in parts}) < len(parts):
        raise Unreadable(ListFault.BROKEN_WORKBOOK)


def _most_of(name: str) -> int:
    if "/worksheets/" in f"/{name}":
        return MOST_UNPACKED
    return MOST_SHARED if name.endswith(TEXTS) else MOST_BESIDE


def _refuse_repeated(sheets: list[Counter[int]], texts: list[int]) -> None:
    """Of texts that cells share the reader makes one for each cell."""
    for shared in sheets:
        letters = (texts[n] * many for n, many in shared.items() if n < len(texts))
        if sum(letters) > MOST_LETTERS:
            raise Unreadable(ListFault.TOO_LARGE_INSIDE)


def _looked_at(whole: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    content = whole.read(part)
    if ENTITIES in content or content.count(b"<") > 2 * MOST_ELEMENTS:
        raise Unreadable(ListFault.TOO_LARGE_INSIDE)
    return content


def _parse(parser: XMLParserType, content: bytes) -> None:
    for start in range(0, len(content), AT_ONCE):
        parser.Parse(content[start : start + AT_ONCE])
    parser.Parse(b"", True)


class _Texts:
    """How long each of the texts is that cells share."""

    def __init__(self) -> None:
        self.parser = ParserCreate()
        self.parser.StartElementHandler = self._begins
        self.parser.CharacterDataHandler = self._says
        self.lengths: list[int] = []

    def _begins(self, name: str, _said: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def _says(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _LaidOut:
    """Counts the places of a sheet as the reader counts them, and how often each shared text
    stands there. Raises Unreadable for too many places.
    """

    def __init__(self) -> None:
        self.parser = ParserCreate()
        self.parser.StartElementHandler = self._begins
        self.parser.EndElementHandler = self._ends
        self.parser.CharacterDataHandler = self._says
        self.shared = Counter[int]()
        self.is_shared, self.number = False, ""
        self.met = self.row = self.column = self.rows = self.columns = 0
        self.is_sheet = False

    def _begins(self, name: str, said: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        if not self.is_sheet:
            self.is_sheet = bare == "sheetData"
        elif bare == "row":
            self.met += 1
            if self.met > MOST_ROWS_MET:
                raise Unreadable(ListFault.TOO_MANY_ROWS)
            self._go_to(int(said["r"]) if "r" in said else self.row + 1, 0)
        elif bare == "c":
            self.is_shared, self.number = said.get("t") == "s", ""
            self._meet_cell(said.get("r"))
        else:
            self.number = ""
            self._count()

    def _says(self, text: str) -> None:
        if self.is_shared:
            self.number += text

    def _ends(self, name: str) -> None:
        if self.is_shared and name.rpartition(":")[2] == "v":
            self.shared[int(self.number)] += 1
            self.number = ""

    def _meet_cell(self, place: str | None) -> None:
        if place is None:
            self._go_to(self.row, self.column + 1)
            return
        letters = place.rstrip(DIGITS)
        self._go_to(int(place[len(letters) :]), _number_of(letters))

    def _go_to(self, row: int, column: int) -> None:
        if row < self.row or column > LAST_COLUMN:  # no program writes that
            raise Unreadable(ListFault.BROKEN_WORKBOOK)
        self.row, self.column = row, column

    def _count(self) -> None:
        """Something stands in the cell."""
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
        if self.rows * self.columns > MOST_PLACES:
            raise Unreadable(ListFault.TOO_LARGE_INSIDE)


@cache
def _number_of(letters: str) -> int:
    """A is 1, and AA is 27. Raises ValueError for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _read(book: CalamineWorkbook) -> Iterator[Row]:
    found = False
    try:
        for about in book.sheets_metadata:
            if found or about.typ is not SheetTypeEnum.WorkSheet:
                continue
            for row in book.get_sheet_by_name(about.name).iter_rows():
                cells = [_as_text(value) for value in row]
                found = found or any(cells)
                yield cells
    except BROKEN as error:
        raise Unreadable(ListFault.BROKEN_WORKBOOK) from error


def _as_text(value: Any) -> str:
    """Days as ISO 8601 has them, so that nobody need guess; whole numbers without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
