"""Which phase a date has: the model of weeks before a race, and days after it (P1 to P9)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.distances import DistanceRules
from bookings.core.training.protocol.vocabulary import (
    PRECEDENCE,
    Outcome,
    Phase,
    Pressure,
    Priority,
)
from bookings.core.training.races import WEEK, Race

DAY = timedelta(days=1)
LONGEST_SPLIT = 30  # weeks; base takes what is above
SHORT_PLAN = 8  # weeks; below it the weeks are split differently
BRIEF_TAPER_UP_TO = 10  # weeks


@dataclass(frozen=True)
class Split:
    """A plan's weeks; `taper` includes race week."""

    base: int
    build: int
    peak: int
    taper: int


def split_weeks(weeks: int, rules: DistanceRules, taper_weeks: int | None = None) -> Split:
    """How a plan of so many weeks is divided (P3 to P5); `taper_weeks` is the runner's own wish."""
    within = min(weeks, LONGEST_SPLIT)
    longest_taper = 2 if within <= BRIEF_TAPER_UP_TO else 4
    taper = min(taper_weeks or rules.taper_weeks, longest_taper, within)
    if within < SHORT_PLAN:
        peak = min(2, (within - taper + 1) // 2)
        build = min(2, within - taper - peak)
    else:
        peak = min(max((28 * within + 50) // 100, 2), rules.peak_cap)
        build = min(8, (within - taper - peak) // 2)
    return Split(base=weeks - taper - peak - build, build=build, peak=peak, taper=taper)


@dataclass(frozen=True)
class Span:
    """The days [start, end) on which one race, looked at alone, puts a runner in a phase."""

    phase: Phase
    race: Race
    start: date
    end: date


def spans_of(race: Race, protocol: Protocol) -> list[Span]:
    """The raw phases of one race in order, without gaps of its own making (P1 to P6, P8, P9)."""
    if race.outcome is Outcome.CANCELLED:
        return []
    edges = _before(race, protocol)
    if race.is_run:
        edges += _after(race, protocol)
    return [Span(phase, race, start, end) for phase, start, end in edges if start < end]


Edges = list[tuple[Phase, date, date]]


def _before(race: Race, protocol: Protocol) -> Edges:
    if race.priority is Priority.C:
        return []
    if race.priority is Priority.B:
        days = timedelta(days=protocol.b_race_week_days)
        return [(Phase.RACE_WEEK, race.race_date - days, race.race_date)]
    return _training(race, protocol)


def _training(race: Race, protocol: Protocol) -> Edges:
    """P1 to P5: each phase ends so many weeks before the race, the first begins with the plan."""
    weeks = race.plan_weeks(protocol)
    split = split_weeks(weeks, protocol.distances[race.distance], race.taper_weeks)
    to_peak = split.taper + split.peak
    weeks_before = (weeks, to_peak + split.build, to_peak, split.taper, 1)
    starts = [race.race_date - w * WEEK + DAY for w in weeks_before]
    phases = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER)
    plan_start = race.plan_start(protocol)
    edges = [
        (phase, max(start, plan_start), end)
        for phase, (start, end) in zip(phases, pairwise(starts), strict=True)
    ]
    return [*edges, (Phase.RACE_WEEK, starts[-1], race.race_date)]


def _after(race: Race, protocol: Protocol) -> Edges:
    """P6 for the distance that P9 gives, cut down for B and C races (P8)."""
    rules = race.recovers_as(protocol)
    race_day, acute, recovery, back = (
        race.race_date + timedelta(days=days)
        for days in (0, 1, rules.acute_last_day + 1, rules.recovery_last_day + 1)
    )
    edges = [(Phase.RACE_DAY, race_day, acute), (Phase.ACUTE, acute, recovery)]
    if race.priority is Priority.A:
        end = race_day + timedelta(days=rules.return_last_day + 1)
        edges += [(Phase.RECOVERY, recovery, back), (Phase.RETURN, back, end)]
    elif race.priority is Priority.B:
        half = timedelta(days=((back - recovery).days + 1) // 2)
        edges += [(Phase.RECOVERY, recovery, recovery + half)]
    return edges


@dataclass(frozen=True)
class Segment:
    """The days [start, end) with one phase; `race` is None in the off-season."""

    phase: Phase
    race: Race | None
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True)
class PhaseDay:
    """One day: its phase, whose race gives it, and the firmest pressure that is advised."""

    day: date
    phase: Phase
    race: Race | None
    ceiling: Pressure

    @property
    def days_to_race(self) -> int | None:
        """Positive before the race; None in the off-season."""
        return self.race.days_to(self.day) if self.race else None


@dataclass(frozen=True)
class Stretch:
    """From `start` to the next stretch nothing about the phase changes."""

    start: date
    phase: Phase
    race: Race | None
    ceiling: Pressure


@dataclass(frozen=True)
class Timeline:
    """The phase of every civil date there is, for one runner's races (P7)."""

    stretches: Sequence[Stretch]

    @classmethod
    def of(cls, races: Sequence[Race], protocol: Protocol) -> "Timeline":
        spans = _spans(races, protocol)
        return cls([_stretch(day, spans, protocol) for day in sorted(_edges(spans))])

    def on(self, day: date) -> PhaseDay:
        stretch = self.stretches[self._index(day)]
        return PhaseDay(day, stretch.phase, stretch.race, stretch.ceiling)

    def segments(self, start: date, end: date) -> list[Segment]:
        """[start, end) without gaps; neighbours differ in phase or race."""
        found: list[Segment] = []
        for piece in self._pieces(start, end):
            if found and (found[-1].phase, found[-1].race) == (piece.phase, piece.race):
                found[-1] = replace(found[-1], end=piece.end)
            else:
                found.append(piece)
        return found

    def _pieces(self, start: date, end: date) -> Iterator[Segment]:
        inside = self.stretches[self._index(start) :]
        starts = [start, *(stretch.start for stretch in inside[1:] if stretch.start < end), end]
        for stretch, (begins, ends) in zip(inside, pairwise(starts), strict=False):
            yield Segment(stretch.phase, stretch.race, begins, ends)

    def _index(self, day: date) -> int:
        return bisect_right(self._starts, day) - 1

    @cached_property
    def _starts(self) -> list[date]:
        return [stretch.start for stretch in self.stretches]


def _stretch(day: date, spans: Sequence[Span], protocol: Protocol) -> Stretch:
    """P7: the most pressing phase, of the nearest race; the lowest ceiling of all of them."""
    here = [span for span in spans if span.start <= day < span.end]
    if not here:
        off_season = protocol.phases[Phase.OFF_SEASON]
        return Stretch(day, Phase.OFF_SEASON, None, off_season.ceiling)
    first = min(here, key=lambda s: (PRECEDENCE[s.phase], abs(s.race.days_to(day))))
    ceiling = min(protocol.phases[span.phase].ceiling for span in here)
    return Stretch(day, first.phase, first.race, ceiling)


def phase_on(day: date, races: Sequence[Race], protocol: Protocol) -> PhaseDay:
    """The phase of one date, of whose stretch alone is asked; ask a Timeline for many."""
    spans = _spans(races, protocol)
    since = max(edge for edge in _edges(spans) if edge <= day)
    return Timeline([_stretch(since, spans, protocol)]).on(day)


def _spans(races: Sequence[Race], protocol: Protocol) -> list[Span]:
    return [span for race in races for span in spans_of(race, protocol)]


def _edges(spans: Sequence[Span]) -> set[date]:
    """Where the phase may change."""
    return {date.min, *(span.start for span in spans), *(span.end for span in spans)}


def last_phase_ends(races: Sequence[Race], protocol: Protocol) -> date | None:
    """The first day after every phase of every race; None without any phase."""
    return max((span.end for span in _spans(races, protocol)), default=None)
