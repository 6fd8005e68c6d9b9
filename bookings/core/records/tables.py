"""A table as it stands in a file, within limits that keep whoever reads it small."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bookings.core.clients.phones import is_a_phone, is_too_short
from bookings.core.csv_safety import FORMULA

MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000  # letters; what is longer is a text, or a quotation mark without its second
MOST_LETTERS = 20_000_000  # of all cells; few bytes of a workbook may stand for many
LOOKED_AT_FOR_NAMES = 10  # rows, above which some systems write a title

Row = list[str]


class ListFault(StrEnum):
    """Why a file cannot be read as a table."""

    EMPTY = "empty"
    NOT_A_TABLE = "not a table"
    OLD_WORKBOOK = "an old or locked workbook"
    BROKEN_WORKBOOK = "a broken workbook"
    TOO_LARGE_INSIDE = "too large once unpacked"
    TOO_MANY_ROWS = "too many rows"
    TOO_MANY_COLUMNS = "too many columns"
    UNCLOSED_QUOTE = "a quotation mark without its second"


class Unreadable(Exception):
    """`row` is where, as a spreadsheet counts, where there is such a place."""

    def __init__(self, fault: ListFault, row: int = 0):
        super().__init__(fault.value)
        self.fault = fault
        self.row = row


@dataclass(frozen=True)
class ListTable:
    """The names of the columns, and each further row with its number as a spreadsheet counts."""

    names: Row
    rows: list[tuple[int, Row]]
    how: str  # in which encoding, and what stands between two cells; of a workbook, its sheet


def table_of(rows: Iterable[Row], how: str, known: frozenset[str]) -> ListTable:
    """Raises Unreadable. `known` are the names that columns have elsewhere, folded by `plain`."""
    counted = list(_counted(rows))
    if not counted:
        raise Unreadable(ListFault.EMPTY)
    at = _row_of_names(counted, known)
    if at is None:
        width = max(len(row) for _number, row in counted)
        return ListTable([""] * width, [(n, _wide(row, width)) for n, row in counted], how)
    names = counted[at][1]
    rest = counted[at + 1 :]
    width = max([len(names), *(len(row) for _number, row in rest)])
    return ListTable(_wide(names, width), [(n, _wide(row, width)) for n, row in rest], how)


def plain(name: str) -> str:
    """A column's name as it is compared: "E-mail address:" is "e mail address"."""
    return " ".join(re.sub(r"[^\w#]+|_", " ", name.lower()).split())


def undisarmed(text: str) -> str:
    """Without the apostrophe by which an export keeps a formula from running; it stays text."""
    bare = text.replace("\0", "").strip()
    return bare[1:].strip() if bare.startswith("'") and is_formula(bare[1:]) else bare


def is_formula(text: str) -> bool:
    return text.lstrip(" \n").startswith(FORMULA)


def _counted(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Those in which anything stands, within the limits."""
    found = letters = 0
    for number, row in enumerate(rows, start=1):
        row = [undisarmed(cell) for cell in row]
        while row and not row[-1]:
            row.pop()
        if not row:
            continue
        if len(row) > MOST_COLUMNS:
            raise Unreadable(ListFault.TOO_MANY_COLUMNS, number)
        found += 1
        if found > MOST_ROWS + 1:
            raise Unreadable(ListFault.TOO_MANY_ROWS)
        row = [cell[:LONGEST_CELL] for cell in row]
        letters += sum(map(len, row))
        if letters > MOST_LETTERS:
            raise Unreadable(ListFault.TOO_LARGE_INSIDE)
        yield number, row


def _row_of_names(rows: list[tuple[int, Row]], known: frozenset[str]) -> int | None:
    """The one with most names that are known; without any, the first, unless people stand in it."""
    scores = [
        sum(plain(cell) in known for cell in row) for _number, row in rows[:LOOKED_AT_FOR_NAMES]
    ]
    if max(scores):
        return scores.index(max(scores))
    return None if any(map(_is_somebodys, rows[0][1])) else 0


def _is_somebodys(cell: str) -> bool:
    """An address or a phone number, which no column is called."""
    return "@" in cell or (is_a_phone(cell) and not is_too_short(cell))


def _wide(row: Row, width: int) -> Row:
    return row + [""] * (width - len(row))
