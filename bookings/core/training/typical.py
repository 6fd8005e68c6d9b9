"""When the phases of a typical race lie, in plain words: "18 to 13 weeks before"."""

from collections.abc import Mapping
from datetime import date

from bookings.core.training.phases import Span, spans_of
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import Distance, Phase
from bookings.core.training.races import Race

ANY_SUNDAY = date(2027, 4, 25)
UP_TO_DAYS = 14  # beyond them weeks are told


def in_plain_words(protocol: Protocol, distance: Distance) -> Mapping[Phase, str]:
    """Each phase of one race over that distance, as far from the race as it usually is."""
    race = Race(ANY_SUNDAY, distance)
    told = {span.phase: _told(span) for span in spans_of(race, protocol)}
    return {Phase.OFF_SEASON: "With no race ahead", **told}


def _told(span: Span) -> str:
    first = (span.start - span.race.race_date).days
    end = (span.end - span.race.race_date).days
    if span.phase is Phase.RACE_DAY:
        return "The day itself"
    return _before(-first, -end) if end <= 0 else _after(first, end - 1)


def _before(first: int, end: int) -> str:
    """Days before the race on which it begins, and on which the next phase does."""
    if end <= 0:
        return f"The last {_days(first)} before the race"
    return f"{round(first / 7)} to {_weeks(round(end / 7))} before the race"


def _after(first: int, last: int) -> str:
    if first == 1:
        return f"The first {_days(last)} after the race" if last > 1 else "The day after the race"
    if last <= UP_TO_DAYS:
        return f"Day {first} to day {last} after the race"
    if first <= UP_TO_DAYS:
        return f"From {_days(first)} to {_weeks(round(last / 7))} after the race"
    return f"{round((first - 1) / 7)} to {_weeks(round(last / 7))} after the race"


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"


def _weeks(count: int) -> str:
    return f"{count} {'week' if count == 1 else 'weeks'}"
