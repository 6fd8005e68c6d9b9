"""Reminders of appointments (R1 to R3), and what clients answer to them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.refusals import Stale
from bookings.core import training
from bookings.core.mail.reminder_times import Reminder, left_out, reminders_for
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Mail, MailKind, MailState, Race
from bookings.queries.training.phases import phase_at

COMING = "coming"


def reminders_of(
    appointment: Appointment,
    clinic: Clinic,
    rules: training.Protocol,
    *,
    races: Iterable[Race] | None = None,
    now: datetime,
) -> list[Mail]:
    """Rows, not yet saved, for a time that has been agreed at `now`: by booking or by moving.

    How many days before is the protocol's to say, for the client's phase on that day.
    """
    usual = rules.mails.reminders
    phase = rules.phases[phase_at(appointment, clinic, rules, races=races).phase]
    usual = replace(usual, days_before=phase.reminder_days or usual.days_before)
    deadline = clinic.last_cancellation(appointment.starts_at)
    asked: dict[str, Any] = {
        "booked_at": now,
        "tz": clinic.tz,
        "deadline": deadline,
        "rules": usual,
    }
    found = reminders_for(appointment.starts_at, **asked)
    skipped = left_out(appointment.starts_at, **asked)
    return [_owed(appointment, reminder, now) for reminder in found] + [
        _left_out(appointment, at, days, now, usual.hours_after_booking) for at, days in skipped
    ]


def _owed(appointment: Appointment, reminder: Reminder, now: datetime) -> Mail:
    return _row(
        appointment,
        reminder.days_before,
        why=_("{time} before the appointment (R1).").format(
            time=dates.length_of_time(reminder.days_before)
        ),
        created_at=now,
        due_at=reminder.at,
        not_after=reminder.until,
    )


def _left_out(appointment: Appointment, at: datetime, days: int, now: datetime, hours: int) -> Mail:
    """Never sent, and kept, so that nobody need wonder why it did not come."""
    why = (
        _("Left out: it would have come less than {hours} hours after it was agreed (R2).")
        if at > now
        else _("Left out: it would have come before it was agreed (R2).")
    )
    return _row(
        appointment,
        days,
        why=why.format(hours=hours),
        state=MailState.CANCELLED,
        created_at=now,
        due_at=at,
        not_after=appointment.starts_at,
    )


def _row(appointment: Appointment, days_before: int, **fields: Any) -> Mail:
    return Mail(
        key=f"{MailKind.REMINDER}:{appointment.public_id}:{appointment.revision}:{days_before}",
        kind=MailKind.REMINDER,
        client=appointment.client,
        appointment=appointment,
        revision=appointment.revision,
        **fields,
    )


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
