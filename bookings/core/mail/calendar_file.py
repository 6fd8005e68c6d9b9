"""The lines of an iCalendar file (RFC 5545), for one that is written with every mail.

icalendar writes and reads all others: its objects took a seventh of what a mail costs (ADR 19).
"""

from collections.abc import Iterable
from datetime import UTC, datetime

LONGEST = 74  # octets; a line that goes on begins with a space, which makes 75


def text(value: object) -> str:
    told = str(value).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return told.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def quoted(value: str) -> str:
    """As a parameter, in which neither a line's end nor a double quote may stand (RFC 6868)."""
    told = value.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{told}"'


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def file_of(lines: Iterable[str]) -> bytes:
    return b"".join(_folded(line.encode()) + b"\r\n" for line in lines)


def _folded(line: bytes) -> bytes:
    """Neither a letter nor an escape is cut in two."""
    pieces, start = [], 0
    while len(line) - start > LONGEST:
        end = start + LONGEST
        while line[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        if line[end - 1] in b"\\^":
            end -= 1
        pieces.append(line[start:end])
        start = end
    return b"\r\n ".join([*pieces, line[start:]])
