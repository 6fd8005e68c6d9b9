"""Which of the therapists' own calendars can no longer be read."""

from datetime import datetime, timedelta

from bookings.models import BusyCalendar

NEWS_AFTER = timedelta(days=1)  # what cannot be read for an hour is no news


def is_news(calendar: BusyCalendar, now: datetime) -> bool:
    """Whether somebody should hear of it: what it said last holds meanwhile."""
    return calendar.is_failing and calendar.good_at < now - NEWS_AFTER


def not_read(now: datetime) -> list[BusyCalendar]:
    """Those that are, with their therapists."""
    failing = BusyCalendar.objects.filter(therapist__active=True, failures__gt=0)
    return [one for one in failing.select_related("therapist") if is_news(one, now)]
