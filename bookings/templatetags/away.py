"""Time off in words: {{ absence|away:clinic.tz }}."""

from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django import template

from bookings.core import wording

register = template.Library()


class Away(Protocol):
    starts_at: datetime
    ends_at: datetime


@register.filter
def away(time_off: Away, tz: ZoneInfo) -> str:
    """Whole days are named as days, anything else by its first and last moment."""
    first, last = (at.astimezone(tz) for at in (time_off.starts_at, time_off.ends_at))
    if first.time() != time.min or last.time() != time.min:
        until = wording.clock if first.date() == last.date() else wording.day_and_time
        return f"{wording.day_and_time(first, tz)} to {until(last, tz)}"
    days: list[date] = sorted({first.date(), last.date() - timedelta(days=1)})
    return " to ".join(f"{day:%A} {day.day} {day:%B}" for day in days)
