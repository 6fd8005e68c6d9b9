"""The dates on which the clinic writes to a runner about sessions not yet booked (N1 to N7).

A mail's time of day, the clinic's zone, opting out and stale plans are the sender's business;
here a mail has a civil date, what it is about, and the sessions it lists.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from bookings.core.training.phases import DAY
from bookings.core.training.protocol import Protocol
from bookings.core.training.races import Race
from bookings.core.training.sessions import CYCLE_KINDS, Session
from bookings.core.training.vocabulary import Kind, Priority


class Topic(StrEnum):
    """What a nudge is about; several that fall together are one mail."""

    PLAN = "plan_email"
    CYCLE = "cycle"
    RACE_BLOCK = "race_block"
    RACE_BLOCK_FOLLOWUP = "race_block_followup"
    RACE_BLOCK_LAST_CALL = "race_block_last_call"
    POST_RACE_CHECK = "post_race_check"
    POST_RACE_RECOVERY = "post_race_recovery"
    RETURN_CHECK = "return_check"

    @property
    def rule(self) -> str:
        return RULES[self]


RULES = {
    Topic.PLAN: "N1",
    Topic.CYCLE: "N3",
    Topic.RACE_BLOCK: "N4",
    Topic.RACE_BLOCK_FOLLOWUP: "N4",
    Topic.RACE_BLOCK_LAST_CALL: "N4",
    Topic.POST_RACE_CHECK: "N5",
    Topic.POST_RACE_RECOVERY: "N5",
    Topic.RETURN_CHECK: "N5",
}
RACE_BLOCK_TOPICS = (Topic.RACE_BLOCK, Topic.RACE_BLOCK_FOLLOWUP, Topic.RACE_BLOCK_LAST_CALL)
LATER_TOPICS = {
    Kind.POST_RACE_RECOVERY: Topic.POST_RACE_RECOVERY,
    Kind.RETURN_CHECK: Topic.RETURN_CHECK,
}


@dataclass(frozen=True)
class Nudge:
    """A reason to write: due on a date, about these sessions."""

    topic: Topic
    due: date
    covers: tuple[Session, ...]


@dataclass(frozen=True)
class Mailing:
    """One mail on one date: its topics, and the sessions it lists in order of the ideal day."""

    day: date
    topics: tuple[Topic, ...]
    covers: tuple[Session, ...]

    @classmethod
    def of(cls, day: date, nudges: Sequence[Nudge]) -> "Mailing":
        topics = {nudge.topic for nudge in nudges}
        covers = {session for nudge in nudges for session in nudge.covers}
        return cls(
            day,
            topics=tuple(topic for topic in Topic if topic in topics),
            covers=tuple(sorted(covers, key=lambda session: session.ideal)),
        )

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted({topic.rule for topic in self.topics}))


def mailings(
    races: Sequence[Race],
    sessions: Sequence[Session],
    protocol: Protocol,
    *,
    as_of: date,
    booked_on: Collection[date] = (),
    declined: Collection[Session] = (),
) -> list[Mailing]:
    """Every mail about a plan made on `as_of`, in order of date.

    `booked_on`: the dates of pending and confirmed appointments; a session with one in its
    window is booked (N7). `declined`: sessions never to nudge about.
    """
    if not any(race.is_run for race in races):
        return []
    wanted = [
        session
        for session in sessions
        if session not in declined and not any(session.covers(day) for day in booked_on)
    ]
    nudges = [n for n in _due(races, wanted, protocol) if n.due > as_of]
    return _Walk(protocol, _blackout(races), as_of).through(nudges)


def _due(races: Sequence[Race], sessions: Sequence[Session], protocol: Protocol) -> Iterator[Nudge]:
    """Each nudge on its original date (N3 to N5)."""
    yield from _cycle_nudges(sessions, protocol)
    for race in races:
        if race.drives_a_plan:
            own = [session for session in sessions if session.race == race]
            yield from _race_nudges(race, own, protocol)


def _cycle_nudges(sessions: Sequence[Session], protocol: Protocol) -> Iterator[Nudge]:
    """N3: each covers the cycle sessions whose windows open in the days that follow it."""
    rules = protocol.mails.nudges.cycle
    cycle = [session for session in sessions if session.kind in CYCLE_KINDS.values()]
    for session in cycle:
        due = session.window_start - timedelta(days=rules.before_window)
        until = due + timedelta(days=rules.covers_next)
        yield Nudge(Topic.CYCLE, due, tuple(s for s in cycle if due <= s.window_start < until))


def _race_nudges(race: Race, own: Sequence[Session], protocol: Protocol) -> Iterator[Nudge]:
    """N4 and N5 for one A race."""
    rules = protocol.mails.nudges
    block = tuple(session for session in own if session.kind in rules.race_block.covers)
    days_before = rules.race_block.days_for(race.distance)
    for topic, days in zip(RACE_BLOCK_TOPICS, days_before, strict=True):
        yield Nudge(topic, race.race_date - timedelta(days=days), block)
    gentle = tuple(session for session in own if session.kind is Kind.POST_RACE_GENTLE)
    check = race.race_date + timedelta(days=rules.check_days_after_race)
    yield Nudge(Topic.POST_RACE_CHECK, check, gentle)
    for session in own:
        if session.kind in LATER_TOPICS:
            due = session.window_start - timedelta(days=rules.before_after_race_window)
            yield Nudge(LATER_TOPICS[session.kind], due, (session,))


def _blackout(races: Iterable[Race]) -> set[date]:
    """N6: the day before and the day of A and B races, and the day after an A race."""
    days: set[date] = set()
    for race in races:
        if race.is_run and race.priority is not Priority.C:
            days |= {race.race_date - DAY, race.race_date}
        if race.drives_a_plan:
            days.add(race.race_date + DAY)
    return days


class _Walk:
    """Walks the due dates in order, deferring, merging and dropping (N2, N3, N5, N6)."""

    def __init__(self, protocol: Protocol, blackout: set[date], as_of: date) -> None:
        self.rules = protocol.mails.nudges
        self.blackout = blackout
        self.sent = [Mailing(as_of, (Topic.PLAN,), ())]
        self.last_cycle: Mailing | None = None

    def through(self, nudges: Sequence[Nudge]) -> list[Mailing]:
        checks = [nudge for nudge in nudges if nudge.topic is Topic.POST_RACE_CHECK]
        waiting = [nudge for nudge in nudges if nudge.topic is not Topic.POST_RACE_CHECK]
        while waiting or checks:
            day = min(nudge.due for nudge in (*waiting, *checks))
            checked = [check for check in checks if check.due == day]
            if checked:
                self._send(day, [self._still_open(check, day) for check in checked])
                checks = [check for check in checks if check.due != day]
            else:
                due = [nudge for nudge in waiting if nudge.due == day]
                later = [nudge for nudge in waiting if nudge.due != day]
                waiting = later + self._handle(day, due)
        return self.sent

    def _handle(self, day: date, due: Sequence[Nudge]) -> list[Nudge]:
        """Sends what may go out on `day`; returns what waits for a later day."""
        free = self._first_free(day)
        if free != day:
            return [replace(nudge, due=free) for nudge in due]
        open_ones = [self._still_open(nudge, day) for nudge in due]
        now, later = [], []
        for nudge in (n for n in open_ones if n.covers):
            if nudge.topic is not Topic.CYCLE or self._cycle_gap_ends() <= day:
                now.append(nudge)
            elif self._says_something_new(nudge):
                later.append(replace(nudge, due=self._cycle_gap_ends()))
        self._send(day, now)
        return later

    def _first_free(self, day: date) -> date:
        """N2, N6: far enough from the last mail, and not around a race."""
        day = max(day, self.sent[-1].day + timedelta(days=self.rules.min_gap))
        while day in self.blackout:
            day += DAY
        return day

    def _cycle_gap_ends(self) -> date:
        if not self.last_cycle:
            return date.min
        return self.last_cycle.day + timedelta(days=self.rules.cycle.min_gap)

    def _says_something_new(self, nudge: Nudge) -> bool:
        return self.last_cycle is None or not set(nudge.covers) <= set(self.last_cycle.covers)

    def _still_open(self, nudge: Nudge, day: date) -> Nudge:
        return replace(nudge, covers=tuple(s for s in nudge.covers if s.window_end > day))

    def _send(self, day: date, nudges: Sequence[Nudge]) -> None:
        if not nudges:
            return
        mailing = Mailing.of(day, nudges)
        self.sent.append(mailing)
        if Topic.CYCLE in mailing.topics:
            self.last_cycle = mailing
