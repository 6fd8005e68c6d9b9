"""What the histories of the demo's visits say."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, AppointmentEvent

RUNNER, DESK = "runner", "desk"
REASONS = ("plans_changed", "other_time", "")
NOT_LATER = timedelta(hours=13)  # runners cancel before the cut-off
RINGS_BEFORE = timedelta(hours=3)
LATE_OF = 5  # of so many who cancel, one rings as late as that


def events_of(visit: Appointment, now: datetime) -> Iterator[AppointmentEvent]:
    """Unsaved events in order of time, none after `now`. Nothing was held before it was booked."""
    yield _event(visit, Status.BOOKED, visit.created_at, RUNNER)
    if visit.status == Status.CANCELLED:
        yield _cancelled(visit, now)
    elif visit.status == Status.NO_SHOW:
        yield _event(visit, Status.NO_SHOW, visit.ends_at, DESK)
    elif visit.status in (Status.ARRIVED, Status.COMPLETED):
        yield _event(visit, Status.ARRIVED, visit.starts_at, DESK)
        if visit.status == Status.COMPLETED:
            yield _event(visit, Status.COMPLETED, visit.ends_at, DESK)


def is_late(visit: Appointment, now: datetime) -> bool:
    """Whether a cancelled visit was so by telephone, a few hours before."""
    return visit.created_at.minute % LATE_OF == 0 and visit.starts_at - RINGS_BEFORE <= now


def cancelled_at(visit: Appointment, now: datetime) -> datetime:
    """Half-way between booking and the last moment to cancel, but for those who ring late."""
    if is_late(visit, now):
        return visit.starts_at - RINGS_BEFORE
    last = min(visit.starts_at - NOT_LATER, now)
    return visit.created_at + (last - visit.created_at) / 2


def _cancelled(visit: Appointment, now: datetime) -> AppointmentEvent:
    at = cancelled_at(visit, now)
    reason = REASONS[at.minute % len(REASONS)]
    by = DESK if is_late(visit, now) else RUNNER
    return _event(visit, Status.CANCELLED, at, by, {"reason": reason} if reason else {})


def _event(
    visit: Appointment, kind: Status, at: datetime, by: str, facts: dict | None = None
) -> AppointmentEvent:
    return AppointmentEvent(appointment=visit, kind=kind, at=at, by=by, facts=facts or {})
