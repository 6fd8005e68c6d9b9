"""Days and times as lists have them. Which number is the day is read from the whole column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo


class Order(StrEnum):
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})(?!\d)")
_DAY_NAMED = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/. ]+(?P<n>[a-z]{3,9})[-/., ]+(?P<y>\d{4})"
)
_MONTH_NAMED = re.compile(r"(?P<n>[a-z]{3,9})\.? +(?P<d>\d{1,2})(?:st|nd|rd|th)?,? +(?P<y>\d{4})")
_A_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]? +")
_TIME = re.compile(
    r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2})(?:[:.]\d{2}(?:\.\d+)?)?)?"
    r" ?(?P<half>[ap])?\.?(?:m\.?)? ?(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?(?: ?\([a-z ]+\))?"
)
_BETWEEN = re.compile(r"^(?:t|,? *at +|, *| +)")


class NoSuchMoment(ValueError):
    """No day or no time that there is."""


class ClocksChange(NoSuchMoment):
    """In an hour that the clocks leave out, or have twice."""


@dataclass(frozen=True)
class When:
    """As it is written; `offset` where the list says of which zone its clock is."""

    day: date
    clock: time | None = None
    offset: timedelta | None = None


@dataclass(frozen=True)
class Orders:
    """How many of a column are days only with the day or only with the month before the other,
    and one that is a day either way, if any is."""

    day_first: int = 0
    month_first: int = 0
    either: str = ""

    @property
    def sure(self) -> Order | None:
        """What all of them say that say anything."""
        if self.day_first and not self.month_first:
            return Order.DAY_FIRST
        if self.month_first and not self.day_first:
            return Order.MONTH_FIRST
        return None

    @property
    def must_be_asked(self) -> bool:
        return self.sure is None and bool(self.either or self.day_first)


def orders_in(texts: Iterable[str]) -> Orders:
    only_day = only_month = 0
    either = ""
    for text in texts:
        if not (found := _NUMBERS.match(_bare(text))):
            continue
        as_days = [_is_a_day(found, order) for order in Order]
        only_day += as_days == [True, False]
        only_month += as_days == [False, True]
        if all(as_days) and found["a"].lstrip("0") != found["b"].lstrip("0"):
            either = either or text
    return Orders(only_day, only_month, either)


def when(text: str, order: Order | None) -> When:
    """Raises NoSuchMoment: also for a day that the order is needed for and is not known."""
    bare = _bare(text)
    day, rest = _day_in(bare, order)
    if not (rest := _BETWEEN.sub("", rest).strip()):
        return When(day)
    clock, offset = _clock_in(rest)
    return When(day, clock, offset)


def clock(text: str) -> time:
    """10:30, 10.30, 9am, 2:15 pm. Raises NoSuchMoment."""
    return _clock_in(text.strip().lower())[0]


def instant(of: When, tz: ZoneInfo) -> datetime:
    """In UTC. Raises ClocksChange, or NoSuchMoment without a time."""
    if of.clock is None:
        raise NoSuchMoment(of.day.isoformat())
    wall = datetime.combine(of.day, of.clock)
    if of.offset is not None:
        return wall.replace(tzinfo=timezone(of.offset)).astimezone(UTC)
    first, second = (wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise ClocksChange(wall.isoformat())
    return first


def _bare(text: str) -> str:
    return _A_WEEKDAY.sub("", " ".join(text.lower().split()))


def _day_in(bare: str, order: Order | None) -> tuple[date, str]:
    for pattern in (_ISO, _NUMBERS, _DAY_NAMED, _MONTH_NAMED):
        if found := pattern.match(bare):
            return _day(found, order), bare[found.end() :]
    raise NoSuchMoment(bare)


def _day(found: re.Match[str], order: Order | None) -> date:
    said = found.groupdict()
    try:
        if "n" in said:
            return date(int(said["y"]), MONTHS.index(said["n"][:3]) + 1, int(said["d"]))
        if "m" in said:
            return date(int(said["y"]), int(said["m"]), int(said["d"]))
        return _in_order(found, order)
    except ValueError as error:
        raise NoSuchMoment(found[0]) from error


def _in_order(found: re.Match[str], order: Order | None) -> date:
    first, second, year = int(found["a"]), int(found["b"]), int(found["y"])
    year += 2000 if len(found["y"]) == 2 else 0
    if order is None and first != second:
        raise NoSuchMoment(found[0])
    day, month = (second, first) if order is Order.MONTH_FIRST else (first, second)
    return date(year, month, day)


def _is_a_day(found: re.Match[str], order: Order) -> bool:
    try:
        _in_order(found, order)
    except ValueError:
        return False
    return True


def _clock_in(text: str) -> tuple[time, timedelta | None]:
    if not (found := _TIME.fullmatch(text.strip())) or not (found["m"] or found["half"]):
        raise NoSuchMoment(text)
    hour, minute = int(found["h"]), int(found["m"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise NoSuchMoment(text)
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    try:
        return time(hour, minute), _offset(found["zone"])
    except ValueError as error:
        raise NoSuchMoment(text) from error


def _offset(zone: str | None) -> timedelta | None:
    if not zone:
        return None
    if zone in ("z", "utc", "gmt"):
        return timedelta()
    digits = zone[1:].replace(":", "")
    found = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if found >= timedelta(hours=24):
        raise ValueError(zone)
    return -found if zone[0] == "-" else found
