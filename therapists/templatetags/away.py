"""Time off in words: {{ absence|away:clinic.tz }}."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from django import template

from bookings.core import wording
from bookings.models import Absence
from therapists.models import TimeOff

register = template.Library()


@register.filter
def away(time_off: TimeOff | Absence, tz: ZoneInfo) -> str:
    """Whole days are named as days, anything else by its first and last moment."""
    first, last = (at.astimezone(tz) for at in (time_off.starts_at, time_off.ends_at))
    if first.time() != time.min or last.time() != time.min:
        until = wording.clock if first.date() == last.date() else wording.day_and_time
        return f"{wording.day_and_time(first, tz)} to {until(last, tz)}"
    days: list[date] = sorted({first.date(), last.date() - timedelta(days=1)})
    return " to ".join(f"{day:%A} {day.day} {day:%B}" for day in days)
