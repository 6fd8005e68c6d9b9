"""The forecast tried on weeks that are over: what it would have said, and what came."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from bookings.core.training.forecast.facts import week_of
from bookings.core.training.forecast.ledger import AHEAD, Ledger
from bookings.core.training.forecast.weeks import Expected, band, expected_then

A_SEASON = 26  # weeks
LEARNT_BEFORE = 8  # weeks of visits, before anything is said
A_MONTH = 4  # weeks
ENOUGH = 6  # weeks, to say how far it is off
UNTRIED = 1.5  # by how much the spread is widened while it has not been tried


@dataclass(frozen=True)
class TriedWeek:
    """A week that is over, as it was expected so many weeks before."""

    said: Expected
    came: int
    as_last_month: float

    @property
    def lead(self) -> int:
        return self.said.lead

    @property
    def off(self) -> float:
        return abs(self.came - self.said.visits)

    @property
    def off_as_last_month(self) -> float:
        return abs(self.came - self.as_last_month)


@dataclass(frozen=True)
class Error:
    """On average over `weeks` weeks, in visits; `inside`: of so many it lay within the band."""

    lead: int
    weeks: int
    mean: float
    as_last_month: float
    came: float
    inside: int


@dataclass(frozen=True)
class TrackRecord:
    """How the forecast has done, by how many weeks before it was made."""

    tried: Sequence[TriedWeek]

    def widened(self, lead: int) -> float:
        """By how much more than chance it was off; of what is seldom tried, as of all leads."""
        own = [one for one in self.tried if one.lead == lead]
        known = own if len(own) >= ENOUGH else self.tried
        if len(known) < ENOUGH:
            return UNTRIED
        return max(1.0, fmean((one.came - one.said.visits) ** 2 / one.said.spread for one in known))

    def errors(self) -> list[Error]:
        by_lead: dict[int, list[TriedWeek]] = defaultdict(list)
        for one in self.tried:
            by_lead[one.lead].append(one)
        return [self._error(lead, by_lead[lead]) for lead in sorted(by_lead)]

    def error(self) -> Error | None:
        """Of all leads together."""
        return self._error(0, self.tried) if self.tried else None

    def _error(self, lead: int, tried: Sequence[TriedWeek]) -> Error:
        return Error(
            lead=lead,
            weeks=len(tried),
            mean=fmean(one.off for one in tried),
            as_last_month=fmean(one.off_as_last_month for one in tried),
            came=fmean(one.came for one in tried),
            inside=sum(self._is_inside(one) for one in tried),
        )

    def _is_inside(self, one: TriedWeek) -> bool:
        low, high = band(one.said, self.widened(one.lead))
        return low <= one.came <= high


def back_test(
    ledger: Ledger, today: date, *, season: int = A_SEASON, leads: Iterable[int] = ()
) -> TrackRecord:
    """Of the weeks that are over, as far back as there was enough to learn from."""
    first, now = ledger.first_week, week_of(today)
    if first is None:
        return TrackRecord([])
    return TrackRecord(
        [
            TriedWeek(
                expected_then(ledger, week, lead),
                ledger.came[week],
                _last_month(ledger, week - lead),
            )
            for week in range(now - season, now)
            for lead in leads or range(1, AHEAD + 1)
            if week - lead - LEARNT_BEFORE >= first
        ]
    )


def _tried(ledger: Ledger, week: int, lead: int) -> TriedWeek:
    said = expected_then(ledger, week, lead)
    return TriedWeek(said, ledger.came[week], _last_month(ledger, week - lead))


def _last_month(ledger: Ledger, now: int) -> float:
    return sum(ledger.came[week] for week in range(now - A_MONTH, now)) / A_MONTH
