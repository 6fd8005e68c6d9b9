"""manage.py restore: a backup becomes the database."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bookings.actions.mail import controls
from clinic.operations.backups import restore
from clinic.operations.backups.archive import BadArchive, Manifest
from clinic.operations.backups.programs import ProgramMissing

FAULTS = (ProgramMissing, BadArchive, restore.RestoreFailed, ValueError)


class Command(BaseCommand):
    help = (
        "Stop web, worker and beat first. Puts the backup in the database's place in one "
        "transaction, migrates it, erases anew who has been erased since, and pauses all mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="even what is there now")
        parser.add_argument("--check", action="store_true", help="reads it, changes nothing")

    def handle(self, *, file: Path, replace: bool, check: bool, **_options) -> None:
        try:
            key = settings.BACKUP_KEY
            manifest = restore.examine(file, key)
            self.stdout.write(f"{file} is whole: {_summary(manifest)}")
            if check:
                return
            _refuse_to_overwrite(replace=replace)
            restore.restore(file, manifest, key)
        except FAULTS as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("reapply_erasures", stdout=self.stdout)
        # What has been sent since the backup was made is owed once more.
        controls.pause(by="restore", now=timezone.now())
        self.stdout.write("Restored. All mail is paused: look at /desk/mails/, then let it go on.")


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
