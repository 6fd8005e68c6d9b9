"""What became of visits that were settled together: where each went, and who knows of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Clinic,
    Mail,
    MailKind,
    MailState,
)
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries.scheduling.event_text import in_words

MOVED = "moved"
KINDS = (MOVED, Status.CANCELLED.value, "offered", Status.BOOKED.value)
MAILS = (MailKind.MOVED, MailKind.CANCELLED, MailKind.OFFER)


@dataclass(frozen=True)
class Settled:
    """A visit, what was done with it last, and the mail about that, if one is owed.

    It may be undone while there is time, and nobody is away where it stood.
    """

    visit: Appointment
    event: AppointmentEvent
    words: str
    mail: Mail | None
    may_be_undone: bool

    @property
    def is_moved(self) -> bool:
        return self.event.kind == MOVED

    @property
    def told_at(self) -> datetime | None:
        return self.mail.sent_at if self.mail else None

    @property
    def mail_waits(self) -> bool:
        return self.mail is not None and self.mail.state == MailState.SCHEDULED


def settled(
    clinic: Clinic, pks: Iterable[int], *, grace: timedelta, now: datetime
) -> list[Settled]:
    """In four queries, in order of time; of those with whom nothing was done nothing.

    `grace` is how long a cancelling can be undone; a move can be at any time.
    """
    visits = Appointment.objects.visits().of_the_living().in_bulk(list(pks))
    events = AppointmentEvent.objects.filter(appointment__in=visits, kind__in=KINDS)
    newest = {one.appointment_id: one for one in events.order_by("pk")}
    mails = Mail.objects.filter(appointment__in=visits, kind__in=MAILS).order_by("pk")
    about = {one.appointment_id: one for one in mails}
    absences = list(Absence.objects.filter(ends_at__gt=now - LONGEST))
    found = [
        Settled(
            visits[pk],
            event,
            in_words(event, clinic),
            _of_this(about.get(pk), visits[pk]),
            _in_time(event, visits[pk], now - grace) and _is_free(event, visits[pk], absences),
        )
        for pk, event in newest.items()
        if event.kind != Status.BOOKED or "undone" in event.facts
    ]
    return sorted(found, key=lambda one: (one.visit.starts_at, one.visit.pk))


def _of_this(mail: Mail | None, visit: Appointment) -> Mail | None:
    """Not of how it stood before, and not where it has nowhere to go."""
    is_of_this = mail is not None and mail.revision == visit.revision
    return mail if is_of_this and visit.whose.email else None


def _in_time(event: AppointmentEvent, visit: Appointment, since: datetime) -> bool:
    if "undone" in event.facts:
        return False
    if event.kind == Status.CANCELLED:
        return visit.status == Status.CANCELLED and event.at > since
    return event.kind == MOVED and visit.status == Status.BOOKED


def _is_free(event: AppointmentEvent, visit: Appointment, absences: Iterable[Absence]) -> bool:
    """As far as absences go; what else stands there now is asked when it is pressed."""
    start, end, therapist = visit.starts_at, visit.ends_at, visit.therapist_id
    if event.kind == MOVED:
        was = event.facts.get("from", {})
        if not {"starts_at", "ends_at", "therapist_id"} <= was.keys():
            return False
        start, end = (datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
        therapist = was["therapist_id"]
    return not any(
        away.starts_at < end and start < away.ends_at and away.therapist_id in (None, therapist)
        for away in absences
    )
