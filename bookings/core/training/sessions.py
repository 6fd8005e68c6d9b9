"""The sessions a plan recommends (S1 to S8)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bookings.core.training.phases import DAY, PhaseDay, Timeline, spans_of
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.sessions import Offsets
from bookings.core.training.protocol.vocabulary import (
    Kind,
    Phase,
    Pressure,
    Priority,
)
from bookings.core.training.races import WEEK, Race, Runner

NOT_ON = (Phase.RACE_DAY, Phase.ACUTE, Phase.RACE_WEEK)
TUNE_UP_PHASES = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER)
AFTER_RACE_PHASES = (Phase.RECOVERY, Phase.RETURN, Phase.OFF_SEASON)
CYCLE_KINDS = {
    Phase.BASE: Kind.MAINTENANCE,
    Phase.BUILD: Kind.TRAINING,
    Phase.PEAK: Kind.PEAK_RECOVERY,
    Phase.TAPER: Kind.PEAK_RECOVERY,
}
RANK = {Kind.PRE_RACE_FLUSH: 0, Kind.POST_RACE_GENTLE: 1, Kind.TAPER_TUNE_UP: 2}
LOWEST_RANK = 3

INSTEAD_WITHIN = timedelta(days=14)

# No plan has two sessions of one kind on one day.
SessionId = tuple[Kind, date]


@dataclass(frozen=True)
class Session:
    """A recommended session: on the `ideal` day, or any day of [window_start, window_end).

    `suggested` is the ideal day, or once that has passed the next one of the window (S8); `phase`
    is the ideal day's own (P7), `race` the race the session is for. `instead` are good days after
    the window, where the runner's own plan takes days of it: a visit then is this session as well.
    """

    kind: Kind
    race: Race
    ideal: date
    window_start: date
    window_end: date
    minutes: int
    pressure: Pressure
    phase: Phase
    suggested: date
    instead: tuple[date, ...] = ()

    @property
    def id(self) -> SessionId:
        return self.kind, self.ideal

    def covers(self, day: date) -> bool:
        return self.window_start <= day < self.window_end


def recommended(
    races: Sequence[Race], runner: Runner, protocol: Protocol, timeline: Timeline
) -> list[Session]:
    """All that the races ask for, past or to come, in no order."""
    layout = Layout(races, runner, protocol, timeline)
    return _apart(layout.sessions(), protocol.placement.min_days_apart)


def still_open(
    sessions: Iterable[Session], runner: Runner, timeline: Timeline, *, as_of: date
) -> list[Session]:
    """What is still worth booking on `as_of`, in order of the ideal day (S8)."""
    return [
        replace(session, suggested=_suggested(session, runner, timeline, as_of))
        for session in sorted(sessions, key=lambda session: session.ideal)
        if session.window_end > as_of
    ]


def with_days_instead(
    sessions: Sequence[Session], runner: Runner, protocol: Protocol, timeline: Timeline
) -> list[Session]:
    """S10: until the next one's window, in weeks that ask for it."""
    found = []
    for session in sessions:
        is_taken = any(map(runner.is_strained, _days(session.window_start, session.window_end)))
        if not (runner.schedule.days and is_taken):
            found.append(session)
            continue
        later = [one.window_start for one in sessions if one.window_start > session.window_start]
        days = _days(session.window_end, min([*later, session.window_end + INSTEAD_WITHIN]))
        good = [
            day
            for day in days
            if not runner.is_strained(day)
            and not is_cut(session.kind, session.race, timeline.on(day))
            and session.kind in protocol.phases[timeline.on(day).phase].sessions
        ]
        found.append(replace(session, instead=tuple(good)))
    return found


def _suggested(session: Session, runner: Runner, timeline: Timeline, as_of: date) -> date:
    """No window ends with a day that is cut (S1), so there is always one."""
    first = max(session.ideal, as_of)
    days = [
        day
        for day in _days(first, session.window_end)
        if not is_cut(session.kind, session.race, timeline.on(day))
    ]
    return next((day for day in days if not runner.is_strained(day)), days[0])


