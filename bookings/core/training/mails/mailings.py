"""The mails that a plan leads to, one day after the other, if nothing changes (N1 to N7).

A mail's time of day, the clinic's zone, opting out and stale plans are the sender's business;
here a mail has a civil date, what it is about, and the sessions it lists.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bookings.core.training.mails.nudges import Nudge, Topic, blackout, nudges_of
from bookings.core.training.mails.pacing import LastCycle, Pace
from bookings.core.training.protocol import Protocol
from bookings.core.training.races import Race
from bookings.core.training.sessions import Session


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
    gone = {
        session
        for session in sessions
        if session in declined or any(session.covers(day) for day in booked_on)
    }
    nudges = [nudge for nudge in nudges_of(races, sessions, protocol) if nudge.due > as_of]
    return _Walk(protocol, blackout(races), gone, as_of).through(nudges)


class _Walk:
    """Walks the due dates in order, as the sender does day by day."""

    def __init__(
        self, protocol: Protocol, blackout: set[date], gone: set[Session], as_of: date
    ) -> None:
        self.protocol, self.blackout, self.gone = protocol, blackout, gone
        self.sent = [Mailing(as_of, (Topic.PLAN,), ())]
        self.last_cycle: LastCycle | None = None

    def through(self, nudges: Sequence[Nudge]) -> list[Mailing]:
        waiting = [(nudge.due, nudge) for nudge in nudges]
        while waiting:
            day = min(due for due, _ in waiting)
            due = [nudge for at, nudge in waiting if at == day]
            waiting = [(at, nudge) for at, nudge in waiting if at != day]
            waiting += self._handle(day, [nudge.left_on(day, self.gone) for nudge in due])
        return self.sent

    def _handle(self, day: date, due: Sequence[Nudge]) -> list[tuple[date, Nudge]]:
        """Sends what may go out on `day`; returns what waits for a later day."""
        checks = [nudge for nudge in due if nudge.topic is Topic.POST_RACE_CHECK]
        self._send(day, checks)
        others = [nudge for nudge in due if nudge.topic is not Topic.POST_RACE_CHECK]
        pace = Pace(self.protocol, self.blackout, self.sent[-1].day, self.last_cycle)
        handled = pace.handle(day, others)
        self._send(day, handled.now)
        return [(later, nudge) for nudge, later in handled.later]

    def _send(self, day: date, nudges: Sequence[Nudge]) -> None:
        if not nudges:
            return
        mailing = Mailing.of(day, nudges)
        self.sent.append(mailing)
        if Topic.CYCLE in mailing.topics:
            covers = frozenset(session.id for session in mailing.covers)
            self.last_cycle = LastCycle(day, covers)
