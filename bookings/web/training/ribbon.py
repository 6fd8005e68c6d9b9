"""The phases as a ribbon that swells and tapers with the training: where everything is drawn.

Lying it reads from left to right, on wide screens; upright from top to bottom, on phones.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import dateformat

from bookings import dates
from bookings.core import training
from bookings.core.training import Phase
from bookings.core.training.load import LOAD

# How much training there is at the end of a phase; it begins where the one before ends.
LANES = 7  # of names below the ribbon that lies
LEAST = 9  # for the shortest phase of it
WEEK = timedelta(days=7)
LETTER = 7.0  # a letter's width on the average
DOT = 21.0  # a numbered dot with the room around it
LONGEST_NAME = 26


@dataclass(frozen=True)
class Scale:
    """Where a date is along the ribbon: even within a phase, with room for the shortest."""

    days: Sequence[int]
    places: Sequence[float]

    @classmethod
    def of(cls, segments: Sequence[training.Segment], length: float, least: float) -> "Scale":
        sizes = _sizes([segment.days for segment in segments], length, least)
        places = [0.0]
        for size in sizes:
            places.append(places[-1] + size)
        days = [segments[0].start, *(segment.end for segment in segments)]
        return cls([day.toordinal() for day in days], places)

    def at(self, day: date) -> float:
        number = day.toordinal()
        i = min(max(bisect_right(self.days, number), 1), len(self.days) - 1)
        share = (number - self.days[i - 1]) / (self.days[i] - self.days[i - 1])
        return round(self.places[i - 1] + share * (self.places[i] - self.places[i - 1]), 1)

    def noon(self, day: date) -> float:
        return round((self.at(day) + self.at(day + timedelta(days=1))) / 2, 1)


def _sizes(days: Sequence[int], length: float, least: float) -> list[float]:
    """`length` shared out by days; whoever would get less than `least` gets that."""
    small: set[int] = set()
    while True:
        rest = sum(n for i, n in enumerate(days) if i not in small)
        a_day = (length - least * len(small)) / max(rest, 1)
        more = {i for i, n in enumerate(days) if n * a_day < least} - small
        if not more:
            return [least if i in small else n * a_day for i, n in enumerate(days)]
        small |= more


@dataclass(frozen=True)
class Piece:
    """A phase's stretch of the ribbon and the name to stand with it."""

    name: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def holds_its_name(self) -> bool:
        return _width(self.name) <= self.end - self.start


@dataclass(frozen=True)
class Area:
    """A phase's piece of the ribbon: its outline."""

    phase: Phase
    outline: str


@dataclass(frozen=True)
class Label:
    """Words at a place, and the line to them; `lane` counts away from the ribbon."""

    words: str
    at: float
    y: float = 0
    lane: int = 0
    anchor: str = "middle"
    line: float = 0
    more: str = ""


@dataclass(frozen=True)
class Dot:
    """A recommended session, or a booked one, by its number in the list."""

    number: int
    at: float
    away: float
    booked: bool


@dataclass(frozen=True)
class Ribbon:
    """Everything to draw, in the units of a box `width` by `height`."""

    width: float
    height: float
    base: float
    areas: list[Area]
    phases: list[Label]
    races: list[Label]
    months: list[Label]
    weeks: list[float]
    dots: list[Dot]
    today: float | None


@dataclass(frozen=True)
class Marked:
    """A session's number, its day, and whether it is booked."""

    number: int
    day: date
    booked: bool


def lying(
    segments: Sequence[training.Segment],
    marked: Iterable[Marked],
    protocol: training.Protocol,
    *,
    today: date,
) -> Ribbon | None:
    """None where there are too many short phases for their names to stand beside one another."""
    length, base, tallest = 760.0, 146.0, 86.0
    scale = Scale.of(segments, length, LEAST)
    if (names := _phase_labels(segments, scale, protocol)) is None:
        return None
    dots = list(_dots(marked, scale, segments))
    below = base + 32 + max((dot.away for dot in dots), default=0)
    phases = [replace(label, y=below + 17 * label.lane) for label in names]
    races = _stacked(_race_labels(segments, scale), length)
    return Ribbon(
        width=length,
        height=max((label.y for label in phases), default=below) + 10,
        base=base,
        areas=list(_areas(segments, scale, lambda at, load: (at, base - load * tallest))),
        phases=phases,
        races=races,
        months=list(_months(segments, scale, least=40)),
        weeks=list(_weeks(segments, scale)),
        dots=dots,
        today=_today(segments, scale, today),
    )


def upright(
    segments: Sequence[training.Segment],
    marked: Iterable[Marked],
    protocol: training.Protocol,
    *,
    today: date,
) -> Ribbon:
    least, base, widest = 42.0, 58.0, 66.0
    days = (segments[-1].end - segments[0].start).days
    length = max(least * len(segments) * 1.3, min(days * 3.0, 1400.0))
    scale = Scale.of(segments, length, least)
    return Ribbon(
        width=340,
        height=length,
        base=base,
        areas=list(_areas(segments, scale, lambda at, load: (base + load * widest, at))),
        phases=[_beside(segment, scale, protocol) for segment in segments],
        races=_race_labels(segments, scale),
        months=list(_months(segments, scale, least=22)),
        weeks=list(_weeks(segments, scale)),
        dots=list(_dots(marked, scale, segments)),
        today=_today(segments, scale, today),
    )


def _areas(segments: Sequence[training.Segment], scale: Scale, point: Any) -> Iterator[Area]:
    load = LOAD[segments[0].phase]
    for segment in segments:
        start, end = scale.at(segment.start), scale.at(segment.end)
        after = LOAD[segment.phase]
        middle = (start + end) / 2
        corners = [
            (start, 0), (start, load), (middle, load), (middle, after), (end, after), (end, 0),
        ]  # fmt: skip
        a, b, c, d, e, f = (_pair(*point(*corner)) for corner in corners)
        yield Area(segment.phase, f"M{a} L{b} C{c} {d} {e} L{f}Z")
        load = after


