"""Tables in workbooks (.xlsx): a zip of XML, which says beforehand how large it becomes."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bookings.core.records.tables import MOST_COLUMNS, MOST_ROWS, ListFault, Row, Unreadable

ZIP, OLD = b"PK", b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 50_000_000  # bytes of all sheets together; they are read a row at a time
MOST_SHARED = 12_000_000  # of the texts that cells share, which are all kept
MOST_BESIDE = 2_000_000  # of anything else
MOST_PARTS = 500
MOST_GAPS = 200_000  # empty rows before the next
# A parser keeps something of each element that it has met, and of a row all until its end.
MOST_ELEMENTS, MOST_SHARED_ELEMENTS = 3_000_000, 1_500_000
LONGEST_ROW = 2_000_000  # bytes
AT_ONCE = 250_000  # bytes
NOTHING = (None,) * (MOST_COLUMNS + 1)
A_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
# No program writes them into a sheet; they could look like rows.
HIDES_SOMETHING = (b"<!--", b"<![", b"<!D", b"<!E")
# Whatever may be wrong inside a file that somebody else wrote.
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, DefusedXmlException, ParseError, KeyError, ValueError,
    TypeError, AttributeError, IndexError, EOFError, OSError, RuntimeError, NotImplementedError,
    zlib.error,
)  # fmt: skip


def is_workbook(data: bytes) -> bool:
    return data.startswith((ZIP, OLD))


def rows_of(data: bytes) -> tuple[Iterator[Row], str]:
    """Of the first sheet in which anything stands. Raises Unreadable, also while one goes on."""
    if data.startswith(OLD):
        raise Unreadable(ListFault.OLD_WORKBOOK)
    _refuse_a_bomb(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except BROKEN as error:
        raise Unreadable(ListFault.BROKEN_WORKBOOK) from error
    return _read(book), "xlsx"


def _refuse_a_bomb(data: bytes) -> None:
    """By what the parts say of themselves, of which no more is ever unpacked, and hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as whole:
            parts = whole.infolist()
            _refuse_large(parts)
            for one in parts:
                _refuse_crowded(whole, one)
    except BROKEN as error:
        raise Unreadable(ListFault.BROKEN_WORKBOOK) from error


def _refuse_large(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise Unreadable(ListFault.TOO_LARGE_INSIDE)
    if any(one.file_size > _most_of(one.filename.lower()) for one in parts):
        raise Unreadable(ListFault.TOO_LARGE_INSIDE)


def _refuse_crowded(whole: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read through as bytes, before any parser makes objects of them."""
    name = part.filename.lower()
    is_sheet = _is_sheet(name)
    if not (is_sheet or _is_shared(name)):
        return
    elements = since = rows = 0
    before = b""
    with whole.open(part) as file:
        while piece := file.read(AT_ONCE):
            looked_at = before + piece
            found = len(A_ROW.findall(looked_at)) - len(A_ROW.findall(before))
            elements, rows, since = (
                elements + piece.count(b"<"),
                rows + found,
                0 if found else since + len(piece),
            )
            if any(one in looked_at for one in HIDES_SOMETHING):
                raise Unreadable(ListFault.BROKEN_WORKBOOK)
            if elements > (MOST_ELEMENTS if is_sheet else MOST_SHARED_ELEMENTS):
                raise Unreadable(ListFault.TOO_LARGE_INSIDE)
            if is_sheet and since > LONGEST_ROW:
                raise Unreadable(ListFault.TOO_LARGE_INSIDE)
            if rows > MOST_GAPS + MOST_ROWS:
                raise Unreadable(ListFault.TOO_MANY_ROWS)
            before = piece[-20:]


def _is_sheet(name: str) -> bool:
    return "/worksheets/" in f"/{name}"


def _is_shared(name: str) -> bool:
    return name.endswith("sharedstrings.xml")


def _most_of(name: str) -> int:
    if _is_sheet(name):
        return MOST_UNPACKED
    return MOST_SHARED if _is_shared(name) else MOST_BESIDE


def _read(book: Any) -> Iterator[Row]:
    found = False
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # which say what they like
            gaps = 0
            for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
                gaps = gaps + 1 if row == NOTHING else 0
                if gaps > MOST_GAPS:
                    raise Unreadable(ListFault.TOO_MANY_ROWS)
                found = found or not gaps
                yield [] if gaps else [_as_text(value) for value in row[: _width(row)]]
            if found:
                return
    except BROKEN as error:
        raise Unreadable(ListFault.BROKEN_WORKBOOK) from error
    finally:
        book.close()


def _width(row: tuple[Any, ...]) -> int:
    """Without the empty cells at its end, of which there are many."""
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return width


def _as_text(value: Any) -> str:
    """Days as ISO 8601 has them, so that nobody need guess; whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
