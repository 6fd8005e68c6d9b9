"""When somebody who works here is told: at once or each hour, and not in their quiet hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)


def told_at(
    now: datetime, *, hourly: bool, quiet_from: time, quiet_until: time, tz: ZoneInfo
) -> datetime:
    """Never before `now`; where both ends of the quiet hours are one there are none."""
    at = now
    if hourly:
        at = now.replace(minute=0, second=0, microsecond=0) + HOUR
    local = at.astimezone(tz)
    if not _is_quiet(local.time(), quiet_from, quiet_until):
        return at
    day = local.date()
    if local.time() >= quiet_until:
        day += timedelta(days=1)
    return datetime.combine(day, quiet_until, tz).astimezone(now.tzinfo)


def _is_quiet(clock: time, quiet_from: time, quiet_until: time) -> bool:
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until