def _pair(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


def _phase_labels(
    segments: Sequence[training.Segment], scale: Scale, protocol: training.Protocol
) -> list[Label] | None:
    """Each phase's name under its piece, or lower; None where there is no room for one."""
    pieces = [
        Piece(protocol.phases[segment.phase].name, scale.at(segment.start), scale.at(segment.end))
        for segment in segments
        if segment.phase is not Phase.RACE_DAY
    ]
    length = scale.places[-1]
    widest_first = sorted(pieces, key=lambda piece: piece.start - piece.end)
    from_the_right = sorted(pieces, key=lambda piece: (not piece.holds_its_name, -piece.start))
    return _placed(widest_first, length) or _placed(from_the_right, length)


def _placed(pieces: Sequence[Piece], length: float) -> list[Label] | None:
    placed: list[Label] = []
    for n, piece in enumerate(pieces, start=1):
        to_come = [other.middle for other in pieces[n:]]
        tries = _tries(piece.name, piece.middle, length)
        label = next((one for one in tries if _is_clear(one, placed, to_come)), None)
        if label is None:
            return None
        placed.append(label)
    return placed


def _tries(words: str, at: float, length: float) -> Iterator[Label]:
    half = _width(words) / 2
    for lane in range(LANES):
        yield Label(words, min(max(at, half), length - half), lane=lane, line=at)
        if at > 2 * half:
            yield Label(words, at, lane=lane, anchor="end", line=at)
        if at + 2 * half < length:
            yield Label(words, at, lane=lane, anchor="start", line=at)


def _is_clear(label: Label, placed: Iterable[Label], to_come: Iterable[float]) -> bool:
    """It touches no other words, and no line to words lower down runs through it."""
    start, end = _reach(label)
    return not any(_clash(label, other) for other in placed) and not any(
        start < line < end for line in to_come
    )


def _clash(one: Label, other: Label) -> bool:
    if one.lane == other.lane:
        return _meet(one, other)
    upper, lower = sorted((one, other), key=lambda label: label.lane)
    start, end = _reach(upper)
    return start < lower.line < end


def _meet(one: Label, other: Label) -> bool:
    (a, b), (c, d) = _reach(one), _reach(other)
    return a < d and c < b


def _reach(label: Label) -> tuple[float, float]:
    width = _width(label.words)
    if label.anchor == "middle":
        return label.at - width / 2, label.at + width / 2
    return (label.at - width, label.at) if label.anchor == "end" else (label.at, label.at + width)


def _width(words: str) -> float:
    return len(words) * LETTER + 8


def _beside(segment: training.Segment, scale: Scale, protocol: training.Protocol) -> Label:
    words = protocol.phases[segment.phase].name
    if segment.phase is Phase.RACE_DAY and segment.race:
        words = _short(segment.race.name)
    return Label(words, scale.at(segment.start), more=_days(segment))


def _race_labels(segments: Iterable[training.Segment], scale: Scale) -> list[Label]:
    return [
        Label(_short(segment.race.name), scale.noon(segment.start), more=_days(segment))
        for segment in segments
        if segment.phase is Phase.RACE_DAY and segment.race
    ]


def _stacked(labels: Iterable[Label], length: float) -> list[Label]:
    """Race days above the ribbon, inside the box, in a lane of their own where they would touch."""
    placed: list[Label] = []
    for label in labels:
        words = f"{label.words}, {label.more}"
        anchor = "end" if label.at + len(words) * LETTER > length else "start"
        lane = 0
        while any(
            _meet(Label(words, label.at, anchor=anchor), o) for o in placed if o.lane == lane
        ):
            lane += 1
        placed.append(Label(words, label.at, 34 + 16 * lane, lane, anchor))
    return placed


def _months(segments: Sequence[training.Segment], scale: Scale, *, least: float) -> Iterator[Label]:
    first, end = segments[0].start, segments[-1].end
    day = first.replace(day=1)
    last_at = -least
    while (day := (day + timedelta(days=32)).replace(day=1)) < end:
        at = scale.at(day)
        if at - last_at >= least:
            yield Label(dateformat.format(day, "M"), at, more=f"{day:%Y}" if day.month == 1 else "")
            last_at = at


def _weeks(segments: Sequence[training.Segment], scale: Scale) -> Iterator[float]:
    """Where weeks begin, on Mondays."""
    first, end = segments[0].start, segments[-1].end
    day = first + timedelta(days=-first.weekday() % 7)
    while day < end:
        yield scale.at(day)
        day += WEEK


def _dots(
    marked: Iterable[Marked], scale: Scale, segments: Sequence[training.Segment]
) -> Iterator[Dot]:
    """Beside one another; where two would touch, the later one a step away from the ribbon."""
    before: list[Dot] = []
    for mark in marked:
        if not segments[0].start <= mark.day < segments[-1].end:
            continue
        at = scale.noon(mark.day)
        near = {dot.away for dot in before if at - dot.at < DOT}
        away = next(DOT * n for n in range(len(near) + 1) if DOT * n not in near)
        before.append(Dot(mark.number, at, away, mark.booked))
    yield from before


def _today(segments: Sequence[training.Segment], scale: Scale, today: date) -> float | None:
    inside = segments[0].start <= today < segments[-1].end
    return scale.noon(today) if inside else None


def _days(segment: training.Segment) -> str:
    last = segment.end - timedelta(days=1)
    if segment.days == 1:
        return dates.day_in_short(segment.start)
    return dates.span(*(dateformat.format(day, "j M") for day in (segment.start, last)))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
