"""The desk has training mails that wait go now; at the sending it is decided all the same."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from bookings.mail.wake_worker import ring
from bookings.models import Clinic, Mail, MailState, Race
from bookings.queries.mail.brought_forward import reach


def bring_forward(races: Sequence[Race], *, now: datetime) -> int:
    """Of those whom a mail reaches today, the one that is owed next; how many. Again, none more."""
    clinic = Clinic.objects.the()
    found = reach(clinic, races, today=clinic.day_of(now))
    mails = {one.mail.client_id: one.mail for one in found if one.mail}
    ahead = Mail.objects.filter(pk__in=[mail.pk for mail in mails.values()])
    waiting = ahead.filter(state=MailState.SCHEDULED, due_at__gt=Now())
    moved = waiting.update(due_at=Now(), why=_("The desk had it sent sooner."))
    if moved:
        transaction.on_commit(ring, robust=True)
    return moved
