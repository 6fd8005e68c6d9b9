"""manage.py backup: the whole database in one file, while the clinic works."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Seen
from clinic.operations.backups import create, encryption, rotate
from clinic.operations.backups.noting import note
from clinic.operations.backups.programs import ProgramMissing
from clinic.operations.database import in_words

NOT_SEALED = gettext_lazy(
    "No backup was made. Set BACKUP_KEY, as manage.py make_secrets prints it, and it is sealed; "
    "--unsealed makes one that anybody can read who has it."
)


class Command(BaseCommand):
    help = (
        "Writes a backup to BACKUP_FOLDER, sealed with BACKUP_KEY, and deletes those that are "
        "neither among the newest days nor weeks to be kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=Path(settings.BACKUP_FOLDER))
        parser.add_argument(
            "--unsealed", action="store_true", help=_("without BACKUP_KEY: whoever has it reads it")
        )
        parser.add_argument("--daily", type=int, default=settings.BACKUPS_DAILY)
        parser.add_argument("--weekly", type=int, default=settings.BACKUPS_WEEKLY)

    def handle(
        self, *, folder: Path, daily: int, weekly: int, unsealed: bool, **_options: Any
    ) -> None:
        if not settings.BACKUP_KEY and not unsealed:
            raise CommandError(str(NOT_SEALED))
        try:
            path, manifest = create.make(folder, key=settings.BACKUP_KEY, now=timezone.now())
            gone = rotate.rotate(folder, daily=daily, weekly=weekly)
        except (ProgramMissing, create.BackupFailed, ValueError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        except DatabaseError as error:
            raise CommandError(f"No backup was made. {in_words(error)}") from error
        rows = sum(manifest.facts.rows.values())
        self.stdout.write(
            f"{path}: {rows:,} rows, {manifest.size:,} bytes, sha256 {manifest.sha256}"
        )
        self.stdout.write(f"Deleted because newer ones are kept: {len(gone)}")
        note(Seen.BACKUP, say=self.stderr.write, **_facts_of(path))
        if not settings.BACKUP_KEY:
            self.stderr.write(_("Not sealed: keep it where nobody can read it."))


def _facts_of(path: Path) -> dict[str, Any]:
    """By which it is known later that it is there, whole, and opens with the key that is set."""
    key = settings.BACKUP_KEY
    sealed_for = encryption.fingerprint(key) if key else ""
    size = path.stat().st_size
    return {
        "is_sealed": bool(key),
        "sealed_for": sealed_for,
        "path": str(path.resolve()),
        "size": size,
    }
