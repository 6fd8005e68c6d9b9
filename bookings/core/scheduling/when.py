"""When somebody would like to come: days, hours or an instant, on the clinic's wall clock."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bookings.core.wording import Sentence

LONGEST = 100  # characters in which a wish can be said


class Unclear(Exception):
    """Nobody can tell when; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Wish:
    """The civil days [first, last] (None: any later one), each from `since` to before `until`.

    Of them only the `weekdays`, Monday is 0; none named: all.

    `at` is the very instant (UTC) that was asked for, if one was; `people` are the keys of who
    may treat then, none named: anybody.
    """

    first: date
    last: date | None = None
    since: time | None = None
    until: time | None = None
    at: datetime | None = None
    notes: tuple[Sentence, ...] = ()
    weekdays: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def holds(self, instant: datetime, tz: ZoneInfo) -> bool:
        """Whether that instant is what was asked for."""
        if self.at is not None:
            return instant == self.at
        local = instant.astimezone(tz)
        on, clock = local.date(), local.time()
        return (
            self.first <= on
            and (self.last is None or on <= self.last)
            and (not self.weekdays or on.weekday() in self.weekdays)
            and (self.since is None or self.since <= clock)
            and (self.until is None or clock < self.until)
        )
