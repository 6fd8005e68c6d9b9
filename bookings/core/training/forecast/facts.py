"""What is known of visits and of the sessions that plans have asked for, day by day."""

from dataclasses import dataclass
from datetime import date

from bookings.core.training.protocol.vocabulary import Kind, Phase

DAYS = 7


def week_of(day: date) -> int:
    """By number, so that weeks can be counted with; the first of all begins on a Monday."""
    return (day.toordinal() - 1) // DAYS


def monday(week: int) -> date:
    return date.fromordinal(week * DAYS + 1)


@dataclass(frozen=True)
class VisitFact:
    """A visit as it stands, by its id; `gone_on` is when it was cancelled, None where it was not.

    Whoever did not come has had the time all the same.
    """

    visit: int
    client: int
    day: date
    booked_on: date
    gone_on: date | None
    treatment: int

    @property
    def week(self) -> int:
        return week_of(self.day)

    @property
    def stood(self) -> bool:
        return self.gone_on is None

    def was_booked(self, on: date) -> bool:
        """As the day began."""
        return self.booked_on < on and (self.gone_on is None or self.gone_on >= on)


@dataclass(frozen=True)
class WantedFact:
    """A recommended session; `known_on` is when its race was entered, `treatment` what would do.

    Its window is [opens, closes).
    """

    client: int
    kind: Kind
    phase: Phase
    ideal: date
    opens: date
    closes: date
    known_on: date
    treatment: int | None

    @property
    def week(self) -> int:
        return week_of(self.ideal)

    @property
    def group(self) -> tuple[Kind, Phase]:
        """Those of one group are taken up alike."""
        return self.kind, self.phase

    def covers(self, day: date) -> bool:
        return self.opens <= day < self.closes

    def was_known(self, on: date) -> bool:
        return self.known_on < on
