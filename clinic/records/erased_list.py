"""The list of erased clients that a restored backup is held against.

A file to which lines are only added, outside of what a restore overwrites. It holds numbers and
instants, no names: the number and the moment a client became known name one row for ever, also
after a restore has begun to give out numbers anew.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from bookings.models import Client


@dataclass(frozen=True)
class Erased:
    client: int
    known_since: datetime
    at: datetime


def note(client: Client, *, at: datetime) -> None:
    """Add a line, and see it on the disk. Raises OSError."""
    line = {
        "client": client.pk,
        "known_since": client.created_at.isoformat(),
        "erased_at": at.isoformat(),
    }
    path = Path(settings.ERASURES_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, (json.dumps(line) + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path | None = None) -> Iterator[Erased]:
    """All of them; a last line that was cut off is passed over, for it was never acted upon."""
    path = path or Path(settings.ERASURES_FILE)
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        try:
            data = json.loads(line)
        except json.JSONDecodeError:
            continue
        yield Erased(
            data["client"],
            datetime.fromisoformat(data["known_since"]),
            datetime.fromisoformat(data["erased_at"]),
        )


def add_missing() -> int:
    """What the database knows as erased and the file does not, because it could not be written."""
    listed = {(one.client, one.known_since) for one in read()}
    missing = [
        (client, client.erased_at)
        for client in Client.objects.exclude(erased_at=None)
        if client.erased_at and (client.pk, client.created_at) not in listed
    ]
    for client, erased_at in missing:
        note(client, at=erased_at)
    return len(missing)
