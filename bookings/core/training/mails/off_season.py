"""The few mails between two build-ups (N8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.core.training.phases import spans_of
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import Phase
from bookings.core.training.races import Race


@dataclass(frozen=True)
class OffSeasonMail:
    """One on a day, in the off-season that `begins` the day after the last return phase."""

    begins: date
    day: date


def off_season_mails(
    races: Sequence[Race], protocol: Protocol, *, until: date
) -> Iterator[OffSeasonMail]:
    """Those up to `until`, while no race is ahead; none where no race has a return phase."""
    spans = (span for race in races for span in spans_of(race, protocol))
    begins = max((span.end for span in spans if span.phase is Phase.RETURN), default=None)
    if begins is None:
        return
    rules = protocol.mails.nudges.off_season
    day = begins + timedelta(days=rules.first_after)
    while day <= until:
        if not any(race.is_run and race.race_date >= day for race in races):
            yield OffSeasonMail(begins, day)
        day += timedelta(days=rules.every)
