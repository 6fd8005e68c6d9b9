"""What anybody can book of what somebody waits for: shown to them, and kept from nobody."""

from datetime import datetime, timedelta

from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.models import Clinic, WaitlistEntry
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.slots import Ignoring
from bookings.queries.waiting_list.better import better_days
from bookings.queries.waiting_list.wishes import duration_of, is_still_to_come

LOOKED_AT = 60  # days


def free_now(entry: WaitlistEntry, clinic: Clinic, *, now: datetime) -> list[datetime]:
    """In order; nothing where a treatment is not booked online."""
    first = max(entry.first_day, clinic.day_of(now))
    days = min((entry.last_day - first).days + 1, LOOKED_AT)
    if days < 1 or not entry.treatment.online or not is_still_to_come(entry, now):
        return []
    found = openings(
        clinic,
        entry.treatment,
        first=first,
        days=days,
        therapist=entry.therapist,
        duration=duration_of(entry),
        ignoring=Ignoring(appointments=(entry.appointment_id,) if entry.appointment_id else ()),
        now=now,
    )
    better = better_days([entry], clinic, now=now).get(entry.pk)
    return [
        one.starts_at
        for one in found
        if _is_wished(one.starts_at, entry, clinic, now)
        and (better is None or clinic.day_of(one.starts_at) in better)
    ]


def _is_wished(start: datetime, entry: WaitlistEntry, clinic: Clinic, now: datetime) -> bool:
    wall = start.astimezone(clinic.tz)
    return (
        now + timedelta(hours=entry.notice_hours) <= start
        and (not entry.weekdays or wall.weekday() in entry.weekdays)
        and (not entry.parts or part_of_day(wall.time()) in entry.parts)
        and not (entry.wants_earlier and entry.appointment and start >= entry.appointment.starts_at)
    )
