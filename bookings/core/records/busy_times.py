"""When somebody is busy, out of a private calendar (.ics): starts and ends, and no word besides.

As with training plans, only what is worth reading reaches a library: events' own lines, and rules
that cannot go on without end. Unlike there, times and zones count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bookings.core.intervals import Interval
from bookings.core.records.plan_files.calendars import FAULTS
from bookings.core.records.plan_files.limits import MOST_ENTRIES
from bookings.core.records.plan_files.lines import (
    COMES,
    FOLDED,
    LINE_ENDS,
    MOMENT,
    MOMENTS,
    moment_of,
    zone_of,
)
from bookings.core.records.tables import Unreadable
from bookings.core.records.text_files import decoded

MOST_COMING = 8_000  # of all that repeat, within the days that are looked at
A_RULE_IS = 8  # times at least: as much work, however seldom it comes
MOST_TIMES = 3_000
LONGEST = timedelta(days=366)
BEFORE = timedelta(days=5 * 366)  # the days that are looked at, what repeats may have begun
A_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:]{0,200})?):(.{0,4000})", re.DOTALL)
ZONE = re.compile(r';TZID="?([^";:]{1,80})"?', re.IGNORECASE)
LENGTH = re.compile(r"P(?:([0-9]{1,3})W)?(?:([0-9]{1,3})D)?"
                    r"(?:T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?")  # fmt: skip
A_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
WEEKDAYS = rf"BYDAY={A_DAY}(?:,{A_DAY}){{0,6}}"
ENDS = rf"COUNT=[0-9]{{1,4}}|WKST={A_DAY}|UNTIL=[0-9]{{8}}(?:T[0-9]{{6}}Z?)?"
PLAIN = rf"INTERVAL=[1-9][0-9]?|{ENDS}"
# Each finds days wherever it begins. Of one that finds none dateutil looks for a day until the
# year 9999, whatever its UNTIL; each seventh day is such a one on any other weekday.
RULES = tuple(
    re.compile(rf"FREQ={often}(?:;(?:{parts}))*")
    for often, parts in (
        ("(?:DAILY|YEARLY)", PLAIN),
        ("DAILY", rf"INTERVAL=[1-6]|{ENDS}|{WEEKDAYS}"),
        ("WEEKLY", rf"{PLAIN}|{WEEKDAYS}"),
        ("MONTHLY", rf"{PLAIN}|BYDAY=(?:[+-]?[1-4])?{A_DAY}"),
        ("MONTHLY(?=.*;BYDAY=)", rf"{PLAIN}|BYDAY={A_DAY}|BYSETPOS=(?:[1-4]|-1)"),
        ("MONTHLY", rf"{PLAIN}|BYMONTHDAY=(?:-1|[1-9]|1[0-9]|2[0-8])"),
    )
)
UNTIL = re.compile(r"UNTIL=([0-9]{8})")
OF_ITS_OWN_DAY = re.compile(r";BYMONTH(?:DAY)?=[0-9]{1,2}")  # as the event's start says anyway
TAKEN = ("UID", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "DTSTART", "DTEND", "DURATION",
         "RECURRENCE-ID", "RRULE")  # fmt: skip
LISTS = ("EXDATE", "RDATE")
MOST_LISTS = 60


class NoCalendar(ValueError):
    """What is there can be read as none."""


class OverfullCalendar(NoCalendar):
    """It holds more than one has."""


@dataclass(frozen=True)
class BusyTimes:
    """In order and apart; `left_out` are entries that could not be followed wholly."""

    times: list[Interval]
    left_out: int = 0


@dataclass
class _Event:
    """By name: what stands before the colon, and after it."""

    lines: dict[str, tuple[str, str]] = field(default_factory=dict)
    lists: list[tuple[str, str, str]] = field(default_factory=list)

    def said(self, name: str) -> str:
        return self.lines.get(name, ("", ""))[1].strip().upper()

    @property
    def is_free(self) -> bool:
        return (
            self.said("TRANSP") == "TRANSPARENT"
            or self.said("STATUS") == "CANCELLED"
            or self.said("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"
        )


def busy_times(data: bytes, during: Interval, tz: ZoneInfo) -> BusyTimes:
    """What touches `during`. `tz` is the clock of days, and of times without a zone.

    Raises NoCalendar.
    """
    try:
        text = decoded(data)[0].lstrip("\ufeff \t\r\n")
    except Unreadable:
        raise NoCalendar from None
    if text[:15].upper() != "BEGIN:VCALENDAR":
        raise NoCalendar
    reading = _Reading(during, zone_of(text) or tz)
    for event in _events(LINE_ENDS.split(FOLDED.sub("", text))):
        reading.take(event)
    return BusyTimes(joined(_spans(reading.calendar, during, tz)), reading.left_out)


def joined(spans: Iterable[Interval]) -> list[Interval]:
    """In order, with what overlaps or touches as one."""
    found: list[Interval] = []
    for one in sorted(spans):
        if found and one.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    if len(found) > MOST_TIMES:
        raise OverfullCalendar
    return found


def _events(lines: Iterable[str]) -> Iterator[_Event]:
    """Only the lines of an event itself, not of what is nested in it."""
    event, depth, count = None, 0, 0
    for line in lines:
        head = line[:16].strip().upper()
        if event is None:
            if head == "BEGIN:VEVENT":
                event, depth, count = _Event(), 0, count + 1
        elif head == "END:VEVENT" and depth == 0:
            yield event
            event = None
        elif head.startswith(("BEGIN:", "END:")):
            depth = max(0, depth + (1 if head.startswith("BEGIN:") else -1))
        elif depth == 0 and (found := A_LINE.fullmatch(line)):
            _take(event, found[1].upper(), found[2], found[3].strip())
        if count > MOST_ENTRIES:
            raise OverfullCalendar


def _take(event: _Event, name: str, how: str, value: str) -> None:
    if name in TAKEN:
        event.lines.setdefault(name, (how, value[:300]))
    elif name in LISTS and len(event.lists) < MOST_LISTS and MOMENTS.fullmatch(value):
        event.lists.append((name, how, value))


class _Reading:
    """Events as they are given to the library, in few and sure words."""

    def __init__(self, during: Interval, tz: ZoneInfo):
        self._during, self._tz = during, tz
        self._seen: set[str] = set()
        self._kept: list[str] = []
        self._coming = 0
        self.left_out = 0

    @property
    def calendar(self) -> str:
        return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *self._kept, "END:VCALENDAR", ""])

    def take(self, event: _Event) -> None:
        start = self._at(*event.lines.get("DTSTART", ("", "")))
        length = self._length(event, start)
        if start is None or length is None:
            self.left_out += 1
        elif length and self._may_touch(event, start, length):
            self._keep(event, start, length)

    def _keep(self, event: _Event, start: date, length: timedelta) -> None:
        uid = event.lines.get("UID", ("", ""))[1]
        lines = [_named("DTSTART", start), _named("DTEND", start + length)]
        instead_of = self._at(*event.lines.get("RECURRENCE-ID", ("", "")))
        if instead_of is not None:
            lines.append(_named("RECURRENCE-ID", instead_of))
        elif not uid or uid in self._seen:
            uid = f"{len(self._seen)}@here"
        self._seen.add(uid)
        if instead_of is None:
            lines += self._repeats(event, start)
        if event.is_free:
            lines.append("X-FREE:1")
        self._kept += ["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]

    def _repeats(self, event: _Event, start: date) -> Iterator[str]:
        rule = event.said("RRULE").strip(";")
        if rule.startswith("FREQ=YEARLY") and "BYDAY" not in rule:
            rule = OF_ITS_OWN_DAY.sub("", rule)
        if rule and any(one.fullmatch(rule) for one in RULES):
            self._coming += _comes(rule)
            yield f"RRULE:{_with_until(rule, start)}"
        elif rule:
            self.left_out += 1
        for name, how, value in event.lists:
            for one in value.split(","):
                if (at := self._at(how, one)) is not None and _alike(at, start):
                    self._coming += 1
                    yield _named(name, at)
        if self._coming > MOST_COMING:
            raise OverfullCalendar

    def _at(self, how: str, value: str) -> date | None:
        """A day, or a moment in the zone that is written; None for what is neither."""
        if not re.fullmatch(MOMENT, value) or (moment := moment_of(value)) is None:
            return None
        if "T" not in value:
            return moment.date()
        if value.endswith("Z"):
            return moment.replace(tzinfo=UTC)
        return moment.replace(tzinfo=_zone(how) or self._tz)

    def _length(self, event: _Event, start: date | None) -> timedelta | None:
        is_day = start is not None and not isinstance(start, datetime)
        if "DURATION" in event.lines:
            found = LENGTH.fullmatch(event.said("DURATION"))
            if not found:
                return None
            weeks, days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
            length = timedelta(days, seconds, 0, 0, minutes, hours, weeks)
        elif "DTEND" in event.lines:
            end = self._at(*event.lines["DTEND"])
            if start is None or end is None or not _alike(start, end):
                return None
            length = end - start  # within one zone as its clock shows it
        else:
            length = timedelta(days=1) if is_day else timedelta()
        return max(timedelta(), min(length, LONGEST))

    def _may_touch(self, event: _Event, start: date, length: timedelta) -> bool:
        begins = _instant(start, self._tz)
        if "RECURRENCE-ID" in event.lines:
            return True  # it says of a time of another event that it is not then
        if "RRULE" in event.lines or event.lists:
            until = UNTIL.search(event.said("RRULE"))
            over = f"{self._during.start - length - timedelta(days=2):%Y%m%d}"
            if until and until[1] < over and not event.lists:
                return False
            return self._during.start - BEFORE <= begins < self._during.end
        return begins < self._during.end and self._during.start < begins + length


def _spans(text: str, during: Interval, tz: ZoneInfo) -> Iterator[Interval]:
    try:
        calendar = icalendar.Calendar.from_ical(text)
        found = recurring_ical_events.of(calendar, skip_bad_series=True)
        events: list[Any] = found.between(during.start, during.end)
        for event in events:
            start, end = _instant(event.start, tz), _instant(event.end, tz)
            if "X-FREE" not in event and start < end:
                yield Interval(start, end)
    except FAULTS:
        raise NoCalendar from None


def _instant(at: date, tz: ZoneInfo | None = None) -> datetime:
    """A day begins at midnight on that clock."""
    if isinstance(at, datetime):
        return at.astimezone(UTC)
    return datetime.combine(at, time.min, tz or UTC).astimezone(UTC)


def _alike(one: date, other: date) -> bool:
    return isinstance(one, datetime) == isinstance(other, datetime)


def _named(name: str, at: date) -> str:
    if not isinstance(at, datetime):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    if at.tzinfo is UTC:
        return f"{name}:{at:%Y%m%dT%H%M%S}Z"
    return f"{name};TZID={at.tzinfo}:{at:%Y%m%dT%H%M%S}"


def _comes(rule: str) -> int:
    """How often at most in the days that are looked at, whatever its interval."""
    by_rule = next(times for often, times in COMES.items() if often in rule)
    return max(A_RULE_IS, by_rule * (rule.partition("BYDAY=")[2].count(",") + 1))


def _with_until(rule: str, start: date) -> str:
    """As the standard wants it, and not all write it: a moment in UTC of moments, a day of days."""
    head, until, rest = rule.partition("UNTIL=")
    if not until:
        return rule
    value, semicolon, more = rest.partition(";")
    if not isinstance(start, datetime):
        value = value[:8]
    elif "T" not in value:
        value = f"{value}T235959Z"
    elif not value.endswith("Z") and (moment := moment_of(value)):
        value = f"{moment.replace(tzinfo=start.tzinfo).astimezone(UTC):%Y%m%dT%H%M%S}Z"
    return f"{head}{until}{value}{semicolon}{more}"


def _zone(how: str) -> ZoneInfo | None:
    found = ZONE.search(how)
    if not found:
        return None
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(found[1], found[1]))
    except (ValueError, OSError, KeyError):  # one of its own
        return None
