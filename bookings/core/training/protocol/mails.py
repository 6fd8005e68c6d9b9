"""When the clinic writes to runners of its own accord, and how often."""

from dataclasses import dataclass
from datetime import time

from bookings.core.mail.reminder_times import ReminderRules
from bookings.core.training.protocol.fields import Node
from bookings.core.training.protocol.sessions import KINDS
from bookings.core.training.protocol.vocabulary import Distance, Kind


@dataclass(frozen=True)
class CycleMails:
    """N3, in days."""

    before_window: int
    covers_next: int
    min_gap: int

    @classmethod
    def read(cls, node: Node) -> "CycleMails":
        node.has_only("days_before_window", "covers_next_days", "min_gap_days")
        return cls(
            node.at("days_before_window").whole(1, 60),
            node.at("covers_next_days").whole(1, 120),
            node.at("min_gap_days").whole(1, 120),
        )


@dataclass(frozen=True)
class RaceBlock:
    """N4: the days before the race of the mail, its follow-up and its last call."""

    days_before_race: tuple[int, int, int]
    first_for_10k: int
    covers: tuple[Kind, ...]

    @classmethod
    def read(cls, node: Node) -> "RaceBlock":
        node.has_only("days_before_race", "first_for_10k", "covers")
        days = _mail_followup_last_call(node.at("days_before_race"))
        return cls(
            days,
            node.at("first_for_10k").whole(days[1] + 1, 120),
            tuple(item.one_of(KINDS) for item in node.at("covers").items()),
        )

    def days_for(self, distance: Distance) -> tuple[int, int, int]:
        first, followup, last_call = self.days_before_race
        return (self.first_for_10k if distance is Distance.TEN_KM else first), followup, last_call


def _mail_followup_last_call(node: Node) -> tuple[int, int, int]:
    match [item.whole(1, 120) for item in node.items()]:
        case [first, followup, last_call] if first > followup > last_call:
            return first, followup, last_call
        case _:
            raise node.wrong("{field} must be three numbers, the largest first.")


@dataclass(frozen=True)
class OffSeasonMails:
    """N8, in days."""

    first_after: int
    every: int
    stop_after_unanswered: int

    @classmethod
    def read(cls, node: Node) -> "OffSeasonMails":
        node.has_only("first_after_days", "every_days", "stop_after_unanswered")
        return cls(
            node.at("first_after_days").whole(1, 365),
            node.at("every_days").whole(1, 365),
            node.at("stop_after_unanswered").whole(1, 20),
        )


@dataclass(frozen=True)
class NudgeRules:
    """N1 to N8: times of day, and distances in days."""

    send_at: time
    min_gap: int
    cycle: CycleMails
    race_block: RaceBlock
    check_days_after_race: int
    check_send_at: time
    before_after_race_window: int
    off_season: OffSeasonMails

    @classmethod
    def read(cls, node: Node) -> "NudgeRules":
        node.has_only("send_at", "opt_in", "one_click_unsubscribe", "min_gap_days", "cycle",
                      "race_block", "post_race_check", "after_race", "off_season", "blackout",
                      "suppress_when", "stale_guard")  # fmt: skip
        check = node.at("post_race_check")
        check.has_only("days_after_race", "send_at", "always", "exempt_from_gap")
        after_race = node.at("after_race").has_only("days_before_window")
        return cls(
            send_at=node.at("send_at").clock(),
            min_gap=node.at("min_gap_days").whole(1, 60),
            cycle=CycleMails.read(node.at("cycle")),
            race_block=RaceBlock.read(node.at("race_block")),
            check_days_after_race=check.at("days_after_race").whole(1, 14),
            check_send_at=check.at("send_at").clock(),
            before_after_race_window=after_race.at("days_before_window").whole(1, 60),
            off_season=OffSeasonMails.read(node.at("off_season")),
        )


@dataclass(frozen=True)
class MailRules:
    """Reminders of appointments, and nudges."""

    reminders: ReminderRules
    nudges: NudgeRules

    @classmethod
    def read(cls, node: Node) -> "MailRules":
        node.has_only("appointment", "nudges", "race_changed")
        appointment = node.at("appointment")
        appointment.has_only("days_before", "earliest", "late_from", "late_at",
                             "hours_after_booking", "must_contain", "must_not_contain", "note",
                             "sources")  # fmt: skip
        return cls(
            reminders=_reminder_rules(appointment),
            nudges=NudgeRules.read(node.at("nudges")),
        )


def read_days_before(node: Node) -> tuple[int, ...]:
    """Days before an appointment on which it is remembered, each once."""
    days = tuple(item.whole(1, 60) for item in node.items())
    if not days or len(set(days)) < len(days):
        raise node.wrong("{field} must be numbers of days, each once.")
    return days


def _reminder_rules(node: Node) -> ReminderRules:
    rules = ReminderRules(
        days_before=read_days_before(node.at("days_before")),
        earliest=node.at("earliest").clock(),
        late_from=node.at("late_from").clock(),
        late_at=node.at("late_at").clock(),
        hours_after_booking=node.at("hours_after_booking").whole(0, 96),
    )
    if not rules.earliest <= rules.late_at < rules.late_from:
        raise node.at("late_at").wrong("{field} must be from earliest on and before late_from.")
    return rules
