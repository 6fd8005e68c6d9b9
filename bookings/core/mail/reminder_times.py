"""When to remind somebody of an appointment (rules R1 to R3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

BEFORE_THE_DEADLINE = timedelta(hours=1)


@dataclass(frozen=True)
class ReminderRules:
    """Days before the start, the hours mail may go out, and the least notice after booking."""

    days_before: tuple[int, ...] = (3, 1)
    earliest: time = time(8)
    late_from: time = time(20)
    late_at: time = time(19)
    hours_after_booking: int = 12

    def hours_begin(self, instant: datetime, tz: ZoneInfo) -> datetime:
        """The instant itself within the mail's hours, or else when they begin again."""
        local = instant.astimezone(tz)
        if self.earliest <= local.time() < self.late_from:
            return instant
        day = local.date() + timedelta(days=local.time() >= self.late_from)
        return datetime.combine(day, self.earliest, tz).astimezone(UTC)


@dataclass(frozen=True)
class Reminder:
    """One reminder, due `at` and of use until the next one or the start (UTC)."""

    days_before: int
    at: datetime
    until: datetime


USUAL = ReminderRules()


def reminders_for(
    starts_at: datetime,
    *,
    booked_at: datetime,
    tz: ZoneInfo,
    deadline: datetime | None = None,
    rules: ReminderRules = USUAL,
) -> list[Reminder]:
    """The reminders of an appointment, earliest first.

    R1: the start's own wall-clock time, so many calendar days before, within the mail's hours.
    R2: none less than twelve hours after the booking was made.
    R3: before the `deadline` for cancelling, where that day's hours allow it.
    """
    first = _first(booked_at, rules)
    moments = _moments(starts_at, tz, deadline, rules)
    found = sorted((at, days) for at, days in moments if at >= first)
    return _each_until_the_next(found, starts_at.astimezone(UTC))


def left_out(
    starts_at: datetime,
    *,
    booked_at: datetime,
    tz: ZoneInfo,
    deadline: datetime | None = None,
    rules: ReminderRules = USUAL,
) -> list[tuple[datetime, int]]:
    """What R2 leaves out: when each would have come (UTC), and its days before the start."""
    first = _first(booked_at, rules)
    return sorted(one for one in _moments(starts_at, tz, deadline, rules) if one[0] < first)


def _first(booked_at: datetime, rules: ReminderRules) -> datetime:
    return booked_at.astimezone(UTC) + timedelta(hours=rules.hours_after_booking)


def _moments(
    starts_at: datetime, tz: ZoneInfo, deadline: datetime | None, rules: ReminderRules
) -> Iterator[tuple[datetime, int]]:
    local = starts_at.astimezone(tz)
    clock = _within_mail_hours(local.time(), rules)
    for days in rules.days_before:
        day = local.date() - timedelta(days=days)
        at = _before_the_deadline(_at(day, clock, tz), deadline, _at(day, rules.earliest, tz))
        yield at, days


def inside_cutoff(hours: int, days_before: Iterable[int]) -> list[int]:
    """The reminders, in days before, that arrive when a cut-off of so many hours has begun."""
    return [days for days in days_before if days * 24 <= hours]


def _within_mail_hours(clock: time, rules: ReminderRules) -> time:
    if clock >= rules.late_from:
        return rules.late_at
    return max(clock, rules.earliest)


def _before_the_deadline(at: datetime, deadline: datetime | None, earliest: datetime) -> datetime:
    """R3: an hour before it, or as early as that day's mail begins; else as R1 has it."""
    if deadline is None or at < deadline:
        return at
    sooner = max(earliest, deadline.astimezone(UTC) - BEFORE_THE_DEADLINE)
    return sooner if sooner < deadline else at


def _each_until_the_next(
    found: Sequence[tuple[datetime, int]], starts_at: datetime
) -> list[Reminder]:
    ends = [*(at for at, _ in found), starts_at]
    return [
        Reminder(days, at, until)
        for (at, days), (_, until) in zip(found, pairwise(ends), strict=True)
    ]


def _at(day: date, clock: time, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tz).astimezone(UTC)
