"""The entries of a calendar file (.ics), also those that repeat, within the days asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bookings.core.records.plan_files.limits import BROKEN, UnreadablePlan, Window
from bookings.core.records.plan_files.lines import worth_reading

# Whatever a library makes of what somebody else wrote.
FAULTS = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
    recurring_ical_events.InvalidCalendar,
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """An entry as a file has it. `title` and `text` are read and never kept; `lasts` is how long
    a calendar keeps free for it."""

    day: date
    title: str
    text: str = ""
    minutes: int | None = None
    km: float | None = None
    lasts: int | None = None


@dataclass(frozen=True)
class Entries:
    """All of a file within the days asked for, and how many more could not be read."""

    entries: list[Written]
    left_out: int


def in_calendar(text: str, window: Window, tz: ZoneInfo) -> Entries:
    """Raises UnreadablePlan. `tz` is the clock of the runner's day where the file says none."""
    worth = worth_reading(text, window, tz)
    try:
        calendar = icalendar.Calendar.from_ical(worth.text)
        found = recurring_ical_events.of(calendar, skip_bad_series=True)
        entries = list(_within(found.between(window.start, window.end), window))
    except FAULTS:
        raise UnreadablePlan(BROKEN) from None
    return Entries(entries, worth.left_out)


def _within(events: list[Any], window: Window) -> Iterator[Written]:
    for event in events:
        day = event.start
        if str(event.get("STATUS", "")).upper() != "CANCELLED" and window.holds(day):
            yield Written(
                day=day,
                title=str(event.get("SUMMARY", "")),
                text=str(event.get("DESCRIPTION", "")),
                lasts=int(event["X-MINUTES"]) if "X-MINUTES" in event else None,
            )
