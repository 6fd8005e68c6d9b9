"""A runner's own training plan out of a file: bytes to days, and the words that nobody knows.

Only dates, kinds, minutes and kilometres come out; titles and descriptions are read and dropped.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from bookings.core.records.plan_files.calendars import Entries, Written, in_calendar
from bookings.core.records.plan_files.limits import (
    LARGEST,
    NO_DAYS,
    NO_PLAN,
    PACKED,
    TOO_LARGE,
    UnreadablePlan,
    Window,
)
from bookings.core.records.plan_files.lists import in_list
from bookings.core.records.plan_files.words import FARTHEST_KM, LONGEST_MINUTES, Amounts, PlanWords
from bookings.core.records.tables import Unreadable
from bookings.core.records.text_files import decoded
from bookings.core.training.schedule import DayKind, Schedule, TrainingDay, one_a_day

__all__ = ["LARGEST", "PlanRead", "PlanWords", "UnknownWords", "UnreadablePlan", "Window", "read"]

PACKERS = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
MOST_UNKNOWN = 60  # different words; further ones stay days of which nobody knows
LONGEST_UNKNOWN = 60  # letters


@dataclass(frozen=True)
class UnknownWords:
    """What entries are called that no rule knows, and their days."""

    words: str
    days: tuple[date, ...]


@dataclass(frozen=True)
class PlanRead:
    """What a file has come to; `left_out` are entries without a day that could be read."""

    schedule: Schedule
    unknown: tuple[UnknownWords, ...] = ()
    left_out: int = 0


def read(
    data: bytes, words: PlanWords, *, today: date, tz: ZoneInfo, largest: int = LARGEST
) -> PlanRead:
    """Raises UnreadablePlan with a sentence, for whatever is not a plan within the limits."""
    if len(data) > largest:
        raise UnreadablePlan(TOO_LARGE)
    if data.startswith(PACKERS):
        raise UnreadablePlan(PACKED)
    window = Window.around(today)
    found = _found(data, words, window, tz)
    if not found.entries:
        raise UnreadablePlan(NO_DAYS)
    return _understood(found, words)


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
    # What repeats comes with the same texts each time.
    kind_said, amounts_said = cache(words.called), cache(words.amounts)
    for entry in found.entries:
        called = kind_said(entry.title)
        amounts = _amounts(entry, amounts_said)
        kind = words.as_long_as(called.kind, amounts)
        done = entry.done or words.says_done(f"{entry.title} {entry.text}")
        days.append(TrainingDay(entry.day, kind, amounts.minutes, amounts.km, done))
        if called.words:
            unknown[called.words[:LONGEST_UNKNOWN]].append(entry.day)
    told = sorted(unknown.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST_UNKNOWN]
    asked = tuple(UnknownWords(text, tuple(sorted(set(on)))) for text, on in told)
    return PlanRead(Schedule(one_a_day(days)), asked, found.left_out)


def _amounts(entry: Written, amounts_said: Callable[[str], Amounts]) -> Amounts:
    """What its columns say, else its title, else its text, else from when to when it lasts."""
    title, text = amounts_said(entry.title), amounts_said(entry.text)
    minutes = (
        (entry.minutes if entry.km else None) or title.minutes or text.minutes or entry.minutes
    )
    km = entry.km or title.km or text.km
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


def _as(day: TrainingDay, kind: DayKind) -> TrainingDay:
    return one_a_day([day, replace(day, kind=kind)])[0]


def corrected(days: Iterable[TrainingDay], kinds: dict[date, DayKind]) -> Schedule:
    return Schedule(tuple(replace(one, kind=kinds.get(one.day, one.kind)) for one in days))
