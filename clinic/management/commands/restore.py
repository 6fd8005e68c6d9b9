"""manage.py restore: a backup becomes the database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.mail import controls
from bookings.queries.office.backups import OURS
from clinic.operations.backups import restore
from clinic.operations.backups.archive import BadArchive, Manifest
from clinic.operations.backups.programs import ProgramMissing
from clinic.operations.database import in_words
from clinic.records import erased_list
from clinic.records.erased_list import BadList

FAULTS = (ProgramMissing, BadArchive, BadList, restore.RestoreFailed, ValueError)


class Command(BaseCommand):
    help = (
        "Stop web, worker and beat first. Puts the backup in the database's place and pauses all "
        "mail in one transaction, migrates it, and erases anew who has been erased since."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("file", type=Path, nargs="?")
        which.add_argument("--newest", action="store_true", help=_("of those in BACKUP_FOLDER"))
        parser.add_argument("--replace", action="store_true", help="even what is there now")
        parser.add_argument("--check", action="store_true", help="reads it, changes nothing")

    def handle(
        self, *, file: Path | None, replace: bool, check: bool, newest: bool, **_options: Any
    ) -> None:
        try:
            key = settings.BACKUP_KEY
            file = file if file and not newest else _newest()
            manifest = restore.examine(file, key)
            self.stdout.write(f"{file} is whole: {_summary(manifest)}")
            self.stdout.write(f"{len(erased_list.read())} erasures in {settings.ERASURES_FILE}.")
            if check:
                return
            _refuse_to_overwrite(replace=replace)
            restore.restore(file, manifest, key)
        except FAULTS as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was changed. {in_words(error)}") from error
        self.stdout.write(_("The backup is in the database's place. All mail is paused."))
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
            controls.pause(by="restore", now=timezone.now())  # for states that had no pause yet
            call_command("reapply_erasures", stdout=self.stdout)
        except (Exception, KeyboardInterrupt) as error:
            raise CommandError(
                "The backup is in the database's place, but whoever was erased since is not yet "
                f"erased again: {error or type(error).__name__}\n"
                "Run manage.py migrate and manage.py reapply_erasures before anything is started."
            ) from error
        self.stdout.write(_("Restored. Look at /desk/mails/, then let mail go on."))


def _newest() -> Path:
    folder = Path(settings.BACKUP_FOLDER)
    if not (ours := [path for path in folder.glob("*.backup") if OURS.fullmatch(path.name)]):
        raise BadArchive(_("There is no backup in {folder}.").format(folder=folder))
    return max(ours)


def _summary(manifest: Manifest) -> str:
    facts, rows = manifest.facts, manifest.facts.rows
    made = f"made {facts.made_at} by Taper {facts.taper}"
    return f"{made}, {sum(rows.values()):,} rows in {len(rows)} tables."


def _refuse_to_overwrite(*, replace: bool) -> None:
    there = restore.row_counts()
    if there and not replace:
        raise CommandError(
            f"Nothing was changed. This database has {len(there)} tables with "
            f"{sum(there.values()):,} rows; --replace puts the backup in their place."
        )
