"""What the histories of the demo's visits say."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bookings.core.statuses import Status
from bookings.models import Appointment, AppointmentEvent
from clinic.demo_data.people import DESK_LOGIN

RUNNER, DESK = "runner", f"desk: {DESK_LOGIN}"
REASONS = ("plans_changed", "other_time", "")
NOT_LATER = timedelta(hours=13)  # runners cancel before the cut-off


def events_of(visit: Appointment, now: datetime) -> Iterator[AppointmentEvent]:
    """Unsaved events in order of time, none after `now`."""
    yield _event(visit, Status.BOOKED, visit.booked_at, RUNNER)
    if visit.status == Status.CANCELLED:
        yield _cancelled(visit, now)
    elif visit.status == Status.NO_SHOW:
        yield _event(visit, Status.NO_SHOW, visit.ends_at, DESK)
    elif visit.status in (Status.ARRIVED, Status.COMPLETED):
        yield _event(visit, Status.ARRIVED, visit.starts_at, DESK)
        if visit.status == Status.COMPLETED:
            yield _event(visit, Status.COMPLETED, visit.ends_at, DESK)


def _cancelled(visit: Appointment, now: datetime) -> AppointmentEvent:
    """Half-way between booking and the last moment to cancel."""
    last = min(visit.starts_at - NOT_LATER, now)
    at = visit.booked_at + (last - visit.booked_at) / 2
    reason = REASONS[at.minute % len(REASONS)]
    return _event(visit, Status.CANCELLED, at, RUNNER, {"reason": reason} if reason else {})


def _event(
    visit: Appointment, kind: Status, at: datetime, by: str, facts: dict | None = None
) -> AppointmentEvent:
    return AppointmentEvent(appointment=visit, kind=kind, at=at, by=by, facts=facts or {})
