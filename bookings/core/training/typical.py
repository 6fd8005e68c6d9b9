"""When the phases of a typical race lie, in plain words: "18 to 13 weeks before"."""

from collections.abc import Mapping
from datetime import date

from bookings.core.training.phases import Span, spans_of
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import Distance, Phase
from bookings.core.training.races import Race
from bookings.core.wording import Sentence, counted

ANY_SUNDAY = date(2027, 4, 25)
UP_TO_DAYS = 14  # beyond them weeks are told


def in_plain_words(protocol: Protocol, distance: Distance) -> Mapping[Phase, Sentence]:
    """Each phase of one race over that distance, as far from the race as it usually is."""
    race = Race(ANY_SUNDAY, distance)
    told = {span.phase: _told(span) for span in spans_of(race, protocol)}
    return {Phase.OFF_SEASON: Sentence("With no race ahead"), **told}


def _told(span: Span) -> Sentence:
    first = (span.start - span.race.race_date).days
    end = (span.end - span.race.race_date).days
    if span.phase is Phase.RACE_DAY:
        return Sentence("The day itself")
    return _before(-first, -end) if end <= 0 else _after(first, end - 1)


def _before(first: int, end: int) -> Sentence:
    """Days before the race on which it begins, and on which the next phase does."""
    if end <= 0:
        return Sentence("The last {days} before the race", days=_days(first))
    weeks = _weeks(round(end / 7))
    return Sentence("{first} to {weeks} before the race", first=round(first / 7), weeks=weeks)


def _after(first: int, last: int) -> Sentence:
    if first == 1 and last == 1:
        return Sentence("The day after the race")
    if first == 1:
        return Sentence("The first {days} after the race", days=_days(last))
    if last <= UP_TO_DAYS:
        return Sentence("Day {first} to day {last} after the race", first=first, last=last)
    weeks = _weeks(round(last / 7))
    if first <= UP_TO_DAYS:
        return Sentence("From {days} to {weeks} after the race", days=_days(first), weeks=weeks)
    first = round((first - 1) / 7)
    return Sentence("{first} to {weeks} after the race", first=first, weeks=weeks)


def _days(count: int) -> Sentence:
    return counted("{count} day", "{count} days", count)


def _weeks(count: int) -> Sentence:
    return counted("{count} week", "{count} weeks", count)
