"""manage.py reapply_erasures: after a backup has been restored, nobody erased since is back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.models import Client
from clinic.records import erased_list
from clinic.records.erase import erase


class Command(BaseCommand):
    help = (
        "Erases anew, without a mail, every client on the list of erasures whom a restore has "
        "brought back. Run it before the clinic opens again; running it twice does no harm."
    )
    requires_system_checks = []  # they load every page, for which nobody waits

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="Another list than ERASURES_FILE.")

    def handle(self, *, file: Path | None, **_options: Any) -> None:
        try:
            listed = erased_list.read(file)
        except erased_list.BadList as error:
            raise CommandError(f"Nobody was erased again. {error}") from error
        done = 0
        for erased in listed:
            back = Client.objects.filter(
                pk=erased.client, created_at=erased.known_since, erased_at=None
            )
            for client in back:
                erase(client, tell=False, by="reapply_erasures", now=erased.at)
                done += 1
        self.stdout.write(f"Erased again: {done}")
