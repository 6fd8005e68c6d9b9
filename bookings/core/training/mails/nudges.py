"""The reasons to write to a runner about sessions not yet booked, each with its date (N3 to N6).

When a mail really goes out, and with what, is decided day by day (pacing.py, mailings.py).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from bookings.core.training.phases import DAY, spans_of
from bookings.core.training.protocol import Protocol
from bookings.core.training.protocol.vocabulary import Kind, Phase, Priority
from bookings.core.training.races import Race
from bookings.core.training.sessions import CYCLE_KINDS, Session


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


NudgeId = tuple[Topic, date, date]


@dataclass(frozen=True)
class Nudge:
    """A reason to write: due on a date, about these sessions, and for one of them first of all.

    Race blocks and the check after a race are about all of theirs alike: they have no `own`.
    """

    topic: Topic
    race: Race
    due: date
    covers: tuple[Session, ...]
    own: Session | None = None

    @property
    def id(self) -> NudgeId:
        """Tells it from every other of the same runner, and stays when the plan is made anew."""
        return self.topic, self.race.race_date, self.own.window_start if self.own else self.due

    def left_on(self, day: date, gone: Collection[Session]) -> "Nudge":
        """What is still to be booked on that day; nothing once its own session is (N7)."""
        if self.own in gone:
            return replace(self, covers=())
        still = (s for s in self.covers if s.window_end > day and s not in gone)
        return replace(self, covers=tuple(still))


def nudges_of(
    races: Sequence[Race], sessions: Sequence[Session], protocol: Protocol
) -> Iterator[Nudge]:
    """Each nudge on its original date (N3 to N5), whatever is booked."""
    yield from _cycle_nudges(sessions, protocol)
    for race in races:
        if race.drives_a_plan:
            own = [session for session in sessions if session.race == race]
            yield from _race_nudges(race, own, protocol)


def blackout(races: Iterable[Race]) -> set[date]:
    """N6: the day before and the day of A and B races, and the day after an A race."""
    days: set[date] = set()
    for race in races:
        if race.is_run and race.priority is not Priority.C:
            days |= {race.race_date - DAY, race.race_date}
        if race.drives_a_plan:
            days.add(race.race_date + DAY)
    return days


def _cycle_nudges(sessions: Sequence[Session], protocol: Protocol) -> Iterator[Nudge]:
    """N3: each covers the cycle sessions whose windows open in the days that follow it."""
    rules = protocol.mails.nudges.cycle
    cycle = [session for session in sessions if session.kind in CYCLE_KINDS.values()]
    for session in cycle:
        due = session.window_start - timedelta(days=rules.before_window)
        until = due + timedelta(days=rules.covers_next)
        covers = tuple(s for s in cycle if due <= s.window_start < until)
        yield Nudge(Topic.CYCLE, session.race, due, covers, session)


def _race_nudges(race: Race, own: Sequence[Session], protocol: Protocol) -> Iterator[Nudge]:
    """N4 and N5 for one A race."""
    rules = protocol.mails.nudges
    block = tuple(session for session in own if session.kind in rules.race_block.covers)
    days_before = rules.race_block.days_for(race.distance)
    for topic, days in zip(RACE_BLOCK_TOPICS, days_before, strict=True):
        yield Nudge(topic, race, race.race_date - timedelta(days=days), block)
    gentle = tuple(session for session in own if session.kind is Kind.POST_RACE_GENTLE)
    check = race.race_date + timedelta(days=rules.check_days_after_race)
    yield Nudge(Topic.POST_RACE_CHECK, race, check, gentle)
    for session in own:
        if session.kind in LATER_TOPICS:
            due = session.window_start - timedelta(days=rules.before_after_race_window)
            yield Nudge(LATER_TOPICS[session.kind], race, due, (session,), session)


@dataclass(frozen=True)
class OffSeasonMail:
    """One on a day, in the off-season that `begins` the day after the last return phase."""

    begins: date
    day: date


def off_season_mails(
    races: Sequence[Race], protocol: Protocol, *, until: date
) -> Iterator[OffSeasonMail]:
    """Those up to `until`, while no race is ahead; none where no race has a return phase."""
    spans = (span for race in races for span in spans_of(race, protocol))
    begins = max((span.end for span in spans if span.phase is Phase.RETURN), default=None)
    if begins is None:
        return
    rules = protocol.mails.nudges.off_season
    day = begins + timedelta(days=rules.first_after)
    while day <= until:
        if not any(race.is_run and race.race_date >= day for race in races):
            yield OffSeasonMail(begins, day)
        day += timedelta(days=rules.every)
