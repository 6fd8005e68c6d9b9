"""Reminders of appointments (R1 to R3), and what clients answer to them."""

from dataclasses import replace
from datetime import datetime

from bookings.actions.refusals import Stale
from bookings.actions.writing import changes_the_diary
from bookings.core import training, wording
from bookings.core.reminders import reminders_for
from bookings.core.statuses import Status
from bookings.models import Appointment, Clinic, Mail, MailKind
from bookings.queries.phases import phase_at

COMING = "coming"


def reminders_of(
    appointment: Appointment, clinic: Clinic, rules: training.Protocol, *, now: datetime
) -> list[Mail]:
    """Rows, not yet saved, for a time that has been agreed at `now`: by booking or by moving.

    How many days before is the protocol's to say, for the client's phase on that day.
    """
    usual = rules.mails.reminders
    phase = rules.phases[phase_at(appointment, clinic, rules).phase]
    found = reminders_for(
        appointment.starts_at,
        booked_at=now,
        tz=clinic.tz,
        deadline=clinic.last_cancellation(appointment.starts_at),
        rules=replace(usual, days_before=phase.reminder_days or usual.days_before),
    )
    return [
        Mail(
            key=f"{MailKind.REMINDER}:{appointment.public_id}:{appointment.revision}:"
            f"{reminder.days_before}",
            kind=MailKind.REMINDER,
            client=appointment.client,
            appointment=appointment,
            revision=appointment.revision,
            why=f"{wording.length_of_time(reminder.days_before)} before the appointment (R1).",
            created_at=now,
            due_at=reminder.at,
            not_after=reminder.until,
        )
        for reminder in found
    ]


@changes_the_diary
def say_coming(_clinic: Clinic, appointment: Appointment, *, by: str, now: datetime) -> Appointment:
    """The client will be there; saying so again changes nothing. Raises Stale."""
    appointment = Appointment.objects.with_everything().get(pk=appointment.pk)
    if appointment.status != Status.BOOKED or appointment.starts_at <= now:
        raise Stale
    if appointment.confirmed_at is None:
        appointment.confirmed_at = now
        appointment.save(update_fields=["confirmed_at"])
        appointment.record(COMING, by=by, now=now)
    return appointment
