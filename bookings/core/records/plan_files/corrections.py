"""What a runner has put right in their plan, so that it holds for what is read of it later.

Of the words that were taught only digests are kept, for titles are kept nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bookings.core.records.plan_files import PlanRead, taught, without_unknown
from bookings.core.training.schedule import DayKind, Schedule

Digest = Callable[[str], str]


@dataclass(frozen=True)
class Corrections:
    """`days` by date, as what it was read and what it is: another reading lifts it. `words` by
    digest; `leave_out`: whatever nobody knows is no training."""

    days: Mapping[date, tuple[DayKind, DayKind]] = field(default_factory=dict)
    words: Mapping[str, DayKind] = field(default_factory=dict)
    leave_out: bool = False

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Corrections":
        days = {
            date.fromisoformat(day): (DayKind(read), DayKind(meant))
            for day, (read, meant) in data.get("days", {}).items()
        }
        words = {digest: DayKind(kind) for digest, kind in data.get("words", {}).items()}
        return cls(days, words, data.get("leave_out", False))

    def as_data(self) -> dict[str, Any]:
        days = {day.isoformat(): [read, meant] for day, (read, meant) in self.days.items()}
        return {"days": days, "words": dict(self.words), "leave_out": self.leave_out}

    def of_days(self, before: Schedule, after: Schedule) -> "Corrections":
        """With those that lie between the two."""
        kinds = {one.day: one.kind for one in before.days}
        days = dict(self.days)
        for one in after.days:
            was = kinds.get(one.day, one.kind)
            if was is not one.kind:
                days[one.day] = (days.get(one.day, (was, was))[0], one.kind)
        return replace(self, days=days)

    def of_words(self, digest: str, kind: DayKind) -> "Corrections":
        return replace(self, words={**self.words, digest: kind})

    def applied(self, read: PlanRead, digest: Digest) -> PlanRead:
        for one in read.unknown:
            if kind := self.words.get(digest(one.words)):
                read = taught(read, one.words, kind)
        if self.leave_out:
            read = without_unknown(read)
        known = tuple(self._meant(one) for one in read.schedule.days)
        return replace(read, schedule=Schedule(known))

    def _meant(self, one: Any) -> Any:
        read, meant = self.days.get(one.day, (None, one.kind))
        return replace(one, kind=meant) if one.kind is read else one
