"""A runner's plan: the phases of their dates, what to book, and when to write."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from bookings.core.training.efforts import after_efforts
from bookings.core.training.mails.mailings import Mailing, mailings
from bookings.core.training.phases import PhaseDay, Segment, Timeline
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import Phase
from bookings.core.training.races import Race, Runner
from bookings.core.training.sessions import (
    Session,
    is_cut,
    recommended,
    still_open,
    with_days_instead,
)

KEPT = 64  # plans: whoever has just seen one looks at pages that go by it


@dataclass(frozen=True)
class Plan:
    """What the protocol makes of a runner's races on the civil date `as_of`."""

    races: tuple[Race, ...]
    runner: Runner
    protocol: Protocol
    as_of: date
    timeline: Timeline
    sessions: tuple[Session, ...]
    visits: tuple[date, ...] = ()  # the days that advice keeps clear of, where they are told

    @cached_property
    def known_advice(self) -> dict[date, Any]:
        """What `advice_on` has said of a day, for pages ask about the same days again and again."""
        return {}

    @property
    def build_up_starts(self) -> date | None:
        """The first day of training (P2), while nothing but the off-season is before it.

        Of several races the first build-up to begin; a race without one begins none.
        """
        if self.on(self.as_of).phase is not Phase.OFF_SEASON:
            return None
        starts = [race.plan_start(self.protocol) for race in self.races if race.drives_a_plan]
        return min((day for day in starts if day > self.as_of), default=None)

    def on(self, day: date) -> PhaseDay:
        """The phase and the pressure ceiling of any date."""
        return self.timeline.on(day)

    def beside(self, visits: Iterable[date]) -> "Plan":
        """The same for whoever comes on those days already."""
        told = tuple(sorted(visits))
        return self if told == self.visits else replace(self, visits=told)

    def allows(self, session: Session, day: date) -> bool:
        """Whether it may be had on that day of its window: not on a race on the way (S1)."""
        cut = is_cut(session.kind, session.race, self.on(day))
        return session.covers(day) and not cut

    def segments(self, start: date, end: date) -> list[Segment]:
        """The phases of [start, end)."""
        return self.timeline.segments(start, end)

    def mailings(
        self, *, booked_on: Collection[date] = (), declined: Collection[Session] = ()
    ) -> list[Mailing]:
        """The mails this plan leads to if nothing more is booked."""
        return mailings(
            self.races,
            self.sessions,
            self.protocol,
            as_of=self.as_of,
            booked_on=booked_on,
            declined=declined,
        )


def plan(races: Sequence[Race], runner: Runner, protocol: Protocol, *, as_of: date) -> Plan:
    """The plan of races that `rejections` has nothing against."""
    return _plan(tuple(races), runner, protocol, as_of)


@lru_cache(maxsize=KEPT)
def _plan(races: tuple[Race, ...], runner: Runner, protocol: Protocol, as_of: date) -> Plan:
    timeline = Timeline.of(races, protocol)
    by_race = recommended(races, runner, protocol, timeline)
    known = after_efforts(by_race, runner, protocol, timeline, as_of=as_of)
    open_ones = still_open(known, runner, timeline, as_of=as_of)
    sessions = with_days_instead(open_ones, runner, protocol, timeline)
    return Plan(races, runner, protocol, as_of, timeline, tuple(sessions))
