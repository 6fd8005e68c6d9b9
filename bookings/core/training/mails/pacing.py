"""What may go out on one day: far enough from the last mail, and not around a race (N2, N3, N6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.core.training.mails.nudges import Nudge, Topic
from bookings.core.training.phases import DAY
from bookings.core.training.protocol import Protocol
from bookings.core.training.sessions import SessionId


@dataclass(frozen=True)
class LastCycle:
    """The last mail that was about cycle sessions."""

    day: date
    covers: frozenset[SessionId]


@dataclass(frozen=True)
class Handled:
    """What became of the nudges due on a day: sent now or put off; or else dropped."""

    now: tuple[Nudge, ...] = ()
    later: tuple[tuple[Nudge, date], ...] = ()


@dataclass(frozen=True)
class Pace:
    """How often one runner is written to: `last` is the day of the last mail of any topic."""

    protocol: Protocol
    blackout: Collection[date]
    last: date | None
    last_cycle: LastCycle | None

    def first_free(self, day: date) -> date:
        """N2, N6: the day itself, or the next that is far enough from the last mail and free."""
        day = self._far_enough(day)
        while day in self.blackout:
            day += DAY
        return day

    def is_kept_by_a_race(self, day: date) -> bool:
        """Rather than by the last mail."""
        return self.first_free(day) > self._far_enough(day)

    def _far_enough(self, day: date) -> date:
        gap = timedelta(days=self.protocol.mails.nudges.min_gap)
        return max(day, self.last + gap) if self.last else day

    def handle(self, day: date, due: Sequence[Nudge]) -> Handled:
        """The nudges that are due, with the sessions they still cover on that day."""
        free = self.first_free(day)
        if free != day:
            return Handled(later=tuple((nudge, free) for nudge in due))
        now, later = [], []
        for nudge in due:
            if not nudge.covers:
                continue
            if nudge.topic is not Topic.CYCLE or self._cycle_gap_ends() <= day:
                now.append(nudge)
            elif self._says_something_new(nudge):
                later.append((nudge, self._cycle_gap_ends()))
        return Handled(tuple(now), tuple(later))

    def _cycle_gap_ends(self) -> date:
        if self.last_cycle is None:
            return date.min
        return self.last_cycle.day + timedelta(days=self.protocol.mails.nudges.cycle.min_gap)

    def _says_something_new(self, nudge: Nudge) -> bool:
        told = self.last_cycle.covers if self.last_cycle else frozenset()
        return not {session.id for session in nudge.covers} <= told
