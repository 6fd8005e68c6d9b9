"""Therapists' hours of work, their breaks and their time off, as spans of seconds."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.core.intervals import Interval
from bookings.core.scheduling.checks import Timetable
from bookings.core.scheduling.openings import Span, clock_span, joined, without
from bookings.models import Clinic
from bookings.queries.rota import facts

KEPT = 32  # rotas of some days, in each process
Row = tuple[int, date, time, time, bool]  # as `facts.hours_of_work` has them


class Hours(NamedTuple):
    """By therapist: the hours of work without the breaks, and the weekly breaks."""

    working: dict[int, list[Span]]
    breaks: dict[int, list[Span]]


def timetables(
    therapists: Iterable[int], days: Iterable[date], during: Interval, clinic: Clinic
) -> dict[int, Timetable]:
    """The hours of these civil days, and the time off that touches `during`.

    Two queries. What is booked is not in it.
    """
    people = list(therapists)
    away, hours = facts.time_off(people, during), facts.hours_of_work(people, days)
    return timetables_told(people, away, hours, clinic.tz)


def timetables_told(
    therapists: Iterable[int], away: Iterable[Sequence], told: Iterable[Row], tz: ZoneInfo
) -> dict[int, Timetable]:
    """The same of rows as `facts.time_off` and `facts.hours_of_work` have them."""
    closures: list[Span] = []
    absences: dict[int, list[Span]] = {pk: [] for pk in therapists}
    elsewhere: dict[int, list[Span]] = defaultdict(list)
    for person, start, end, is_private in away:
        if person is None:
            closures.append((start, end))
        else:
            (elsewhere if is_private else absences)[person].append((start, end))
    hours = hours_told(told, tz)
    return {
        pk: Timetable(
            working=tuple(hours.working[pk]),
            breaks=hours.breaks[pk],
            closures=closures,
            absences=own,
            elsewhere=elsewhere[pk],
        )
        for pk, own in absences.items()
    }


def timetables_as_told(
    therapists: Iterable[int], away: str, hours: str, clinic: Clinic
) -> dict[int, Timetable]:
    """The same of those rows as JSON; kept while they say the same, as they mostly do."""
    return dict(_kept(frozenset(therapists), away, hours, clinic.tz))


@lru_cache(maxsize=KEPT)
def _kept(
    therapists: frozenset[int], away: str, hours: str, tz: ZoneInfo
) -> Mapping[int, Timetable]:
    return timetables_told(therapists, json.loads(away), _as_rows(json.loads(hours)), tz)


def hours_and_breaks(therapists: Iterable[int], days: Iterable[date], clinic: Clinic) -> Hours:
    """Of these civil days, weekly and extra hours alike."""
    return hours_told(facts.hours_of_work(therapists, days), clinic.tz)


def hours_told(told: Iterable[Row], tz: ZoneInfo) -> Hours:
    """The same of rows as `facts.hours_of_work` has them."""
    working: dict[int, list[Span]] = defaultdict(list)
    breaks: dict[int, list[Span]] = defaultdict(list)
    for therapist, day, start, end, works in told:
        if hours := clock_span(day, start, end, tz):
            (working if works else breaks)[therapist].append(hours)
    for therapist, pauses in breaks.items():
        working[therapist] = without(working[therapist], pauses)
    return Hours(working, breaks)


def worked_told(rows: Iterable[Sequence], clinic: Clinic) -> dict[int, list[Span]]:
    """Each therapist's hours of work without the breaks, of those rows as JSON has them."""
    worked = hours_told(_as_rows(rows), clinic.tz).working
    return {pk: joined(spans) for pk, spans in worked.items()}


def _as_rows(rows: Iterable[Sequence]) -> Iterator[Row]:
    for pk, day, start, end, works in rows:
        hours = time.fromisoformat(start), time.fromisoformat(end)
        yield pk, date.fromisoformat(day), *hours, works


def hours_of_work(
    therapists: Iterable[int], days: Iterable[date], clinic: Clinic
) -> dict[int, list[Span]]:
    """Each therapist's hours, weekly and extra, without their weekly breaks."""
    return hours_and_breaks(therapists, days, clinic).working
