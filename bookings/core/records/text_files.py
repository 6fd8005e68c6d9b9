"""Tables in text: whatever the encoding, and whatever stands between two cells."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from bookings.core.records.tables import ListFault, Row, Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Five places of Windows-1252 hold nothing; whoever has them wrote in something else.
WESTERN = "cp1252"
SEPARATORS = ",;\t|"
TRIED_ON = 50  # rows
LOOKED_AT = 4_000  # bytes or letters, for an encoding and a separator
UNCLOSED = 20_000  # letters of one cell, and no list of clients has such
SAYS_IT_ITSELF = "sep="  # Excel's own first line


def rows_of(data: bytes) -> tuple[Iterator[Row], str]:
    """The rows, and how they were read. Raises Unreadable, also while one goes through them."""
    text, encoding = decoded(data)
    said, text = _what_it_says(text)
    separator = said or separator_of(text)
    return _read(text, separator), f"{encoding} {separator}"


def decoded(data: bytes) -> tuple[str, str]:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "")
    for name in filter(None, (encoding, _without_a_mark(data), "utf-8", WESTERN)):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # no text has it, and every picture does
            break
        return text, name.removesuffix("-sig")
    raise Unreadable(ListFault.NOT_A_TABLE)


def _without_a_mark(data: bytes) -> str:
    """UTF-16 whose letters are mostly Western: every second byte is nothing."""
    head = data[:LOOKED_AT]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) / 5 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) / 5 and not odd else ""


def separator_of(text: str) -> str:
    """By which the first rows have the same number of cells, and most of them."""
    return max(SEPARATORS, key=lambda one: _fit(text, one))


def _fit(text: str, separator: str) -> tuple[float, int]:
    widths = Counter[int]()
    try:
        rows = csv.reader(io.StringIO(text[: LOOKED_AT * 10], newline=""), delimiter=separator)
        for _number, row in zip(range(TRIED_ON), rows, strict=False):
            widths[len(row)] += bool(row)
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    width, times = widths.most_common(1)[0]
    return (times / widths.total() if width > 1 else 0), width


def _what_it_says(text: str) -> tuple[str, str]:
    first, _newline, rest = text.partition("\n")
    said = first.strip().removeprefix(SAYS_IT_ITSELF)
    if first.lower().startswith(SAYS_IT_ITSELF) and len(said) == 1:
        return said, rest
    return ("\t", rest) if first.strip("\r").lower() == "sep=\t" else ("", text)


def _read(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if any(len(cell) > UNCLOSED for cell in row):
                raise Unreadable(ListFault.UNCLOSED_QUOTE, number)
            yield row
    except csv.Error as error:
        raise Unreadable(ListFault.UNCLOSED_QUOTE, number + 1) from error
