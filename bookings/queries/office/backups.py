"""When the last backup was made: as it was noted, or by the names in its folder."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Min

from bookings.models import LastSeen, Seen, User

NAME = "taper-%Y%m%dT%H%M%SZ.backup"
OURS = re.compile(r"taper-\d{8}T\d{6}Z\.backup")
NIGHTLY = timedelta(hours=36)  # and no more since the last backup


def newest(folder: Path) -> datetime | None:
    names = [path.name for path in folder.glob("*.backup") if OURS.fullmatch(path.name)]
    return datetime.strptime(max(names), NAME).replace(tzinfo=UTC) if names else None


def last_backup() -> datetime | None:
    """Of the files that we see; whoever makes backups may keep them where we do not."""
    return newest(Path(settings.BACKUP_FOLDER))


def last_made() -> datetime | None:
    noted = LastSeen.objects.of(Seen.BACKUP)
    times = (last_backup(), noted.at if noted else None)
    return max((at for at in times if at), default=None)


def is_gone(noted: LastSeen) -> bool:
    """The file of the newest backup, or a part of it, is not where it was written.

    Of a folder that is not to be seen from here nothing is known; a backup that was put back may
    have noted a file that has gone since because newer ones are kept.
    """
    path, size = Path(noted.facts.get("path", "")), noted.facts.get("size")
    if size is None or not path.parent.is_dir():
        return False
    try:
        return path.stat().st_size != size
    except FileNotFoundError:
        there = newest(path.parent)
        return there is None or there.strftime(NAME) < path.name
    except OSError:
        return True


def is_missing(*, now: datetime) -> bool:
    """A clinic that opened yesterday need not have one yet."""
    made = last_made()
    return now - made > NIGHTLY if made else is_older(NIGHTLY, now=now)


def is_older(age: timedelta, *, now: datetime) -> bool:
    """The clinic, by its first login."""
    opened = User.objects.aggregate(at=Min("created_at"))["at"]
    return opened is not None and now - opened > age
