"""Whether a nightly backup is missing, and the owners' notice of it."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Min

from bookings.models import Clinic, User
from clinic.operations.backups import rotate
from therapists.actions import notices

NIGHTLY = timedelta(hours=36)  # and no more since the last backup


def tell_owners(*, now: datetime) -> None:
    """A clinic that opened yesterday need not have one yet, and a demo needs none."""
    if settings.DEMO or not Clinic.objects.exists():
        return
    newest = rotate.newest(Path(settings.BACKUP_FOLDER))
    since = newest or User.objects.aggregate(at=Min("created_at"))["at"]
    if since is not None and now - since > NIGHTLY:
        notices.tell_of_backups(newest, now=now)
