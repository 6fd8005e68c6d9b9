"""manage.py note_offsite_copy: says that the newest backup now lies outside of this machine too."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from bookings.models import Seen
from clinic.operations.backups.noting import note


class Command(BaseCommand):
    help = (
        "For whatever copies backups elsewhere (restic, rclone, rsync ...), to be run when it has "
        "succeeded: the owner's page and /readyz then know when the last copy was made."
    )

    def handle(self, **_options: Any) -> None:
        if not note(Seen.OFFSITE, say=self.stderr.write):
            raise CommandError(_("The copy is made; only nobody is told of it."))
        self.stdout.write(_("Noted: the backup lies outside of this machine too."))
