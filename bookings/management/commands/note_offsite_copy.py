"""manage.py note_offsite_copy: says that the newest backup now lies outside of this machine too."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from bookings.models import LastSeen, Seen
from bookings.queries.office.backups import is_gone, last_backup


class Command(BaseCommand):
    help = _(
        "For whatever copies backups elsewhere (restic, rclone, rsync ...), to be run when it has "
        "succeeded: the owner's page and /readyz then know when the last copy was made."
    )
    requires_system_checks = []  # they load every page, for which nobody waits

    def handle(self, **_options: Any) -> None:
        noted = LastSeen.objects.of(Seen.BACKUP)
        if last_backup() is None and (noted is None or is_gone(noted)):
            raise CommandError(
                _(
                    "Nothing was noted: there is no backup of which this could be a copy. "
                    "Run manage.py backup."
                )
            )
        LastSeen.objects.note(Seen.OFFSITE)
        self.stdout.write(_("Noted: the backup lies outside of this machine too."))
