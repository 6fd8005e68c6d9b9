"""What the address of a slot picker asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bookings.models import Therapist

STRIP_DAYS = 14
STRIP = timedelta(days=STRIP_DAYS)
ANYBODY = "any"
NEXT, FREE, GOOD = "next", "free", "good"  # ?next=free, ?next=good


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it asks in vain is None.

    `next` is the next free day or the next good one, whichever is asked for; "" is neither.
    """

    first: date | None
    day: date | None
    therapist: Therapist | None
    next: str = ""

    @classmethod
    def read(
        cls,
        query: Mapping[str, str],
        therapists: list[Therapist],
        usual: Therapist | None,
        today: date,
        last: date,
    ) -> "Asked":
        slug = query.get("therapist", "")
        named = next((one for one in therapists if one.slug == slug), None)
        return cls(
            first=_day(query.get("from", ""), today, last),
            day=_day(query.get("day", ""), today, last),
            therapist=named or (None if slug == ANYBODY else usual),
            next=query.get(NEXT, "") if query.get(NEXT) in (FREE, GOOD) else "",
        )

    @property
    def says_nothing(self) -> bool:
        return self.first is None and self.day is None

    def on_the_week_of(self, visit: date, today: date) -> "Asked":
        """Of a visit that is moved: its own week, unless something else is asked for."""
        if not self.says_nothing or self.next:
            return self
        return replace(self, first=max(today, visit - timedelta(days=visit.weekday())), day=visit)

    def strip(self, today: date) -> date:
        """Where the strip begins: as asked, unless the day asked for would not be in it."""
        first = self.first or today
        if self.day and not first <= self.day < first + STRIP:
            return self.day
        return first


def _day(text: str, today: date, last: date) -> date | None:
    """The date, or the nearest to it on which one may book."""
    try:
        return min(max(date.fromisoformat(text), today), last)
    except ValueError:
        return None
