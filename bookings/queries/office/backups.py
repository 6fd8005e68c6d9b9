"""When the last backup was made, by the names in its folder."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

NAME = "taper-%Y%m%dT%H%M%SZ.backup"
OURS = re.compile(r"taper-\d{8}T\d{6}Z\.backup")
NIGHTLY = timedelta(hours=36)  # and no more since the last backup


def newest(folder: Path) -> datetime | None:
    names = [path.name for path in folder.glob("*.backup") if OURS.fullmatch(path.name)]
    return datetime.strptime(max(names), NAME).replace(tzinfo=UTC) if names else None


def last_backup() -> datetime | None:
    return newest(Path(settings.BACKUP_FOLDER))
