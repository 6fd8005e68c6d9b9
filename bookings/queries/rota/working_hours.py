"""Therapists' hours of work, their breaks and their time off, as spans of seconds."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import Span, clock_span, without
from bookings.models import Clinic
from bookings.queries.rota import facts


class TimeOff(NamedTuple):
    """Closures are everybody's, absences by therapist."""

    closures: list[Span]
    absences: dict[int, list[Span]]


class Hours(NamedTuple):
    """By therapist: the hours of work without the breaks, and the weekly breaks."""

    working: dict[int, list[Span]]
    breaks: dict[int, list[Span]]


def time_off(therapists: Iterable[int], during: Interval) -> TimeOff:
    found = TimeOff([], {pk: [] for pk in therapists})
    for person, start, end in facts.time_off(found.absences, during):
        spans = found.closures if person is None else found.absences[person]
        spans.append((start, end))
    return found


def hours_and_breaks(therapists: Iterable[int], first: date, days: int, clinic: Clinic) -> Hours:
    """Of the `days` civil days from `first`, weekly and extra hours alike."""
    working: dict[int, list[Span]] = defaultdict(list)
    breaks: dict[int, list[Span]] = defaultdict(list)
    last = first + timedelta(days=days - 1)
    for therapist, day, start, end, works in facts.hours_of_work(therapists, first, last):
        if hours := clock_span(day, start, end, clinic.tz):
            (working if works else breaks)[therapist].append(hours)
    for therapist, pauses in breaks.items():
        working[therapist] = without(working[therapist], pauses)
    return Hours(working, breaks)


def hours_of_work(
    therapists: Iterable[int], first: date, days: int, clinic: Clinic
) -> dict[int, list[Span]]:
    """Each therapist's hours, weekly and extra, without their weekly breaks."""
    return hours_and_breaks(therapists, first, days, clinic).working
