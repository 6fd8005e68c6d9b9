"""What was read of a plan's file, as its page shows it; it is kept nowhere but in that page.

It travels in the form, sealed, so that titles of which somebody is still to say what they mean are
never written down.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.utils.translation import ngettext

from bookings.core.records.plan_files import PlanRead, UnknownWords, corrected, taught
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models.training.own_plans import as_rows, schedule_of
from bookings.web.forms import whole_number

SALT = "own training plan"
STANDS_FOR = 24 * 60 * 60  # seconds; a page that has lain longer is begun anew
TELLING = (DayKind.RACE, DayKind.LONG, DayKind.HARD, DayKind.UNKNOWN)
KIND_OF_DAY = "kind-"
KINDS = {kind.value: kind for kind in DayKind}
TO_TEACH = (DayKind.LONG, DayKind.HARD, DayKind.EASY, DayKind.STRENGTH, DayKind.REST, DayKind.RACE)


class NoPreview(Exception):
    """The page is too old, or not ours."""


def as_field(read: PlanRead) -> str:
    data = {
        "days": as_rows(read.schedule),
        "unknown": [[one.words, [day.isoformat() for day in one.days]] for one in read.unknown],
        "left_out": read.left_out,
    }
    return signing.dumps(data, salt=SALT, compress=True)


def from_field(value: str) -> PlanRead:
    """Raises NoPreview."""
    try:
        data = signing.loads(value, salt=SALT, max_age=STANDS_FOR)
    except signing.BadSignature:
        raise NoPreview from None
    unknown = [
        UnknownWords(words, tuple(map(date.fromisoformat, days))) for words, days in data["unknown"]
    ]
    return PlanRead(schedule_of(data["days"]), tuple(unknown), data["left_out"])


def with_corrections(read: PlanRead, sent: Mapping[str, str]) -> PlanRead:
    """As its fields say; a word that is no kind leaves the day as it was."""
    kinds = {
        one.day: KINDS.get(sent.get(f"{KIND_OF_DAY}{one.day}", ""), one.kind)
        for one in read.schedule.days
    }
    return PlanRead(corrected(read.schedule.days, kinds), read.unknown, read.left_out)


def with_lesson(read: PlanRead, lesson: str) -> PlanRead:
    """`lesson` is the place of the words and the kind they are, as its button says: 2:easy."""
    text, _colon, kind = lesson.partition(":")
    place = whole_number(text)
    if place is None or not 0 <= place < len(read.unknown) or kind not in KINDS:
        return read
    return taught(read, read.unknown[place].words, KINDS[kind])


@dataclass(frozen=True)
class DayChoice:
    """A day with its choice of kinds."""

    of: TrainingDay

    @property
    def name(self) -> str:
        return f"{KIND_OF_DAY}{self.of.day}"

    @property
    def kinds(self) -> Sequence[DayKind]:
        return tuple(DayKind)


@dataclass(frozen=True)
class Lesson:
    """Words that nobody knows, and the presses that say what they are."""

    place: int
    of: UnknownWords

    @property
    def choices(self) -> list[tuple[str, DayKind]]:
        return [(f"{self.place}:{kind.value}", kind) for kind in TO_TEACH]


@dataclass(frozen=True)
class Preview:
    read: PlanRead

    @property
    def field(self) -> str:
        return as_field(self.read)

    @property
    def in_words(self) -> list[str]:
        """14 long runs, 22 hard days, 3 races; what there is none of is not told, but long runs."""
        return counted_in_words(self.read.schedule)

    @property
    def first(self) -> date | None:
        return self.read.schedule.first

    @property
    def last(self) -> date | None:
        return self.read.schedule.last

    @property
    def lessons(self) -> list[Lesson]:
        return [Lesson(place, of) for place, of in enumerate(self.read.unknown)]

    @property
    def telling(self) -> list[DayChoice]:
        return self._days(one for one in self.read.schedule.days if one.kind in TELLING)

    @property
    def others(self) -> list[DayChoice]:
        return self._days(one for one in self.read.schedule.days if one.kind not in TELLING)

    def _days(self, days: Iterable[TrainingDay]) -> list[DayChoice]:
        return [DayChoice(one) for one in days]


def counted_in_words(schedule: Schedule) -> list[str]:
    count: Mapping[Any, int] = Counter(one.kind for one in schedule.days)
    long, hard, races = (count[kind] for kind in (DayKind.LONG, DayKind.HARD, DayKind.RACE))
    said = [
        ngettext("{count} long run", "{count} long runs", long).format(count=long),
        ngettext("{count} hard day", "{count} hard days", hard).format(count=hard),
    ]
    if races:
        said.append(ngettext("{count} race", "{count} races", races).format(count=races))
    return said


@dataclass(frozen=True)
class OwnPlanShown:
    """What the plan's page says of the days that are kept, and asks of the races among them."""

    schedule: Schedule
    races: Sequence[date]

    @classmethod
    def of(
        cls, schedule: Schedule, entered: Iterable[date], *, today: date
    ) -> "OwnPlanShown | None":
        if not schedule.days:
            return None
        known = frozenset(entered)
        return cls(schedule, [day for day in schedule.races if day > today and day not in known])

    @property
    def in_words(self) -> list[str]:
        return counted_in_words(self.schedule)
