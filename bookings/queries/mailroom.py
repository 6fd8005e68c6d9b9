"""How the sending of mail goes: what is late, what is paused, what is to come."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from bookings.models import Clinic, Heartbeat, Mail, MailServer, MailState
from bookings.models.mails import GROUP_OF, TIMED_TO_TRAINING

LATE = timedelta(minutes=5)


def problems(clinic: Clinic) -> list[str]:
    """What the desk must know, a sentence each; nothing while all is well."""
    if clinic.mail_paused_at:
        at = clinic.mail_paused_at.astimezone(clinic.tz)
        since = f"{at:%H:%M} on {at.day} {at:%B}"
        return [f"All mail has been paused since {since}, by {clinic.mail_paused_by}."]
    return list(_troubles())


def is_late() -> bool:
    """Whether something that should have happened within five minutes has not; a pause is meant."""
    paused = Clinic.objects.filter(mail_paused_at__isnull=False).exists()
    return any(_silences() if paused else _troubles())


def to_come(within: timedelta) -> QuerySet[Mail]:
    """What is due within so long, or overdue, the next first."""
    due = Mail.objects.filter(state=MailState.SCHEDULED, due_at__lte=Now() + within)
    return due.select_related("client", "appointment").order_by("due_at")


def not_wanted(mail: Mail) -> str:
    """Why its client does not get it; of training mails that is decided under the client's lock."""
    group = GROUP_OF.get(mail.kind)
    if group is None or mail.kind in TIMED_TO_TRAINING or getattr(mail.client, group.field):
        return ""
    return f"The client wants no {group.label}."


def _silences() -> Iterator[str]:
    for beat in Heartbeat.objects.older_than(LATE):
        yield f"Mail may be late: no sign of life from {beat.get_part_display()}."


def _troubles() -> Iterator[str]:
    yield from _silences()
    for server in MailServer.objects.in_trouble():
        times = server.failures_in_a_row
        yield (
            f"The mail server has taken nothing, {times} times in a row; "
            "it is tried again every few minutes."
        )
    overdue = Mail.objects.overdue(LATE).count()
    if overdue:
        which = "One mail has" if overdue == 1 else f"{overdue} mails have"
        yield f"{which} been waiting for more than five minutes."
