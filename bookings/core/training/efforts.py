"""Sessions after a hard workout or an unusually long run that the runner has told of (S9)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.core.training.phases import DAY, Timeline
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import Kind, Phase, Pressure
from bookings.core.training.races import Runner
from bookings.core.training.sessions import NOT_ON, Session

HARD_WORK = (Phase.BUILD, Phase.PEAK)


def after_efforts(
    sessions: Iterable[Session],
    runner: Runner,
    protocol: Protocol,
    timeline: Timeline,
    *,
    as_of: date,
) -> list[Session]:
    """The sessions, and those that the runner's hard efforts add to them, earliest effort first."""
    placing = _Placing(runner, protocol, timeline)
    kept = list(sessions)
    for effort in runner.efforts_until(as_of):
        kept.extend(placing.after(effort, kept))
    return kept


@dataclass(frozen=True)
class _Placing:
    runner: Runner
    protocol: Protocol
    timeline: Timeline

    def after(self, effort: date, kept: Sequence[Session]) -> Iterator[Session]:
        """One session where the phase is one of hard work and a day is far enough from others."""
        at_the_time = self.timeline.on(effort)
        if at_the_time.phase not in HARD_WORK or at_the_time.race is None:
            return
        window = self._window(effort)
        ideal = self._ideal(effort, window, kept)
        if ideal is None:
            return
        rules = self.protocol.session_types[Kind.POST_HARD_EFFORT]
        here = self.timeline.on(ideal)
        yield Session(
            kind=Kind.POST_HARD_EFFORT,
            race=at_the_time.race,
            ideal=ideal,
            window_start=window[0],
            window_end=window[-1] + DAY,
            minutes=rules.minutes,
            pressure=min(rules.pressure, here.ceiling),
            phase=here.phase,
            suggested=ideal,
        )

    def _window(self, effort: date) -> list[date]:
        """The protocol's days after an effort, but for those that no session may have."""
        offsets = self.protocol.session_types[Kind.POST_HARD_EFFORT].after_effort
        if offsets is None:
            return []
        days = (effort + n * DAY for n in range(offsets.opens, offsets.closes))
        return [day for day in days if self._is_allowed(day)]

    def _is_allowed(self, day: date) -> bool:
        here, runner = self.timeline.on(day), self.runner
        return (
            here.phase not in NOT_ON
            and here.ceiling is not Pressure.NONE
            and not (runner.runs_long_on(day) or runner.runs_long_on(day + DAY))
            and not runner.is_strained(day)
        )

    def _ideal(self, effort: date, window: Sequence[date], kept: Sequence[Session]) -> date | None:
        """The day nearest to the one a long run would have, four days from every other session."""
        wanted = effort + self.protocol.placement.massage_days_after_long_run * DAY
        apart = timedelta(days=self.protocol.placement.min_days_apart)
        free = [day for day in window if all(abs(day - other.ideal) >= apart for other in kept)]
        return min(free, key=lambda day: (abs(day - wanted), day), default=None)
