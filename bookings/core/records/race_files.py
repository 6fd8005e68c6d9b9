"""The races of a year out of a calendar file (.ics) or a table (.csv), within limits."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

import icalendar

from bookings.core.clients.search_text import folded
from bookings.core.records.moments import NoSuchMoment, Order, When, clock, orders_in, when
from bookings.core.records.plan_files.lines import A_LINE, cut, own_lines
from bookings.core.records.tables import Unreadable
from bookings.core.records.text_files import decoded, rows_of
from bookings.core.training.protocol.vocabulary import Distance
from bookings.core.wording import Sentence, as_seen, piles_up_marks

LARGEST = 500_000  # bytes
MOST_RACES = 500
LONGEST_NAME, LONGEST_TOWN = 120, 80
LONGEST_SAID = 1_000  # letters of a cell, and of what is looked through for a distance
# What reaches a library of an event's lines; no zone of the file's own, for it would be unrolled.
TAKEN = {"SUMMARY": 300, "LOCATION": 300, "DESCRIPTION": LONGEST_SAID, "DTSTART": 60, "STATUS": 60}
LONGEST_SEEN = 40  # of what could not be read
# Whatever a library makes of what somebody else wrote.
FAULTS = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip

TOO_LARGE = Sentence("The file is larger than 500 KB, and no list of races is.")
TOO_MANY = Sentence("The file has more than 500 races. Please split it.")
NO_LIST = Sentence("This file is neither a calendar (.ics) nor a table (.csv) that we can read.")
NO_COLUMNS = Sentence("We found no columns for the race and its date. Please name them so.")
NO_RACES = Sentence("There is no race in this file.")
NO_NAME = Sentence("It has no name.")
NO_DAY = Sentence("Its date cannot be read.")
NO_DISTANCE = Sentence("It does not say which distance it is.")
NO_DISTANCE_COLUMN = Sentence(
    "The table has no column named distance, so a race's distance is known only where its name "
    "says it."
)
NO_DISTANCE_ANYWHERE = Sentence(
    "The table has no column named distance, and no name says it either. Please add that column."
)

WORDS = (  # the first that fits: half before whole
    (Distance.ULTRA, re.compile(r"\bultra|\b(50|100) ?(k|mi)")),
    (
        Distance.HALF,
        re.compile(r"\b(half|halbmarathon|semi|hm\b|13[.,]1\b|21([.,]\d{1,4})? ?k)|media maraton"),
    ),
    (Distance.MARATHON, re.compile(r"marathon|maraton|\b(26[.,]2\b|42([.,]\d{1,3})? ?k)")),
    (Distance.TEN_KM, re.compile(r"\b10 ?(k|km|000)\b|\bten ?k|\b10$")),
)
KILOMETRES = (  # a number alone, as a column has it
    (Distance.HALF, re.compile(r"21([.,]\d{1,4})?")),
    (Distance.MARATHON, re.compile(r"42([.,]\d{1,3})?")),
    (Distance.TEN_KM, re.compile(r"10([.,]0{1,3})?")),
    (Distance.ULTRA, re.compile(r"(50|100)([.,]0{1,3})?")),
)
COLUMNS = {
    "name": ("name", "race", "event", "title", "what"),
    "town": ("town", "city", "place", "location", "where"),
    "day": ("date", "day", "when", "race date"),
    "distance": ("distance", "distances", "course", "km"),
    "start": ("start", "time", "start time", "gun"),
}


class UnreadableRaces(ValueError):
    """`sentence` says why, to whoever chose the file."""

    def __init__(self, sentence: Sentence):
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class ListedRaceRead:
    name: str
    town: str
    day: date
    distance: Distance
    start: time | None = None


@dataclass(frozen=True)
class UnreadRow:
    """What it is called and in which row of a table, why it is none, and what could not be read."""

    called: str
    why: Sentence
    row: int | None = None
    saw: str = ""


@dataclass
class RacesRead:
    races: list[ListedRaceRead] = field(default_factory=list)
    not_read: list[UnreadRow] = field(default_factory=list)
    note: Sentence | None = None

    def take(
        self, name: str, town: str, at: When | None, distance: str, *, start: str = "",
        row: int | None = None, day: str = "",
    ) -> None:  # fmt: skip
        """`row` and `day` are where it stands and its day as it is written, to say so."""
        name, town = _on_a_line(name, LONGEST_NAME), _on_a_line(town, LONGEST_TOWN)
        if not any(letter.isalpha() for letter in name) or piles_up_marks(name + town):
            self.leave(name or "–", NO_NAME, row)
        elif at is None:
            self.leave(name, NO_DAY, row, day)
        elif (known := distance_in(distance) or distance_in(name)) is None:
            self.leave(name, NO_DISTANCE, row, distance)
        else:
            self._add(ListedRaceRead(name, town, at.day, known, at.clock or _clock(start)))

    def _add(self, found: ListedRaceRead) -> None:
        if found not in self.races:
            self.races.append(found)

    def leave(self, called: str, why: Sentence, row: int | None = None, saw: str = "") -> None:
        self.not_read.append(UnreadRow(called, why, row, _on_a_line(saw, LONGEST_SEEN)))


def read(data: bytes, *, tz: ZoneInfo) -> RacesRead:
    """Raises UnreadableRaces with a sentence, for whatever is no list within the limits."""
    if len(data) > LARGEST:
        raise UnreadableRaces(TOO_LARGE)
    try:
        text, _encoding = decoded(data)
        found = _calendar(text, tz) if "BEGIN:VCALENDAR" in text[:1000] else _table(data)
    except Unreadable:
        raise UnreadableRaces(NO_LIST) from None
    if not found.races and not found.not_read:
        raise UnreadableRaces(NO_RACES)
    return found


def distance_in(text: str) -> Distance | None:
    """Of "Half marathon", "HM", "21,1 km", "42.2" or "Two Bridges Half"."""
    said = folded(text[:LONGEST_SAID])[:LONGEST_SAID].strip()
    alone = next((one for one, number in KILOMETRES if number.fullmatch(said)), None)
    return alone or next((one for one, words in WORDS if words.search(said)), None)


def _calendar(text: str, tz: ZoneInfo) -> RacesRead:
    found = RacesRead()
    try:
        for event in icalendar.Calendar.from_ical(_worth_reading(text)).walk("VEVENT"):
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            name, town = str(event.get("SUMMARY", "")), str(event.get("LOCATION", ""))
            begins, says = event.get("DTSTART"), str(event.get("DESCRIPTION", ""))
            town = town.partition(",")[0]
            day = begins if isinstance(begins, str) else ""  # only what the library could not read
            at = _in_calendar(begins, tz)
            found.take(name, town, at, distance_in(name) or says, day=day)
    except FAULTS:
        raise UnreadableRaces(NO_LIST) from None
    return found


def _worth_reading(text: str) -> str:
    events = list(islice(own_lines(text), MOST_RACES + 1))
    if len(events) > MOST_RACES:
        raise UnreadableRaces(TOO_MANY)
    inside = "\r\n".join("\r\n".join(["BEGIN:VEVENT", *_taken(e), "END:VEVENT"]) for e in events)
    return f"BEGIN:VCALENDAR\r\n{inside}\r\nEND:VCALENDAR\r\n"


def _taken(lines: Iterable[str]) -> Iterable[str]:
    """The first of each name."""
    found: dict[str, str] = {}
    for line in lines:
        if (said := A_LINE.match(line)) and (name := said[1].upper()) in TAKEN:
            found.setdefault(name, line[: said.start(2)] + cut(said[2], TAKEN[name]))
    return found.values()


def _in_calendar(begins: object, tz: ZoneInfo) -> When | None:
    """None of what is no day, such as 32 January: the others of its file are read all the same."""
    try:
        at = begins.dt  # type: ignore[attr-defined]
        if isinstance(at, datetime):
            there = at.astimezone(tz) if at.tzinfo else at
            return When(there.date(), there.time().replace(second=0, microsecond=0))
    except FAULTS:
        return None
    return When(at) if isinstance(at, date) else None


def _table(data: bytes) -> RacesRead:
    rows = _numbered(data)
    places = _places(rows[0][1]) if rows else {}
    if not {"name", "day"} <= places.keys():
        raise UnreadableRaces(NO_COLUMNS)
    found = RacesRead()
    cells = [(row, {name: _cell(its, at) for name, at in places.items()}) for row, its in rows[1:]]
    order = orders_in(one["day"] for _, one in cells).sure or Order.DAY_FIRST
    for row, one in cells:
        town, distance, start = (one.get(name, "") for name in ("town", "distance", "start"))
        day = one["day"]
        found.take(one["name"], town, _when(day, order), distance, start=start, row=row, day=day)
    if "distance" not in places:
        _without_the_column(found)
    return found


def _numbered(data: bytes) -> Sequence[tuple[int, Sequence[str]]]:
    """Its rows that hold anything, each with its number as a spreadsheet has it."""
    lines, _how = rows_of(data)
    filled = ((number, row) for number, row in enumerate(lines, start=1) if any(row))
    rows = list(islice(filled, MOST_RACES + 2))
    if len(rows) > MOST_RACES + 1:
        raise UnreadableRaces(TOO_MANY)
    return rows


def _without_the_column(found: RacesRead) -> None:
    """Said once, not of each row."""
    if not any(one.why is NO_DISTANCE for one in found.not_read):
        return
    if not found.races:
        raise UnreadableRaces(NO_DISTANCE_ANYWHERE)
    found.note = NO_DISTANCE_COLUMN


def _places(head: Sequence[str]) -> dict[str, int]:
    """By what it holds, the first column that is called so."""
    called = [folded(cell[:LONGEST_NAME]).strip() for cell in head]
    return dict(_placed(called))


def _placed(called: Sequence[str]) -> Iterator[tuple[str, int]]:
    for name, words in COLUMNS.items():
        if at := [number for number, cell in enumerate(called) if cell in words]:
            yield name, at[0]


def _cell(row: Sequence[str], at: int) -> str:
    return row[at][:LONGEST_SAID].strip() if at < len(row) else ""


def _when(text: str, order: Order) -> When | None:
    try:
        return when(text[:60], order)
    except NoSuchMoment:
        return None


def _clock(text: str) -> time | None:
    try:
        return clock(text[:20]) if text else None
    except NoSuchMoment:
        return None


def _on_a_line(text: str, most: int) -> str:
    return as_seen(text[: 2 * most])[:most].strip()
