"""The list of erased clients that a restored backup is held against.

A file to which lines are only added, outside of what a restore overwrites. It holds numbers and
instants, no names: the number and the moment a client became known name one row for ever, also
after a restore has begun to give out numbers anew.

Each line carries a checksum, and begins on a line of its own whatever a full disk or a power cut
has left before it. What cannot be read may be somebody who must not come back, so it is not passed
over.
"""

import fcntl
import json
import logging
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from bookings.models import Client

FIELDS = {"client", "known_since", "erased_at"}

logger = logging.getLogger(__name__)


class BadList(Exception):
    """In words: which line cannot be read, and what to do."""


@dataclass(frozen=True)
class Erased:
    client: int
    known_since: datetime
    at: datetime


def note(client: Client, *, at: datetime) -> None:
    """Add a line, and see it on the disk. Raises OSError; then the file is as it was."""
    record = {
        "client": client.pk,
        "known_since": client.created_at.isoformat(),
        "erased_at": at.isoformat(),
    }
    line = json.dumps({**record, "check": _checksum(record)}).encode() + b"\n"
    path = Path(settings.ERASURES_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        _append(file, line)
    finally:
        os.close(file)


def _append(file: int, line: bytes) -> None:
    """In whole or not at all."""
    end = os.lseek(file, 0, os.SEEK_END)
    if end and os.pread(file, 1, end - 1) != b"\n":
        line = b"\n" + line
    try:
        _write_all(file, line, at=end)
        os.fsync(file)
        if os.pread(file, len(line), end) != line:
            raise OSError(f"{settings.ERASURES_FILE} does not hold what was written to it.")
    except OSError:
        os.ftruncate(file, end)
        raise


def _write_all(file: int, data: bytes, *, at: int) -> None:
    """A disk that is nearly full takes a part and says so only by how much it took."""
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written


def read(path: Path | None = None) -> list[Erased]:
    """All of them. Raises BadList for a line that cannot be read, or a file that cannot be."""
    found = []
    for number, record in _records(path):
        if record is None:
            raise BadList(
                f"Line {number} of {path or settings.ERASURES_FILE} cannot be read; it may be of "
                "somebody who was erased. Take the line from a copy of the list; or delete it, if "
                "you know that the same client has another line or is erased in the backup."
            )
        found.append(record)
    return found


def _records(path: Path | None) -> Iterator[tuple[int, Erased | None]]:
    """Each line's number, and what it says; None where that cannot be read."""
    path = path or Path(settings.ERASURES_FILE)
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadList(f"{path} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _parsed(line)


def _parsed(line: bytes) -> Erased | None:
    try:
        record = json.loads(line)
        check = record.pop("check", None)  # older lines have none
        if set(record) != FIELDS or check not in (None, _checksum(record)):
            return None
        return Erased(
            int(record["client"]),
            datetime.fromisoformat(record["known_since"]),
            datetime.fromisoformat(record["erased_at"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _checksum(record: dict[str, Any]) -> str:
    return f"{zlib.crc32(json.dumps(record, sort_keys=True).encode()):08x}"


def add_missing() -> int:
    """What the database knows as erased and the file does not, because it could not be written."""
    records = dict(_records(None))
    if unreadable := [number for number, record in records.items() if record is None]:
        logger.error("Unreadable lines of the list of erasures: %s", unreadable)
    listed = {(one.client, one.known_since) for one in records.values() if one}
    missing = [
        (client, client.erased_at)
        for client in Client.objects.exclude(erased_at=None)
        if client.erased_at and (client.pk, client.created_at) not in listed
    ]
    for client, erased_at in missing:
        note(client, at=erased_at)
    return len(missing)