def is_cut(kind: Kind, race: Race, day: PhaseDay) -> bool:
    """S1: whether no session of that kind, for that race, may be on the day."""
    if kind is Kind.PRE_RACE_FLUSH and day.phase is Phase.RACE_WEEK and day.race:
        return day.race != race and day.race.is_run
    return day.phase in NOT_ON


def _apart(sessions: Iterable[Session], days: int) -> list[Session]:
    """S7: those that keep their distance; the more important stays, or else the earlier."""
    kept: list[Session] = []
    for session in sorted(sessions, key=_importance):
        if all(abs((session.ideal - other.ideal).days) >= days for other in kept):
            kept.append(session)
    return kept


def _importance(session: Session) -> tuple[int, date, date]:
    return RANK.get(session.kind, LOWEST_RANK), session.ideal, session.race.race_date


@dataclass(frozen=True)
class Layout:
    """Lays the sessions of every A race on the runner's timeline."""

    races: Sequence[Race]
    runner: Runner
    protocol: Protocol
    timeline: Timeline

    def sessions(self) -> Iterator[Session]:
        """All that the rules place, before S7 thins them out."""
        for race in self.races:
            if race.drives_a_plan:
                yield from self._before(race)
                yield from self._after(race)

    def _before(self, race: Race) -> Iterator[Session]:
        opens = self._tune_up_opens(race)
        tune_up = self._massage_day_from(opens)
        yield from self._cycle(race, opens)
        if self._tune_up_fits(race, tune_up):
            allowed = _window(race.race_date, self.protocol.placement.tune_up)
            yield from self._session(Kind.TAPER_TUNE_UP, race, tune_up, within=allowed)
        flush = race.race_date + timedelta(days=self.protocol.placement.flush_ideal)
        window = _window(race.race_date, self.protocol.placement.flush)
        yield from self._session(Kind.PRE_RACE_FLUSH, race, flush, window)

    def _after(self, race: Race) -> Iterator[Session]:
        rules = race.recovers_as(self.protocol)
        yield from self._gentle(race, race.race_date + timedelta(days=rules.acute_last_day + 1))
        yield from self._later(Kind.POST_RACE_RECOVERY, race, rules.recovery_session_from_day)
        yield from self._later(Kind.RETURN_CHECK, race, rules.return_session_from_day)

    def _tune_up_opens(self, race: Race) -> date:
        """S2: the one massage day of the seven from here is the tune-up's."""
        return race.race_date + timedelta(days=self.protocol.placement.tune_up.opens)

    def _tune_up_fits(self, race: Race, day: date) -> bool:
        """S2: a training day of this race's own, and not soon after another A race."""
        here = self.timeline.on(day)
        clear = self.protocol.placement.clear_days_after_another_race
        return (
            here.race == race
            and here.phase in TUNE_UP_PHASES
            and not any(
                1 <= -other.days_to(day) <= clear
                for other in self.races
                if other.drives_a_plan and other != race
            )
        )

    def _cycle(self, race: Race, tune_up: date) -> Iterator[Session]:
        """S4: backwards from the tune-up's week, each an interval of weeks before the last kept."""
        own = {span.phase: span for span in spans_of(race, self.protocol)}
        last, week = tune_up, tune_up - WEEK
        while (day := self._massage_day_from(week)) >= race.plan_start(self.protocol):
            phase = next(p for p, span in own.items() if span.start <= day < span.end)
            if (last - week).days >= self._interval(phase) and not self._is_blocked(race, day):
                yield from self._session(CYCLE_KINDS[phase], race, day)
                last = week
            week -= WEEK

    def _interval(self, phase: Phase) -> int:
        high = self.runner.weekly_volume_km >= self.protocol.high_volume_from_km
        return self.protocol.phases[phase].cadence.interval(high_volume=high)

    def _is_blocked(self, race: Race, day: date) -> bool:
        """S4: no cycle session near any race, nor where another A race has its say."""
        here = self.timeline.on(day)
        if here.phase in NOT_ON:
            return True
        return here.race is not None and here.race.priority is Priority.A and here.race != race

    def _gentle(self, race: Race, day: date) -> Iterator[Session]:
        """S5: the first day after the acute phase."""
        if self.timeline.on(day).phase not in NOT_ON:
            window = (day, day + timedelta(days=self.protocol.placement.gentle_days))
            yield from self._session(Kind.POST_RACE_GENTLE, race, day, window)

    def _later(self, kind: Kind, race: Race, from_day: int | None) -> Iterator[Session]:
        """S6: the first massage weekday from then on, unless another race owns that date."""
        if from_day is None:
            return
        day = self._massage_day_from(race.race_date + timedelta(days=from_day))
        here = self.timeline.on(day)
        if here.phase in AFTER_RACE_PHASES and here.race in (race, None):
            yield from self._session(kind, race, day)

    def _massage_day_from(self, day: date) -> date:
        """S1: the massage day of the week from `day`: after its long run, as far as it is known
        (S10), else by the weekday."""
        after = self.protocol.placement.massage_days_after_long_run
        for own in _days(day, day + WEEK) if self.runner.schedule.long_runs else ():
            if self.runner.runs_long_on(own - after * DAY):
                return own
        weekday = (self.runner.long_run_weekday + after) % 7
        return day + timedelta(days=(weekday - day.weekday()) % 7)

    def _session(
        self,
        kind: Kind,
        race: Race,
        ideal: date,
        window: "Window | None" = None,
        within: "Window | None" = None,
    ) -> Iterator[Session]:
        """The session, unless its day may have none or bears no pressure (S7)."""
        if not self._may_be_on(kind, race, ideal):
            return
        start, end = window or _window(ideal, self.protocol.placement.window)
        if within:
            start, end = max(start, within[0]), min(end, within[1])
        start, end = self._clipped(kind, race, start, end)
        if not window:
            start, end = self._widened(kind, race, (start, end), within)
        ideal = self._unstrained(kind, race, ideal, (start, end))
        here = self.timeline.on(ideal)
        minutes = self.protocol.session_types[kind].minutes
        pressure = min(self._pressure(kind), here.ceiling)
        yield Session(kind, race, ideal, start, end, minutes, pressure, here.phase, ideal)

    def _may_be_on(self, kind: Kind, race: Race, day: date) -> bool:
        here = self.timeline.on(day)
        return not is_cut(kind, race, here) and here.ceiling is not Pressure.NONE

    def _widened(
        self, kind: Kind, race: Race, window: "Window", within: "Window | None"
    ) -> "Window":
        """S10: a good day before and after it as well, where the plan takes days of it."""
        start, end = window
        if not any(self.runner.is_strained(day) for day in _days(start, end)):
            return window
        first, last = within or (date.min, date.max)
        earlier, later = start - DAY, end
        if earlier >= first and self._is_free(kind, race, earlier):
            start = earlier
        if later < last and self._is_free(kind, race, later):
            end = later + DAY
        return start, end

    def _is_free(self, kind: Kind, race: Race, day: date) -> bool:
        return not self.runner.is_strained(day) and self._may_be_on(kind, race, day)

    def _unstrained(self, kind: Kind, race: Race, ideal: date, window: "Window") -> date:
        """S10: the day nearest to the ideal one that is not beside a hard one of their own."""
        if not self.runner.is_strained(ideal):
            return ideal
        free = [
            day
            for day in _days(*window)
            if not self.runner.is_strained(day) and self._may_be_on(kind, race, day)
        ]
        return min(free, key=lambda day: (abs(day - ideal), day), default=ideal)

    def _pressure(self, kind: Kind) -> Pressure:
        """S7: what the kind asks for; a new client is spared before the race."""
        rules = self.protocol.session_types[kind]
        if self.runner.new_client and rules.new_client_pressure is not None:
            return rules.new_client_pressure
        return rules.pressure

    def _clipped(self, kind: Kind, race: Race, start: date, end: date) -> "Window":
        """S1: no window begins or ends on a day that no session may have."""
        while start < end and is_cut(kind, race, self.timeline.on(start)):
            start += DAY
        while start < end and is_cut(kind, race, self.timeline.on(end - DAY)):
            end -= DAY
        return start, end


Window = tuple[date, date]


def _days(start: date, end: date) -> list[date]:
    return [start + n * DAY for n in range((end - start).days)]


def _window(day: date, offsets: Offsets) -> Window:
    return day + timedelta(days=offsets.opens), day + timedelta(days=offsets.closes)
