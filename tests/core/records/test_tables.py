"""Tables out of files: in whatever encoding, and never more than fits."""

import io
import resource
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bookings.core.records import text_files, workbooks
from bookings.core.records.fields import known_names
from bookings.core.records.tables import ListFault, ListTable, Unreadable, table_of

NAMES = "First name;Last name;Email"
PEOPLE = [["Zoë", "O’Brien", "zoe@example.com"], ["Bo", "two\nlines, and more", ""]]


def read(data: bytes) -> ListTable:
    reader = workbooks if workbooks.is_workbook(data) else text_files
    rows, how = reader.rows_of(data)
    return table_of(rows, how, known_names())


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A workbook of which one part is another."""
    file = io.BytesIO()
    was = zipfile.ZipFile(io.BytesIO(workbook(["Name"], ["Ana"])))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for one in {*was.namelist(), name}:
            made.writestr(one, content if one == name else was.read(one))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_one_list_reads_the_same_in_every_encoding(encoding, separator):
    cells = [NAMES.split(";"), *PEOPLE]
    lines = (separator.join('"' + cell + '"' for cell in row) for row in cells)
    table = read("\r\n".join(lines).encode(encoding))
    assert table.names == NAMES.split(";")
    assert [row for _number, row in table.rows] == PEOPLE


def test_a_workbook_reads_as_the_list_does():
    table = read(workbook(NAMES.split(";"), *PEOPLE))
    assert (table.names, [row for _n, row in table.rows]) == (NAMES.split(";"), PEOPLE)


def test_days_times_and_numbers_of_a_workbook_are_told_as_they_are_shown():
    told = {
        date(2026, 12, 1): "2026-12-01",
        datetime(2026, 12, 1, 10, 30): "2026-12-01 10:30",  # noqa: DTZ001 - as workbooks have them
        datetime(2026, 12, 1, 23, 59): "2026-12-01 23:59",  # noqa: DTZ001
        time(9, 5): "09:05:00",
        7: "7",
        447700900123: "447700900123",
        1.5: "1.5",
        True: "True",
        "=1+1": "",  # worked out by whoever has opened it, and nobody has
        "00700": "00700",
    }
    table = read(workbook([], ["Name", *"bcdefghij"], ["", *[None] * 9], list(told)))
    assert table.rows == [(4, list(told.values()))]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), max_size=4),
        max_size=6,
    )
)
def test_whatever_people_write_is_read_or_refused_in_words(rows):
    data = "\n".join(",".join(row) for row in rows).encode()
    try:
        table = read(data)
    except Unreadable:
        return
    assert all(len(row) == len(table.names) for _number, row in table.rows)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
        with suppress(Unreadable):
            read(start + data)


def test_a_title_above_the_names_is_no_row_and_a_list_without_names_loses_nobody():
    titled = read(b"Clients of the clinic\n\nName,Email\nAna,ana@example.com\n")
    assert titled.names == ["Name", "Email"]
    assert titled.rows == [(4, ["Ana", "ana@example.com"])]
    bare = read(b"Ana,ana@example.com\nBo,bo@example.com\n")
    assert bare.names == ["", ""]
    assert len(bare.rows) == 2
    for first in ("Ana,0770 1112223", "Ana,+44 (7700) 900123"):
        assert read(f"{first}\nBo,\n".encode()).names == ["", ""]
    assert read(b"Whom,2026\nAna,x\n").names == ["Whom", "2026"]


def test_what_an_export_has_disarmed_is_itself_again():
    table = read(b"Name,Phone\nAna,'+44 7700 900123\nO'Brien,'quoted'\n")
    assert [row for _n, row in table.rows] == [["Ana", "+44 7700 900123"], ["O'Brien", "'quoted'"]]


def test_excels_own_first_line_is_believed():
    assert read(b"sep=;\r\nName;Email\r\nAna, B;a@example.com\r\n").rows[0][1][0] == "Ana, B"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", ListFault.EMPTY),
        (b"\n\n ; \n", ListFault.EMPTY),
        (b"\x89PNG\r\n\0\0\0", ListFault.NOT_A_TABLE),
        (b"\xd0\xcf\x11\xe0 and more", ListFault.OLD_WORKBOOK),
        (b"PK\x03\x04 and no more", ListFault.BROKEN_WORKBOOK),
        (b'Name,Email\n"Ana,' + b"x\n" * 11_000, ListFault.UNCLOSED_QUOTE),
        (b"Name,Email\n" + b"Ana,a@example.com\n" * 100_000, ListFault.TOO_MANY_ROWS),
        (b"Name," + b",x" * 201, ListFault.TOO_MANY_COLUMNS),
    ],
    ids=lambda one: one.value if isinstance(one, ListFault) else "",
)
def test_what_cannot_be_read_says_why(data, fault):
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert refused.value.fault is fault


def _cells(of_one: bytes, times: int) -> bytes:
    return HEAD + of_one * times + TAIL


def elsewhere(sheet: bytes) -> bytes:
    """A workbook whose first sheet lies in a part that is called otherwise."""
    links = zipfile.ZipFile(io.BytesIO(workbook(["Name"]))).read("xl/_rels/workbook.xml.rels")
    moved = with_part("xl/_rels/workbook.xml.rels", links.replace(b"worksheets/sheet1", b"notes"))
    with zipfile.ZipFile(file := io.BytesIO(moved), "a") as made:
        made.writestr("xl/notes.xml", sheet)
    return file.getvalue()


def shared(letters: int, *, columns: int, rows: int) -> bytes:
    """A workbook of a few kilobytes whose cells all have the same text."""
    sheet = _cells(b"<row>" + b'<c t="s"><v>0</v></c>' * columns + b"</row>", rows)
    text = b"<si><t>" + b"x" * letters + b"</t></si>"
    with zipfile.ZipFile(file := io.BytesIO(with_part(SHEET, sheet)), "a") as made:
        strings = HEAD.replace(b"worksheet ", b"sst ").replace(b"<sheetData>", text) + b"</sst>"
        made.writestr("xl/sharedStrings.xml", strings, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def understated() -> bytes:
    """A part of 60 MB that says of itself it has ten bytes."""
    data = bytearray(with_part("xl/sharedStrings.xml", b"<sst>" + b" " * 60_000_000 + b"</sst>"))
    said = struct.pack("<I", 60_000_011)
    while (at := data.find(said)) >= 0:
        data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


ONE = b"<c><v>1</v></c>"
NEAR = b'<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMBS = {
    "a part that unpacks to 60 MB": lambda: with_part(SHEET, HEAD + b" " * 60_000_000 + TAIL),
    "one row of millions of cells": lambda: with_part(
        SHEET, _cells(b"<row>" + b"<c/>" * 2_500_000 + b"</row>", 1)
    ),
    "millions of empty rows": lambda: with_part(SHEET, _cells(b"<row/>", 2_900_000)),
    "a cell near and a cell far out": lambda: with_part(SHEET, _cells(NEAR + FAR, 1)),
    "the same in a part of another name": lambda: elsewhere(_cells(NEAR + FAR, 1)),
    "far out without saying where": lambda: with_part(
        SHEET,
        HEAD
        + b"<row>"
        + b"<c/>" * 9_999
        + ONE
        + b"</row>"
        + b"<row/>" * 999
        + b"<row>"
        + ONE
        + b"</row>"
        + TAIL,
    ),
    "the same in other spelling": lambda: with_part(
        SHEET,
        (HEAD + NEAR + FAR + TAIL)
        .replace(b"<", b"<x:")
        .replace(b"<x:/", b"</x:")
        .replace(b"xmlns=", b"xmlns:x=")
        .replace(b'r="', b"r = '")
        .replace(b'"><', b"'><")
        .replace(b'">', b"'>"),
    ),
    "more than a part says it has": lambda: understated(),
    "texts that unpack to 30 MB": lambda: with_part(
        "xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 6_000_000 + b"</sst>"
    ),
    "one long text in every cell": lambda: shared(32_000, columns=37, rows=2_500),
    "entities of entities": lambda: with_part(
        "xl/workbook.xml",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><workbook>&b;'
        b"</workbook>",
    ),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_before_it_is_large(bomb):
    data = bomb()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreadable):
        read(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes


def test_a_cell_far_out_and_a_row_far_down_cost_nothing():
    with pytest.raises(Unreadable):
        read(with_part(SHEET, _cells(FAR, 1)))
    styled = b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read(with_part(SHEET, _cells(NEAR + styled, 1))).rows == []
