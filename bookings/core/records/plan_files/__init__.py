"""A runner's own training plan out of a file: bytes to days, and the words that nobody knows.

Only dates, kinds, minutes and kilometres come out; titles and descriptions are read and dropped.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from bookings.core.records.plan_files.calendars import Entries, Written, in_calendar
from bookings.core.records.plan_files.limits import (
    LARGEST,
    NO_DAYS,
    NO_PLAN,
    PACKED,
    SPREADSHEET,
    TOO_LARGE,
    UnreadablePlan,
    Window,
)
from bookings.core.records.plan_files.lists import in_list
from bookings.core.records.plan_files.words import FARTHEST_KM, LONGEST_MINUTES, Amounts, PlanWords
from bookings.core.records.tables import Unreadable
from bookings.core.records.text_files import decoded
from bookings.core.training.schedule import DayKind, Schedule, TrainingDay, one_a_day

__all__ = [
    "LARGEST",
    "TOO_LARGE",
    "PlanRead",
    "PlanWords",
    "UnknownWords",
    "UnreadablePlan",
    "Window",
    "read",
]

PACKERS = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
A_SPREADSHEET, AN_OLD_SPREADSHEET = b"xl/workbook.xml", b"\xd0\xcf\x11\xe0"
MOST_UNKNOWN = 60  # different words; further ones stay days of which nobody knows
LONGEST_UNKNOWN = LONGEST_TITLE = 60  # letters
MOST_TITLES = 3  # of a day


@dataclass(frozen=True)
class UnknownWords:
    """What entries are called that no rule knows, and their days."""

    words: str
    days: tuple[date, ...]


@dataclass(frozen=True)
class PlanRead:
    """What a file has come to, with what its entries were called; `left_out` are entries without a
    day that could be read."""

    schedule: Schedule
    unknown: tuple[UnknownWords, ...] = ()
    left_out: int = 0
    titles: Mapping[date, str] = field(default_factory=dict)  # to be looked at, and never kept


def read(
    data: bytes, words: PlanWords, *, today: date, tz: ZoneInfo, largest: int = LARGEST
) -> PlanRead:
    """Raises UnreadablePlan with a sentence, for whatever is not a plan within the limits."""
    if len(data) > largest:
        raise UnreadablePlan(TOO_LARGE)
    if data.startswith(AN_OLD_SPREADSHEET) or (data.startswith(b"PK") and A_SPREADSHEET in data):
        raise UnreadablePlan(SPREADSHEET)
    if data.startswith(PACKERS):
        raise UnreadablePlan(PACKED)
    window = Window.around(today)
    return _understood(_found(data, words, window, tz), words)


def _found(data: bytes, words: PlanWords, window: Window, tz: ZoneInfo) -> Entries:
    try:
        text, _encoding = decoded(data)
    except Unreadable:
        raise UnreadablePlan(NO_PLAN) from None
    if text.lstrip("\ufeff \t\r\n")[:15].upper() == "BEGIN:VCALENDAR":
        return in_calendar(text, window, tz)
    return in_list(data, words, window)


def _understood(found: Entries, words: PlanWords) -> PlanRead:
    days: list[TrainingDay] = []
    unknown: defaultdict[str, list[date]] = defaultdict(list)
    titles: defaultdict[date, list[str]] = defaultdict(list)
    once = _ReadOnce(words)
    for entry in filter(lambda one: once.is_of_a_day(one.title), found.entries):
        called = once.called(entry.title)
        amounts = _amounts(entry, once)
        kind = words.as_long_as(called.kind, amounts)
        km = amounts.km or (once.km_of_a_race(entry.title) if kind is DayKind.RACE else None)
        days.append(TrainingDay(entry.day, kind, amounts.minutes, km))
        titles[entry.day].append(" ".join(entry.title[:LONGEST_TITLE].split()))
        if called.words:
            unknown[called.words[:LONGEST_UNKNOWN]].append(entry.day)
    if not days:
        raise UnreadablePlan(NO_DAYS)
    told = sorted(unknown.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST_UNKNOWN]
    asked = tuple(UnknownWords(text, tuple(sorted(set(on)))) for text, on in told)
    called_so = {day: ", ".join(filter(None, dict.fromkeys(all_of_it[:MOST_TITLES])))
                 for day, all_of_it in titles.items()}  # fmt: skip
    return PlanRead(Schedule(one_a_day(days)), asked, found.left_out, called_so)


class _ReadOnce:
    """What the words say of a text: what repeats comes with the same texts each time."""

    def __init__(self, words: PlanWords):
        self.is_of_a_day = cache(words.is_of_a_day)
        self.called = cache(words.called)
        self.amounts = cache(words.amounts)
        self.km_of_a_race = cache(words.km_of_a_race)
        self.says_a_pace = cache(words.says_a_pace)


def _amounts(entry: Written, once: _ReadOnce) -> Amounts:
    """What its columns say, else its title, else its text, else from when to when it lasts: that
    is no time of a distance whose pace is told."""
    title, text = once.amounts(entry.title), once.amounts(entry.text)
    km = entry.km or title.km or text.km
    paced = km and entry.lasts and any(map(once.says_a_pace, (entry.title, entry.text)))
    minutes = (
        (entry.minutes if entry.km else None)
        or title.minutes
        or text.minutes
        or entry.minutes
        or (None if paced else entry.lasts)
    )
    return Amounts(
        minutes=minutes if minutes and minutes <= LONGEST_MINUTES else None,
        km=km if km and km <= FARTHEST_KM else None,
    )


def taught(read: PlanRead, words: str, kind: DayKind) -> PlanRead:
    """The same where these words are a kind; what else those days were goes on counting."""
    days = next((one.days for one in read.unknown if one.words == words), ())
    known = [_as(one, kind) if one.day in days else one for one in read.schedule.days]
    left = tuple(one for one in read.unknown if one.words != words)
    return replace(read, schedule=Schedule(tuple(known)), unknown=left)


def without_unknown(read: PlanRead) -> PlanRead:
    """The same where whatever nobody knows is no training."""
    known = tuple(one for one in read.schedule.days if one.kind is not DayKind.UNKNOWN)
    return replace(read, schedule=Schedule(known), unknown=())


def _as(day: TrainingDay, kind: DayKind) -> TrainingDay:
    return one_a_day([day, replace(day, kind=kind)])[0]


def corrected(days: Iterable[TrainingDay], kinds: dict[date, DayKind]) -> Schedule:
    return Schedule(tuple(replace(one, kind=kinds.get(one.day, one.kind)) for one in days))
