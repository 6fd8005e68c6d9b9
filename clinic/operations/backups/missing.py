"""Whether a nightly backup is missing, and the owners' notice of it."""

from datetime import datetime

from django.conf import settings
from django.db.models import Min

from bookings.models import Clinic, User
from bookings.queries.office.backups import NIGHTLY, last_backup
from therapists.actions import notices


def tell_owners(*, now: datetime) -> None:
    """A clinic that opened yesterday need not have one yet, and a demo needs none."""
    if settings.DEMO or not Clinic.objects.exists():
        return
    newest = last_backup()
    since = newest or User.objects.aggregate(at=Min("created_at"))["at"]
    if since is not None and now - since > NIGHTLY:
        notices.tell_of_backups(newest, now=now)
