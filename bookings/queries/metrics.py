"""Numbers about the clinic's work, without anybody's name: for whoever watches the machine."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, Func, Min, QuerySet, TextField, Value
from django.db.models.functions import Now

from bookings.core.scheduling.statuses import Status
from bookings.models import AppointmentEvent, Heartbeat, Mail, MailState


def bookings_by_role() -> QuerySet:
    """(role, bookings ever): who booked is kept as a role, or as a role and a login."""
    booked = AppointmentEvent.objects.filter(kind=Status.BOOKED).order_by()
    who = Func(F("by"), Value(":"), Value(1), function="split_part", output_field=TextField())
    return booked.annotate(who=who).values_list("who").annotate(Count("pk"))


def mails() -> QuerySet:
    """(kind, outcome, mails)"""
    return Mail.objects.order_by().values_list("kind", "state").annotate(Count("pk"))


def queue_age() -> float:
    """Seconds that the mail has been due which has been due longest; 0 when none is."""
    longest = _due().aggregate(age=Now() - Min("due_at"))["age"]
    return (longest or timedelta(0)).total_seconds()


def queue_length() -> int:
    return _due().count()


def silences() -> Iterator[tuple[str, float]]:
    """(part, seconds since its last sign of life)"""
    for part, age in Heartbeat.objects.annotate(age=Now() - F("at")).values_list("part", "age"):
        yield part, age.total_seconds()


def _due() -> QuerySet[Mail]:
    return Mail.objects.filter(state=MailState.SCHEDULED, due_at__lte=Now())
