"""manage.py restore: a backup becomes the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions.mail import controls
from bookings.queries.office.backups import NAME, OURS
from clinic.operations.backups import restore
from clinic.operations.backups.archive import BadArchive, Manifest
from clinic.operations.backups.programs import ProgramMissing
from clinic.operations.database import in_words
from clinic.records import erased_list
from clinic.records.erased_list import BadList

NONE = gettext_lazy("There is no backup in {folder}.")
FAULTS = (ProgramMissing, BadArchive, BadList, restore.RestoreFailed, ValueError)


class Command(BaseCommand):
    help = (
        "Stop web, worker and beat first. Puts the backup in the database's place and pauses all "
        "mail in one transaction, migrates it, and erases anew who has been erased since."
    )
    requires_system_checks = []  # they load every page, for which nobody waits

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("file", type=Path, nargs="?")
        which.add_argument("--newest", action="store_true", help=_("of those in BACKUP_FOLDER"))
        which.add_argument(
            "--before", type=_an_instant, help=_("the newest of before this day or instant, in UTC")
        )
        which.add_argument("--list", action="store_true", help=_("says which there are"))
        parser.add_argument(
            "--beside-others", action="store_true", help=_("though others use the database")
        )
        parser.add_argument("--replace", action="store_true", help="even what is there now")
        parser.add_argument("--check", action="store_true", help="reads it, changes nothing")

    def handle(
        self, *, file: Path | None, replace: bool, check: bool, before: datetime | None, **more: Any
    ) -> None:
        if more["list"]:
            nothing = str(NONE).format(folder=settings.BACKUP_FOLDER)
            self.stdout.writelines([_in_a_line(path) for path in _ours()] or [f"{nothing}\n"])
            return
        try:
            key = settings.BACKUP_KEY
            file = file or _newest(before)
            manifest = restore.examine(file, key)
            self.stdout.write(f"{file} is whole: {_summary(manifest)}")
            self.stdout.write(f"{len(erased_list.read())} erasures in {settings.ERASURES_FILE}.")
            if check:
                return
            _refuse_to_overwrite(replace=replace)
            if not more["beside_others"]:
                _refuse_while_others_work()
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


def _an_instant(typed: str) -> datetime:
    """Of a day its beginning. argparse says where it cannot be read."""
    return datetime.fromisoformat(typed).replace(tzinfo=UTC)


def _ours() -> list[Path]:
    """The oldest first."""
    return sorted(
        p for p in Path(settings.BACKUP_FOLDER).glob("*.backup") if OURS.fullmatch(p.name)
    )


def _in_a_line(path: Path) -> str:
    made = datetime.strptime(path.name, NAME).replace(tzinfo=UTC)
    facts = str(path), f"{made:%Y-%m-%d %H:%M}", "UTC", f"{path.stat().st_size:,}", "bytes"
    return "  ".join(facts) + "\n"


def _newest(before: datetime | None) -> Path:
    latest = before.strftime(NAME) if before else "~"
    found = [path for path in _ours() if path.name < latest]
    if not found:
        says = _("There is no backup of before {at} UTC in {folder}.") if before else NONE
        at = f"{before:%Y-%m-%d %H:%M}" if before else ""
        raise BadArchive(str(says).format(folder=settings.BACKUP_FOLDER, at=at))
    return found[-1]


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


def _refuse_while_others_work() -> None:
    """What they write between the backup's last row and theirs would be lost, or half of it."""
    if there := restore.others():
        raise CommandError(
            _(
                "Nothing was changed. {count} others use this database ({who}): stop web, worker "
                "and beat (docker compose --profile tls stop); --beside-others goes on anyway."
            ).format(count=len(there), who=", ".join(sorted(set(there))))
        )
