"""When to remind somebody of an appointment (rules R1 and R2)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class ReminderRules:
    """Days before the start, the hours mail may go out, and the least notice after booking."""

    days_before: tuple[int, ...] = (3, 1)
    earliest: time = time(8)
    late_from: time = time(20)
    late_at: time = time(19)
    hours_after_booking: int = 12


@dataclass(frozen=True)
class Reminder:
    """One reminder, due `at` (UTC)."""

    days_before: int
    at: datetime


USUAL = ReminderRules()


def reminders_for(
    starts_at: datetime, *, booked_at: datetime, tz: ZoneInfo, rules: ReminderRules = USUAL
) -> list[Reminder]:
    """The reminders of an appointment, earliest first.

    R1: the start's own wall-clock time, so many calendar days before, within the mail's hours.
    R2: none less than twelve hours after the booking was made.
    """
    first = booked_at.astimezone(UTC) + timedelta(hours=rules.hours_after_booking)
    local = starts_at.astimezone(tz)
    clock = _within_mail_hours(local.time(), rules)
    due = [Reminder(days, _at(local.date(), days, clock, tz)) for days in rules.days_before]
    return sorted((reminder for reminder in due if reminder.at >= first), key=lambda r: r.at)


def inside_cutoff(hours: int, rules: ReminderRules = USUAL) -> list[int]:
    """The reminders, in days before, that arrive when a cut-off of so many hours has begun."""
    return [days for days in rules.days_before if days * 24 <= hours]


def _within_mail_hours(clock: time, rules: ReminderRules) -> time:
    if clock >= rules.late_from:
        return rules.late_at
    return max(clock, rules.earliest)


def _at(start_day: date, days_before: int, clock: time, tz: ZoneInfo) -> datetime:
    day = start_day - timedelta(days=days_before)
    return datetime.combine(day, clock, tz).astimezone(UTC)
