"""manage.py export_all: the clinic's whole data, for any other program."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import User
from bookings.web.actor import key_of
from clinic.operations.atomic_file import atomic_file
from clinic.records import clinic_export
from therapists.health_audit import Reader


class Command(BaseCommand):
    help = "Writes a zip of every table as CSV and as lines of JSON, with a README of the columns."
    requires_system_checks = []  # they load every page, for which nobody waits

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the zip to write; it must not be there yet")
        parser.add_argument(
            "--with-health",
            metavar="OWNER",
            help="health data opened too; recorded as read by this owner, named by their e-mail",
        )

    def handle(self, *, file: Path, with_health: str | None, **_options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} is there already; nothing was written.")
        reader = _reader(with_health) if with_health else None
        try:
            with atomic_file(file) as out:
                written = clinic_export.write(out, now=timezone.now(), reader=reader)
        except OSError as error:
            raise CommandError(f"Nothing was written: {error.strerror}.") from error
        rows = sum(written.rows.values())
        self.stdout.write(f"{file}: {rows:,} rows of {len(written.rows)} tables")
        if reader:
            count = sum(written.opened.values())
            self.stdout.write(f"Opened and recorded as read: {count:,} health records")


def _reader(email: str) -> Reader:
    user = User.objects.filter(email__iexact=email).first()
    if user is None or Role.OWNER not in user.roles():
        raise CommandError(f"{email} is not the login of an owner; nothing was written.")
    return Reader(who=key_of(user), user=user, address=None, page="export_all")
