"""Why nothing at all can come free on the days that somebody waits for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from bookings import dates
from bookings.core.scheduling.openings import Span, joined
from bookings.models import Clinic, WaitlistEntry
from bookings.queries.scheduling.diary import free_times

LOOKED_AT = 60  # days


def why_nothing_comes(entry: WaitlistEntry, clinic: Clinic, *, now: datetime) -> str:
    """In a sentence; nothing where something may."""
    today, last = clinic.day_of(now), clinic.last_bookable_day(now)
    if entry.first_day > last:
        opens = entry.first_day - timedelta(days=clinic.horizon_days)
        said = _("Our diary opens for {day} on {opens}; nothing is offered before that.")
        return said.format(
            day=dates.civil_day_from(entry.first_day, today),
            opens=dates.civil_day_from(opens, today),
        )
    if entry.last_day <= last and not any(_hours_left(entry, clinic, now)):
        return _("We do not work on these days, so nothing can come free unless that changes.")
    return ""


def _hours_left(entry: WaitlistEntry, clinic: Clinic, now: datetime) -> Iterator[bool]:
    """Of each who offers it, whether they are here on any of the days."""
    first = max(entry.first_day, clinic.day_of(now))
    days = min((entry.last_day - first).days + 1, LOOKED_AT)
    facts = free_times(clinic, first=first, days=days, treatments=[entry.treatment], now=now)
    for one in facts.offered_by.get(entry.treatment_id, []):
        if entry.therapist_id in (None, one.pk):
            hours = facts.hours[one.pk]
            working = [span for span in hours.working if _is_wished(span, entry, clinic)]
            yield _is_left(working, joined([*hours.closures, *hours.absences]))


def _is_wished(span: Span, entry: WaitlistEntry, clinic: Clinic) -> bool:
    day = clinic.day_of(datetime.fromtimestamp(span[0], UTC))
    return day >= entry.first_day and (not entry.weekdays or day.weekday() in entry.weekdays)


def _is_left(working: Sequence[Span], taken: Sequence[Span]) -> bool:
    for start, end in working:
        at = start
        for since, until in taken:
            at = until if since <= at < until else at
        if at < end:
            return True
    return False
