"""Time off in words: {{ absence|away:clinic.tz }}."""

from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django import template

from bookings import dates
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
        until = wording.clock if first.date() == last.date() else dates.day_and_time
        return dates.span(dates.day_and_time(first, tz), until(last, tz))
    begin, end = first.date(), last.date() - timedelta(days=1)
    if begin == end:
        return dates.civil_day(begin)
    return dates.span(*(dates.civil_day(day) for day in sorted((begin, end))))
