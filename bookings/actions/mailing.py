"""What is owed by mail, and its sending."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from bookings.mail.doorbell import ring
from bookings.models import Appointment, Mail, MailKind, MailState

# A cancellation is still worth knowing, for the calendar's sake, when its time has come.
USEFUL_AFTER_THE_START = {MailKind.CANCELLED: timedelta(days=1)}


def owe(kind: MailKind, appointment: Appointment, *, now: datetime) -> None:
    """Write down, in the caller's transaction, that the client is to be told.

    Mails about older revisions that have not gone out are superseded. Owing the same again
    adds nothing; neither does an occasion that has passed.
    """
    not_after = appointment.starts_at + USEFUL_AFTER_THE_START.get(kind, timedelta())
    if not_after <= now:
        return
    Mail.objects.about_older_revisions(appointment).supersede()
    mail = Mail(
        key=f"{kind}:{appointment.public_id}:{appointment.revision}",
        kind=kind,
        client=appointment.client,
        appointment=appointment,
        revision=appointment.revision,
        created_at=now,
        due_at=Now(),
        not_after=not_after,
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    transaction.on_commit(ring, robust=True)
