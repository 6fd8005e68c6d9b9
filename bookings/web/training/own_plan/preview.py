"""What was read of a plan's file or link, as its page shows it; it is kept nowhere but there.

It travels in the form, signed, so that titles of which somebody is still to say what they mean are
never written down; a link travels sealed besides, for it is a password.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from cryptography.fernet import InvalidToken
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.actions.training.own_plans import FromLink
from bookings.actions.training.plan_links import digest
from bookings.core.records.plan_files import (
    PlanRead,
    UnknownWords,
    corrected,
    taught,
    without_unknown,
)
from bookings.core.records.plan_files.corrections import Corrections
from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models import Clinic
from bookings.models.pasted_links import PastedLink, SealedLink, masked
from bookings.models.training.own_plans import as_rows, schedule_of
from bookings.web.forms import whole_number
from bookings.web.training.own_plan.races_read import RaceRead, races_read
from bookings.web.training.plan_store import PlanStore

SALT = "own training plan"
STANDS_FOR = 24 * 60 * 60  # seconds; a page that has lain longer is begun anew
TELLING = (DayKind.RACE, DayKind.LONG, DayKind.HARD, DayKind.UNKNOWN)
KIND_OF_DAY = "kind-"
LEAVE_OUT = "leave-out"  # the press for all that nobody knows
KINDS = {kind.value: kind for kind in DayKind}
TO_TEACH = (DayKind.LONG, DayKind.HARD, DayKind.EASY, DayKind.STRENGTH, DayKind.REST, DayKind.RACE)


class NoPreview(Exception):
    """The page is too old, not ours, or of another's plan."""


@dataclass(frozen=True)
class PlanFound:
    """What was read, and of a link where, with what has been put right so far."""

    read: PlanRead
    url: str = ""
    tag: str = ""
    corrections: Corrections = Corrections()  # noqa: RUF009 - frozen

    @property
    def source(self) -> FromLink | None:
        return FromLink(self.url, self.tag, self.corrections) if self.url else None

    @property
    def shown(self) -> str:
        return masked(self.url) if self.url else ""


def as_field(found: PlanFound, owner: str) -> str:
    """For pages of that plan alone: behind another's link it would give them what was read."""
    read = found.read
    data = {
        "link": urlsafe_b64encode(SealedLink.of(found.url).token).decode() if found.url else "",
        "tag": found.tag,
        "corrections": found.corrections.as_data(),
        "days": as_rows(read.schedule),
        "unknown": [[one.words, [day.isoformat() for day in one.days]] for one in read.unknown],
        "left_out": read.left_out,
        "titles": {day.isoformat(): title for day, title in read.titles.items()},
    }
    return signing.dumps(data, salt=_salt(owner), compress=True)


def from_field(value: str, owner: str) -> PlanFound:
    """Raises NoPreview."""
    try:
        data = signing.loads(value, salt=_salt(owner), max_age=STANDS_FOR)
        token = urlsafe_b64decode(data.get("link", ""))
        url = SealedLink(token).opened() if token else ""
    except (signing.BadSignature, InvalidToken):
        raise NoPreview from None
    unknown = [
        UnknownWords(words, tuple(map(date.fromisoformat, days))) for words, days in data["unknown"]
    ]
    titles = {date.fromisoformat(day): title for day, title in data.get("titles", {}).items()}
    read = PlanRead(schedule_of(data["days"]), tuple(unknown), data["left_out"], titles)
    corrections = Corrections.from_data(data.get("corrections", {}))
    return PlanFound(read, url, data.get("tag", ""), corrections)


def _salt(owner: str) -> str:
    return f"{SALT} of {owner}"


def with_corrections(found: PlanFound, sent: Mapping[str, str]) -> PlanFound:
    """As its fields say; a word that is no kind leaves the day as it was."""
    read = found.read
    kinds = {
        one.day: KINDS.get(sent.get(f"{KIND_OF_DAY}{one.day}", ""), one.kind)
        for one in read.schedule.days
    }
    put_right = corrected(read.schedule.days, kinds)
    return replace(
        found,
        read=replace(read, schedule=put_right),
        corrections=found.corrections.of_days(read.schedule, put_right),
    )


def with_lesson(found: PlanFound, lesson: str) -> PlanFound:
    """`lesson` is the place of the words and the kind they are, as its button says: 2:easy."""
    read, known = found.read, found.corrections
    if lesson == LEAVE_OUT:
        left_out = replace(known, leave_out=True)
        return replace(found, read=without_unknown(read), corrections=left_out)
    text, _colon, kind = lesson.partition(":")
    place = whole_number(text)
    if place is None or not 0 <= place < len(read.unknown) or kind not in KINDS:
        return found
    words = read.unknown[place].words
    return replace(
        found,
        read=taught(read, words, KINDS[kind]),
        corrections=known.of_words(digest(words), KINDS[kind]),
    )


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
    title: str = ""  # of its first day

    @property
    def shown(self) -> str:
        """As it was written, numbers included: of several of one day the one with these words."""
        first = next(iter(self.of.words.split()), "")
        written = (one for one in self.title.split(", ") if first in one.casefold())
        return next(written, self.of.words)

    @property
    def choices(self) -> list[tuple[str, DayKind]]:
        return [(f"{self.place}:{kind.value}", kind) for kind in TO_TEACH]


@dataclass(frozen=True)
class Preview:
    """`asked` is what is asked before it is kept all the same, if anything."""

    found: PlanFound
    today: date
    asked: str = ""

    @property
    def read(self) -> PlanRead:
        return self.found.read

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
        titles = self.read.titles
        return [
            Lesson(place, of, titles.get(of.days[0], ""))
            for place, of in enumerate(self.read.unknown)
        ]

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
class LinkShown:
    """Where the days come from, when that was read, and what is wrong with it."""

    shown: str
    last: str
    why: str
    is_silent: bool

    @classmethod
    def of(cls, link: PastedLink, clinic: Clinic, now: datetime) -> "LinkShown":
        last = dates.day_and_time_from(link.good_at, clinic.tz, clinic.day_of(now))
        return cls(link.shown, last, link.why_in_words, link.is_silent(now))


@dataclass(frozen=True)
class OwnPlanShown:
    """What the plan's page says of the days that are kept, and asks of the races among them."""

    schedule: Schedule
    races: Sequence[RaceRead]
    link: LinkShown | None = None

    @classmethod
    def of(cls, store: PlanStore, clinic: Clinic, now: datetime) -> "OwnPlanShown | None":
        schedule = store.runner.schedule
        if not schedule.days:
            return None
        read = races_read(schedule, store.races, clinic.day_of(now))
        races = [
            replace(one, moved_url=store.url_of(one.moved)) if one.moved else one for one in read
        ]
        link = LinkShown.of(store.plan_link, clinic, now) if store.plan_link else None
        return cls(schedule, races, link)

    @property
    def moved(self) -> list[RaceRead]:
        return [one for one in self.races if one.moved]

    @property
    def others(self) -> list[RaceRead]:
        return [one for one in self.races if not one.moved]

    @property
    def other_days(self) -> str:
        """As one press says of all of them that they are not run."""
        return " ".join(one.of.day.isoformat() for one in self.others)

    @property
    def in_words(self) -> list[str]:
        return counted_in_words(self.schedule)
