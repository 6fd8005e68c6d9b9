"""What is worth reading of a calendar: its events' own lines, before a library parses them.

That keeps a hostile file small: nothing nested, no alarms, attachments or zones of its own, no rule
that could go on without end, and nothing of other years is ever parsed. What is left is of civil
days, the runner's own: a time is the day on the clock that is written, and only UTC is translated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.core.records.plan_files.limits import (
    LONGEST_REPEATING,
    MOST_COMING,
    MOST_ENTRIES,
    MOST_READ,
    TOO_MANY,
    UnreadablePlan,
    Window,
)

FOLDED = re.compile(r"\r?\n[ \t]|\r[ \t]")
LINE_ENDS = re.compile(r"\r\n|\n|\r")
A_LINE = re.compile(r"([A-Za-z-]{1,40})(?:;[^:]{0,200})?:(.*)", re.DOTALL)
ITS_ZONE = re.compile(r"^X-WR-TIMEZONE(?:;[^:\r\n]{0,100})?:([A-Za-z0-9_+/-]{1,60})", re.MULTILINE)
MOMENT = r"[0-9]{8}(?:T[0-9]{6}Z?)?"
MOMENTS = re.compile(rf"{MOMENT}(?:,{MOMENT}){{0,400}}")
LENGTH = re.compile(r"P(?:[0-9]D)?T(?:([0-9]{1,2})H)?(?:([0-9]{1,3})M)?(?:[0-9]{1,5}S)?")
# Rules that find a day soon wherever they begin; others might look for one till the year 9999.
A_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
ITS_UNTIL = r"UNTIL=[0-9]{8}(?:T[0-9]{6}Z?)?"
PLAIN_PARTS = rf"INTERVAL=[1-9][0-9]?|COUNT=[0-9]{{1,4}}|WKST={A_DAY}|{ITS_UNTIL}"
BY_DAY = rf"BYDAY={A_DAY}(?:,{A_DAY}){{0,6}}"
A_RULE = re.compile(rf"FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;(?:{PLAIN_PARTS}))*")
A_WEEKLY_RULE = re.compile(rf"FREQ=WEEKLY(?:;(?:{PLAIN_PARTS}|{BY_DAY}))*")
TIME_OF_UNTIL = re.compile(r"(UNTIL=[0-9]{8})T[0-9]{6}Z?")
TEXTS = {"SUMMARY": 300, "DESCRIPTION": 600, "CATEGORIES": 200}
ONCE = ("UID", "STATUS", "SEQUENCE")
LISTS = ("RDATE", "EXDATE")
MOST_LISTS = 60  # lines of one event
LONGEST_VALUE = 200
COMES = {"DAILY": 430, "WEEKLY": 62, "MONTHLY": 15, "YEARLY": 2}  # in the days looked at
LONGEST_MINUTES = 12 * 60  # of an entry that says from when to when


@dataclass
class Event:
    """The lines of one event that are read, by their names, and its times as they are written."""

    lines: dict[str, str] = field(default_factory=dict)
    lists: list[tuple[str, str]] = field(default_factory=list)
    times: dict[str, str] = field(default_factory=dict)
    unread: bool = False  # it repeats in a way that is not followed

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.lines or any(name == "RDATE" for name, _ in self.lists)

    @property
    def comes(self) -> int:
        """How often at most, or how much work it is to say when it does not."""
        rule = self.lines.get("RRULE", "")
        by_rule = next((times for often, times in COMES.items() if often in rule), 0)
        several = rule.partition("BYDAY=")[2].count(",") + 1
        return by_rule * several + sum(value.count(",") + 1 for _, value in self.lists)


@dataclass(frozen=True)
class Worth:
    """What is given to the library, and how many entries were left aside."""

    text: str
    left_out: int


def worth_reading(text: str, window: Window, tz: ZoneInfo) -> Worth:
    """Raises UnreadablePlan where there is too much of it."""
    tz = zone_of(text) or tz
    kept: list[str] = []
    seen: set[str] = set()
    left_out = coming = 0
    for event in _events(text):
        first = _day(event.times.get("DTSTART", ""), tz)
        if first is None:
            left_out += 1
        elif _may_lie_in(event, first, window):
            left_out += event.unread
            coming += event.comes
            kept.append(_written(event, first, tz, seen))
        if len(kept) > MOST_READ or coming > MOST_COMING:
            raise UnreadablePlan(TOO_MANY)
    inside = "\r\n".join(kept)
    return Worth(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}\r\nEND:VCALENDAR\r\n", left_out)


def _events(text: str) -> Iterator[Event]:
    for count, lines in enumerate(own_lines(text)):
        if count >= MOST_ENTRIES:
            raise UnreadablePlan(TOO_MANY)
        event = Event()
        for line in lines:
            _take(event, line)
        yield event


def own_lines(text: str) -> Iterator[list[str]]:
    """Those of each event itself, not of what is nested in it."""
    event: list[str] | None = None
    depth = 0
    for line in LINE_ENDS.split(FOLDED.sub("", text)):
        head = line[:16].strip().upper()
        if event is None:
            if head == "BEGIN:VEVENT":
                event, depth = [], 0
        elif head == "END:VEVENT" and depth == 0:
            yield event
            event = None
        elif head.startswith(("BEGIN:", "END:")):
            depth = max(0, depth + (1 if head.startswith("BEGIN:") else -1))
        elif depth == 0:
            event.append(line)


def _take(event: Event, line: str) -> None:
    found = A_LINE.match(line)
    if not found:
        return
    name, value = found[1].upper(), found[2].strip()
    if name in TEXTS:
        event.lines.setdefault(name, cut(value, TEXTS[name]))
    elif name in ONCE and len(value) <= LONGEST_VALUE:
        event.lines.setdefault(name, value)
    elif name in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"):
        event.times.setdefault(name, value[:LONGEST_VALUE])
    elif name in LISTS and len(event.lists) < MOST_LISTS and MOMENTS.fullmatch(value):
        event.lists.append((name, value))
    elif name == "RRULE":
        _take_rule(event, value.upper().strip(";"))
    elif name == "RDATE":
        event.unread = True


def _take_rule(event: Event, rule: str) -> None:
    if A_RULE.fullmatch(rule) or A_WEEKLY_RULE.fullmatch(rule):
        event.lines.setdefault("RRULE", TIME_OF_UNTIL.sub(r"\1", rule))
    else:
        event.unread = True


def cut(value: str, most: int) -> str:
    """Not in the middle of a letter that is written as two."""
    return value[:most].rstrip("\\")


def _may_lie_in(event: Event, first: date, window: Window) -> bool:
    if "RECURRENCE-ID" in event.times:
        return True  # it says of a day of another event that it is not then
    if event.repeats:
        return window.start - LONGEST_REPEATING <= first < window.end
    return window.holds(first)


def _written(event: Event, first: date, tz: ZoneInfo, seen: set[str]) -> str:
    """The event in civil days; of several that have one UID and no rule each is its own."""
    lines = dict(event.lines)
    instead_of = _day(event.times.get("RECURRENCE-ID", ""), tz)
    if instead_of:
        lines["RECURRENCE-ID;VALUE=DATE"] = f"{instead_of:%Y%m%d}"
    elif not lines.get("UID") or lines["UID"] in seen:
        lines["UID"] = f"{len(seen)}@here"
    seen.add(lines.get("UID", ""))
    lines["DTSTART;VALUE=DATE"] = f"{first:%Y%m%d}"
    if minutes := _minutes(event.times):
        lines["X-MINUTES"] = str(minutes)
    named = [f"{name}:{value}" for name, value in lines.items()]
    lists = [_in_days(name, value, tz) for name, value in event.lists]
    return "\r\n".join(["BEGIN:VEVENT", *named, *lists, "END:VEVENT"])


def _in_days(name: str, value: str, tz: ZoneInfo) -> str:
    days = [_day(one, tz) for one in value.split(",")]
    return f"{name};VALUE=DATE:" + ",".join(f"{day:%Y%m%d}" for day in days if day)


def _day(value: str, tz: ZoneInfo) -> date | None:
    moment = moment_of(value)
    if moment and value.endswith("Z"):
        return moment.replace(tzinfo=UTC).astimezone(tz).date()
    return moment.date() if moment else None


def moment_of(value: str) -> datetime | None:
    """As it is written, whatever the zone; None for what is no moment of these centuries."""
    if not re.fullmatch(MOMENT, value) or not "1900" <= value[:4] <= "2199":
        return None
    try:
        plain = value.removesuffix("Z")
        return datetime.strptime(plain, "%Y%m%dT%H%M%S" if "T" in plain else "%Y%m%d")  # noqa: DTZ007
    except ValueError:
        return None


def _minutes(times: dict[str, str]) -> int | None:
    if found := LENGTH.fullmatch(times.get("DURATION", "")):
        length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))
    else:
        start, end = times.get("DTSTART", ""), times.get("DTEND", "")
        begins, ends = moment_of(start), moment_of(end)
        if not begins or not ends or "T" not in start or start[-1] != end[-1] == "Z":
            return None
        length = ends - begins
    minutes = round(length.total_seconds() / 60)
    return minutes if 1 <= minutes <= LONGEST_MINUTES else None


def zone_of(text: str) -> ZoneInfo | None:
    found = ITS_ZONE.search(text)
    try:
        return ZoneInfo(found[1]) if found else None
    except (ValueError, OSError, KeyError):  # no such zone
        return None
