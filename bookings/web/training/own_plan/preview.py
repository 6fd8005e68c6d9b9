"""What was read of a plan's file, as its page shows it; it is kept nowhere but in that page.

It travels in the form, sealed, so that titles of which somebody is still to say what they mean are
never written down.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core.records.plan_files import (
    PlanRead,
    UnknownWords,
    corrected,
    taught,
    without_unknown,
)
from bookings.core.training import DayKind, Distance, Schedule, TrainingDay
from bookings.models.training.own_plans import as_rows, schedule_of
from bookings.web.forms import whole_number

SALT = "own training plan"
STANDS_FOR = 24 * 60 * 60  # seconds; a page that has lain longer is begun anew
TELLING = (DayKind.RACE, DayKind.LONG, DayKind.HARD, DayKind.UNKNOWN)
KIND_OF_DAY = "kind-"
LEAVE_OUT = "leave-out"  # the press for all that nobody knows
KINDS = {kind.value: kind for kind in DayKind}
# Kilometres up to which, and from which on, a race is of that distance.
DISTANCES = (
    (11, 9, Distance.TEN_KM),
    (22, 20, Distance.HALF),
    (43, 41, Distance.MARATHON),
    (1000, 43, Distance.ULTRA),
)
TO_TEACH = (DayKind.LONG, DayKind.HARD, DayKind.EASY, DayKind.STRENGTH, DayKind.REST, DayKind.RACE)


class NoPreview(Exception):
    """The page is too old, or not ours."""


def as_field(read: PlanRead) -> str:
    data = {
        "days": as_rows(read.schedule),
        "unknown": [[one.words, [day.isoformat() for day in one.days]] for one in read.unknown],
        "left_out": read.left_out,
        "titles": {day.isoformat(): title for day, title in read.titles.items()},
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
    titles = {date.fromisoformat(day): title for day, title in data.get("titles", {}).items()}
    return PlanRead(schedule_of(data["days"]), tuple(unknown), data["left_out"], titles)


def with_corrections(read: PlanRead, sent: Mapping[str, str]) -> PlanRead:
    """As its fields say; a word that is no kind leaves the day as it was."""
    kinds = {
        one.day: KINDS.get(sent.get(f"{KIND_OF_DAY}{one.day}", ""), one.kind)
        for one in read.schedule.days
    }
    return replace(read, schedule=corrected(read.schedule.days, kinds))


def with_lesson(read: PlanRead, lesson: str) -> PlanRead:
    """`lesson` is the place of the words and the kind they are, as its button says: 2:easy."""
    if lesson == LEAVE_OUT:
        return without_unknown(read)
    text, _colon, kind = lesson.partition(":")
    place = whole_number(text)
    if place is None or not 0 <= place < len(read.unknown) or kind not in KINDS:
        return read
    return taught(read, read.unknown[place].words, KINDS[kind])


@dataclass(frozen=True)
class DayChoice:
    """A day with its choice of kinds."""

    of: TrainingDay
    title: str

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
    """`asked` is what is asked before it is kept all the same, if anything."""

    read: PlanRead
    today: date
    asked: str = ""

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
        return self._days(one for one in self._ahead if one.kind in TELLING)

    @property
    def others(self) -> list[DayChoice]:
        return self._days(one for one in self._ahead if one.kind not in TELLING)

    @property
    def past(self) -> list[DayChoice]:
        return self._days(one for one in self.read.schedule.days if one.day < self.today)

    @property
    def _ahead(self) -> list[TrainingDay]:
        return [one for one in self.read.schedule.days if one.day >= self.today]

    def _days(self, days: Iterable[TrainingDay]) -> list[DayChoice]:
        return [DayChoice(one, self.read.titles.get(one.day, "")) for one in days]


def to_ask(schedule: Schedule, weekday: str, today: date) -> str:
    """Of what can hardly be meant: a plan without long runs, or all of it over."""
    if schedule.last is None:
        return _("No day is left of this plan.")
    if schedule.last < today:
        return _("All of these days are over, and none is ahead. Shall we keep them all the same?")
    if not schedule.long_runs:
        said = _("There is no long run among these days, so we go on assuming one each {weekday}.")
        return said.format(weekday=weekday)
    return ""


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
class RaceRead:
    """A race of the file that is not among theirs."""

    of: TrainingDay

    @property
    def distance(self) -> str:
        """As a form of races has it; nothing of one in between."""
        km = self.of.km or 0
        return next((of for longest, shortest, of in DISTANCES if shortest <= km < longest), "")


@dataclass(frozen=True)
class OwnPlanShown:
    """What the plan's page says of the days that are kept, and asks of the races among them."""

    schedule: Schedule
    races: Sequence["RaceRead"]

    @classmethod
    def of(
        cls, schedule: Schedule, entered: Iterable[date], *, today: date
    ) -> "OwnPlanShown | None":
        if not schedule.days:
            return None
        known = frozenset(entered)
        read = [
            RaceRead(one)
            for one in schedule.days
            if one.kind is DayKind.RACE and one.day > today and one.day not in known
        ]
        return cls(schedule, read)

    @property
    def in_words(self) -> list[str]:
        return counted_in_words(self.schedule)
