"""A build-up as hills that one runs over: how high the training stands, and what stands on it.

Nothing here is in pixels but the room that words need. Places are percentages of a drawing that
stretches with its page; pins, flags and words are put there and keep their own size.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from django.utils import dateformat
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings import dates
from bookings.core import training
from bookings.core.training import Phase, Priority
from bookings.core.training.load import LOAD
from bookings.core.wording import isolated
from bookings.web.training.ribbon import Marked

DAY = timedelta(days=1)
KEPT = 64  # drawings, of which each page of one runner has the same
FOLDS_FROM, FOLDED_TO = 80, 28  # days of an off-season, and the days whose room it then takes
ABOVE_NAMES = 925  # of 1000: where the lines between weeks end
TALL = 0.74  # of the drawing is the highest hill; the rest is sky, for pins and flags
# A race on the way is a dip between hills, not the end of them.
ON_THE_WAY = {
    Phase.RACE_WEEK: 0.68,
    Phase.RACE_DAY: 0.62,
    Phase.ACUTE: 0.52,
    Phase.RECOVERY: 0.66,
}
LONG_PEAK = 20  # days; beyond them its summit lies within
# The least width in px of a drawing that has all the words which fit it, by the class of its names.
WIDTHS = (("", 280), ("with-room", 500), ("with-much-room", 640))
LETTER, AROUND = 7.4, 8  # px
SOON_OVER = 14  # days
MONTHS_WIDTHS = (("", 280), ("with-much-room", 640))
LONG_MARK, HARD_MARK = 110, 55  # of 1000, from the route downwards
APART = 4.6  # percent between two numbered pins
# Percent; farther right there is no room behind a flag's pole.
ROOM_FOR_A_WHOLE_DAY, ROOM_FOR_A_SHORT_DAY, NARROW_MIDDLE = 76, 84, 42
# Px of the plan's drawing where it is narrowest of those with names at small flags; how high a main
# race's flag stands, and a small one may; what is written beside a pole, what else takes room.
WIDE, HIGH, MAIN_UP = 690, 256, 158
SMALL_UPS = range(60, 240, 12)
BESIDE_POLE, LINES, SKY = 43, 34, 36
PIN_UP, TODAY_UP, HALF_WORD, HALF_PIN = 43, 60, 26, 14
WORD_HIGH, TODAY_OVER_A_PIN = 14, 62
LONGEST_RACE = 26  # letters
MARGIN = 18  # px beside the drawing that words may reach into
UNNAMED = (Phase.OFF_SEASON, Phase.RACE_DAY)

Point = tuple[float, float]


@dataclass(frozen=True)
class Hill:
    """A phase's stretch: its outline in a box of 1000 by 1000."""

    phase: Phase
    outline: str


@dataclass(frozen=True)
class Name:
    """A phase's name inside its hill; `only` is the class of drawings that have room for it."""

    phase: Phase
    words: str
    x: float
    only: str


@dataclass(frozen=True)
class Month:
    """The name of a month below the drawing, where it begins; `only` as of a phase's name.

    `session` is the number of the first one in it, if there is one.
    """

    words: str
    x: float
    only: str
    session: int | None

    def reach(self, width: float) -> tuple[float, float]:
        """From where to where its words stand in a drawing so wide, in px."""
        start = self.x * width / 100
        return start, start + len(self.words) * LETTER + AROUND

    def touches(self, other: "Month", width: float) -> bool:
        (start, end), (other_start, other_end) = self.reach(width), other.reach(width)
        return start < other_end and other_start < end


@dataclass(frozen=True)
class Pin:
    """A session on the route; without room for its number it is a dot."""

    number: int
    day: date
    x: float
    y: float
    booked: bool
    is_dot: bool


@dataclass(frozen=True)
class Writing:
    """The day at a main race's flag, on which side of the pole it stands, and how high.

    Where there is no room between races it is left out; the list above says all of them.
    """

    day: str
    at_left: bool
    up: int
    is_left_out: bool = False

    @property
    def pole_top(self) -> int:
        """As SVG counts."""
        return -self.up


@dataclass(frozen=True)
class Flag:
    """A race with its day, which an example has not: whole, and in short where there is less room.

    `wide` and `narrow` are how a main race is written in drawings of much and of little room.
    """

    x: float
    y: float
    day: str
    day_in_short: str
    name: str
    is_main: bool
    at_left: bool
    wide: Writing
    narrow: Writing
    named_up: int  # how high a small flag stands that has its name beside it; 0 without room

    @property
    def pole_top(self) -> int:
        """As SVG counts."""
        return -self.named_up


@dataclass(frozen=True)
class Paper:
    """A drawing where it is narrowest of those that are written alike, in px.

    `ups` are how high main races' flags may stand.
    """

    width: int
    height: int
    ups: Sequence[int]


ROOMY = Paper(WIDE, HIGH, (MAIN_UP, MAIN_UP + 38))
NARROW = Paper(280, 152, (196, 158, 120))


@dataclass(frozen=True)
class Box:
    """What is taken of the plan's drawing where it is narrowest, in px."""

    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: "Box") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True)
class OwnDays:
    """The days of the runner's own plan as marks below the route: paths in the hills' box.

    Beyond its last day the long runs are `assumed`, by their weekday.
    """

    long_runs: str
    hard: str
    assumed: str


@dataclass(frozen=True)
class Hills:
    hills: Sequence[Hill]
    cuts: str
    route: str
    own: OwnDays | None
    before: str
    names: Sequence[Name]
    pins: Sequence[Pin]
    flags: Sequence[Flag]
    months: Sequence[Month]
    today: Point | None
    in_words: str

    @property
    def today_up(self) -> int:
        """How high its word stands: over the head of a pin right beside it."""
        near = self.today and any(
            abs(pin.x - self.today[0]) < APART for pin in self.pins if not pin.is_dot
        )
        return TODAY_OVER_A_PIN if near else TODAY_UP - WORD_HIGH


class _Ground:
    """Where a day is from left to right, and how high the route stands there."""

    def __init__(self, segments: Sequence[training.Segment]):
        self.segments = segments
        self._days = [segments[0].start.toordinal()]
        self._places = [0.0]
        for segment in segments:
            room = FOLDED_TO if _is_folded(segment) else segment.days
            self._days.append(segment.end.toordinal())
            self._places.append(self._places[-1] + room)
        self._height = _monotone(*zip(*self._knots(), strict=True))

    def place(self, day: date) -> float:
        number = day.toordinal()
        i = min(max(bisect_right(self._days, number), 1), len(self._days) - 1)
        share = (number - self._days[i - 1]) / (self._days[i] - self._days[i - 1])
        return self._places[i - 1] + share * (self._places[i] - self._places[i - 1])

    def x(self, place: float) -> float:
        return 100 * place / self._places[-1]

    def place_at(self, x: float) -> float:
        return x * self._places[-1] / 100

    def y(self, place: float) -> float:
        return 100 - 100 * TALL * self._height(place)

    def point(self, day: date) -> Point:
        """Noon of the day."""
        place = (self.place(day) + self.place(day + DAY)) / 2
        return round(self.x(place), 2), round(self.y(place), 2)

    def curve(self, start: date, end: date) -> list[Point]:
        """The route between two days, a point for about each day."""
        first, last = self.place(start), self.place(end)
        steps = max(2, round(last - first))
        places = [first + (last - first) * n / steps for n in range(steps + 1)]
        return [(self.x(place), self.y(place)) for place in places]

    def _knots(self) -> Iterator[Point]:
        first = self.segments[0].phase
        height = LOAD[Phase.OFF_SEASON if first is Phase.BASE else first]
        yield 0.0, height
        for segment in self.segments:
            start, end = self.place(segment.start), self.place(segment.end)
            after = _height_after(segment, height)
            if segment.phase is Phase.PEAK and segment.days > LONG_PEAK:
                yield start + 0.55 * (end - start), 1.0
                after = 0.93
            yield end, after
            height = after


def _is_folded(segment: training.Segment) -> bool:
    return segment.phase is Phase.OFF_SEASON and segment.days > FOLDS_FROM


def _height_after(segment: training.Segment, before: float) -> float:
    if segment.race and segment.race.priority is not Priority.A:
        return min(before, ON_THE_WAY.get(segment.phase, before))
    if segment.phase is Phase.PEAK:  # a few days of it make no summit
        return before + (1 - before) * min(1, segment.days / 16)
    return LOAD[segment.phase]


def _monotone(xs: Sequence[float], ys: Sequence[float]) -> Callable[[float], float]:
    """A smooth curve through the points that overshoots none of them (Fritsch and Carlson)."""
    widths = [b - a for a, b in pairwise(xs)]
    rises = [(d - c) / width for (c, d), width in zip(pairwise(ys), widths, strict=True)]
    slopes = [0.4 * rises[0]]
    for (a, b), (w, v) in zip(pairwise(rises), pairwise(widths), strict=True):
        least, most = 2 * v + w, v + 2 * w
        slopes.append((least + most) / (least / a + most / b) if a * b > 0 else 0.0)
    slopes.append(0.6 * rises[-1])

    def at(x: float) -> float:
        i = min(max(bisect_right(xs, x) - 1, 0), len(widths) - 1)
        h, t = widths[i], min(max((x - xs[i]) / widths[i], 0), 1)
        return (
            (1 + 2 * t) * (1 - t) ** 2 * ys[i]
            + t * (1 - t) ** 2 * h * slopes[i]
            + t * t * (3 - 2 * t) * ys[i + 1]
            + t * t * (t - 1) * h * slopes[i + 1]
        )

    return at


def hills_of(
    segments: Sequence[training.Segment],
    marked: Iterable[Marked],
    protocol: training.Protocol,
    *,
    today: date | None,
    runner: training.Runner | None = None,
) -> Hills:
    """The drawing of phases that follow one another; `today` is None in an example, and `runner`
    is whose own plan is drawn along with it."""
    told = {"today": today, "runner": runner, "language": get_language()}
    return _drawn(tuple(segments), tuple(marked), protocol, **told)


@lru_cache(maxsize=KEPT)
def _drawn(
    segments: tuple[training.Segment, ...],
    marked: tuple[Marked, ...],
    protocol: training.Protocol,
    *,
    today: date | None,
    runner: training.Runner | None,
    language: str | None,
) -> Hills:
    ground = _Ground(segments)
    pins = list(_pins(ground, marked))
    curves = [ground.curve(segment.start, segment.end) for segment in segments]
    inside = today is not None and segments[0].start <= today < segments[-1].end
    return Hills(
        hills=[_hill(one.phase, curve) for one, curve in zip(segments, curves, strict=True)],
        cuts=" ".join(_cuts(ground)),
        route=f"M{_line([point for curve in curves for point in curve])}",
        own=_own_days(ground, runner) if runner and runner.schedule.days else None,
        before=_before(curves[0][0][1]),
        names=list(_names(ground, protocol)),
        pins=pins,
        flags=_with_names(list(_apart(list(_flags(ground, today)))), pins, ground, today),
        months=list(_months(ground, marked)),
        today=ground.point(today) if inside and today else None,
        in_words=", ".join(_in_words(segments, protocol, today)),
    )


def _in_words(
    segments: Iterable[training.Segment], protocol: training.Protocol, today: date | None
) -> Iterator[str]:
    """Base from Mon 21 Dec, Build from Mon 25 Jan 2027; an example has no days."""
    for segment in segments:
        if segment.phase is Phase.OFF_SEASON:
            continue
        phase = isolated(protocol.phases[segment.phase].name)
        day = dates.short_day_from(segment.start, today) if today else ""
        yield _("{phase} from {day}").format(phase=phase, day=day) if day else phase


def _hill(phase: Phase, curve: Sequence[Point]) -> Hill:
    first, last = curve[0][0], curve[-1][0]
    return Hill(phase, f"M{10 * first:.0f} 1000 {_line(curve)} {10 * last:.0f} 1000Z")


def _line(points: Iterable[Point]) -> str:
    return " ".join(f"{10 * x:.1f} {10 * y:.1f}" for x, y in points)


def _before(height: float) -> str:
    """The land that was run over before, up to where the hills begin."""
    y = 10 * height
    return f"M0 {y - 16:.0f} C400 {y + 28:.0f} 700 {y - 10:.0f} 1000 {y:.1f}"


def _own_days(ground: _Ground, runner: training.Runner) -> OwnDays:
    own, start, end = runner.schedule, ground.segments[0].start, ground.segments[-1].end
    days = [start + n * DAY for n in range((end - start).days)]
    beyond = own.last or start
    return OwnDays(
        long_runs=_marks(ground, (day for day in days if day in own.long_runs), LONG_MARK),
        hard=_marks(ground, (day for day in days if day in own.hard_days), HARD_MARK),
        assumed=_marks(
            ground, (day for day in days if day > beyond and runner.runs_long_on(day)), LONG_MARK
        ),
    )


def _marks(ground: _Ground, days: Iterable[date], length: int) -> str:
    """From the route downwards; none in a race's own days, of which its flag tells."""
    quiet = (Phase.RACE_DAY, Phase.ACUTE)
    resting = [(one.start, one.end) for one in ground.segments if one.phase in quiet]
    points = (
        ground.point(day) for day in days if not any(start <= day < end for start, end in resting)
    )
    return " ".join(f"M{10 * x:.1f} {10 * y:.1f}v{length}" for x, y in points)


def _cuts(ground: _Ground) -> Iterator[str]:
    """White lines between phases, and between the weeks of each."""
    for segment in ground.segments:
        day = segment.start
        while day < segment.end:
            place = ground.place(day)
            yield f"M{10 * ground.x(place):.1f} {10 * ground.y(place):.1f}V{ABOVE_NAMES}"
            day += timedelta(days=7 - day.weekday())
            if _is_folded(segment):
                break


def _names(ground: _Ground, protocol: training.Protocol) -> Iterator[Name]:
    for segment in ground.segments:
        if segment.phase in UNNAMED or (segment.race and segment.race.priority is not Priority.A):
            continue
        start, end = ground.x(ground.place(segment.start)), ground.x(ground.place(segment.end))
        words = protocol.phases[segment.phase].name.partition(" (")[0]
        needed = 100 * (len(words) * LETTER + AROUND) / (end - start)
        only = next((name for name, width in WIDTHS if needed <= width), None)
        if only is not None:
            yield Name(segment.phase, words, round((start + end) / 2, 2), only)


def _pins(ground: _Ground, marked: Iterable[Marked]) -> Iterator[Pin]:
    start, end = ground.segments[0].start, ground.segments[-1].end
    last = -APART
    for mark in marked:
        if not start <= mark.day < end:
            continue
        x, y = ground.point(mark.day)
        is_dot = x - last < APART
        yield Pin(mark.number, mark.day, x, y, mark.booked, is_dot)
        last = last if is_dot else x


def _flags(ground: _Ground, today: date | None) -> Iterator[Flag]:
    for segment in ground.segments:
        if segment.phase is Phase.RACE_DAY and segment.race:
            x, y = ground.point(segment.start)
            day = segment.start
            whole = dates.short_day_from(day, today) if today else ""
            short = dates.day_of_month_in_short(day) if today else ""
            yield Flag(
                x,
                y,
                day=short if x > ROOM_FOR_A_WHOLE_DAY else whole,
                day_in_short=short,
                name=segment.race.name,
                is_main=segment.race.priority is Priority.A,
                at_left=x > ROOM_FOR_A_SHORT_DAY,
                wide=Writing(
                    short if x > ROOM_FOR_A_WHOLE_DAY else whole,
                    at_left=x > ROOM_FOR_A_SHORT_DAY,
                    up=ROOMY.ups[0],
                ),
                narrow=Writing(whole, at_left=x > NARROW_MIDDLE, up=NARROW.ups[0]),
                named_up=0,
            )


def _apart(flags: Sequence[Flag]) -> Iterator[Flag]:
    """What is written at one main race stands clear of what stands at the others."""
    mains = [flag for flag in flags if flag.is_main]
    placed: list[Flag] = []
    for flag in flags:
        if flag.is_main:
            others = [one for one in mains if one is not flag]
            wide = _clear(flag, flag.wide, _taken(others, placed, ROOMY), ROOMY)
            narrow = _clear(flag, flag.narrow, _taken(others, placed, NARROW), NARROW)
            flag = replace(flag, wide=wide, narrow=narrow)
            placed.append(flag)
        yield flag


def _taken(others: Iterable[Flag], placed: Iterable[Flag], paper: Paper) -> list[Box]:
    """By the poles of main races, and by the words of those that are placed."""
    poles = [box_of(one.x, one.y, 2, max(paper.ups), paper) for one in others]
    writings = [(one, one.wide if paper is ROOMY else one.narrow) for one in placed]
    return poles + [written(*each, paper) for each in writings if not each[1].is_left_out]


def _clear(flag: Flag, wanted: Writing, taken: Sequence[Box], paper: Paper) -> Writing:
    """The writing that is wanted, or the nearest to it that touches neither words nor poles."""
    options = [
        Writing(day, at_left, up)
        for up in paper.ups
        for day in (wanted.day, flag.day_in_short)
        for at_left in (wanted.at_left, not wanted.at_left)
    ]
    for option in options:
        words = written(flag, option, paper)
        within = words.left >= -MARGIN and words.right <= paper.width + MARGIN
        if within and not any(words.touches(one) for one in taken):
            return option
    return replace(wanted, is_left_out=bool(taken))


def _with_names(
    flags: Sequence[Flag], pins: Iterable[Pin], ground: _Ground, today: date | None
) -> list[Flag]:
    """Small flags rise until the words beside them touch nothing else."""
    taken = [box_of(pin.x, pin.y, HALF_PIN, PIN_UP) for pin in pins]
    if today:
        taken.append(box_of(*ground.point(today), HALF_WORD, TODAY_OVER_A_PIN + WORD_HIGH))
    taken += [box_of(flag.x, flag.y, 2, flag.wide.up if flag.is_main else 60) for flag in flags]
    taken += [written(flag, flag.wide, ROOMY) for flag in flags if flag.is_main]
    named = []
    for flag in flags:
        if not flag.is_main:
            flag = _raised(flag, taken, ground)
            taken.append(words_of(flag, flag.named_up, at_left=flag.at_left))
        named.append(flag)
    return named


def _raised(flag: Flag, taken: Sequence[Box], ground: _Ground) -> Flag:
    for up in SMALL_UPS:
        for at_left in (False, True):
            words = words_of(flag, up, at_left=at_left)
            if _is_in_the_sky(words, ground) and not any(words.touches(one) for one in taken):
                return replace(flag, named_up=up, at_left=at_left)
    return flag


def box_of(x: float, y: float, half: float, up: float, paper: Paper = ROOMY) -> Box:
    """Of what stands on the route there."""
    centre, foot = x * paper.width / 100, y * paper.height / 100
    return Box(centre - half, centre + half, foot - up, foot)


def words_of(flag: Flag, up: int, *, at_left: bool) -> Box:
    """At a small flag."""
    return written(flag, Writing(flag.day, at_left, up), ROOMY)


def written(flag: Flag, writing: Writing, paper: Paper) -> Box:
    """Two lines from the top of the pole, beside its pennant."""
    letters = max(len(writing.day), min(len(flag.name), LONGEST_RACE))
    pole, top = flag.x * paper.width / 100, flag.y * paper.height / 100 - writing.up
    reach = letters * LETTER + AROUND
    beside = (-reach, 0) if writing.at_left else (0, BESIDE_POLE + reach)
    return Box(pole + beside[0], pole + beside[1], top, top + LINES)


def _is_in_the_sky(words: Box, ground: _Ground) -> bool:
    if words.left < 0 or words.right > WIDE or words.top < -SKY:
        return False
    first, last = (ground.place_at(100 * x / WIDE) for x in (words.left, words.right))
    places = (first + (last - first) * n / 12 for n in range(13))
    return all(words.bottom < ground.y(place) * HIGH / 100 for place in places)


def _months(ground: _Ground, marked: Sequence[Marked]) -> list[Month]:
    """Each where its words touch no others'; more of them where there is more room."""
    placed: list[Month] = []
    days = list(_first_days_of_months(ground))
    years_first = sorted(days, key=lambda day: day.month != 1)
    for only, width in MONTHS_WIDTHS:
        for day in years_first:
            x = round(ground.x(ground.place(day)), 2)
            for words in _names_of_month(day, days):
                month = Month(words, x, only, _first_in(day, marked))
                is_clear = not any(month.touches(other, width) for other in placed)
                if is_clear and month.reach(width)[1] <= width:
                    placed.append(month)
    return sorted(placed, key=lambda month: month.x)


def _names_of_month(day: date, days: Sequence[date]) -> Iterator[str]:
    """With its year in January, and in the first one where that has the room."""
    if day.month == 1 or day == days[0]:
        yield dateformat.format(day, "M Y")
    if day.month != 1:
        yield dateformat.format(day, "M")


def _first_days_of_months(ground: _Ground) -> Iterator[date]:
    """And the first day of all, unless its month is nearly over: it would hide the next."""
    day, end = ground.segments[0].start, ground.segments[-1].end
    after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    if (after - day).days < SOON_OVER:
        day = after
    while day < end:
        yield day
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _first_in(month: date, marked: Iterable[Marked]) -> int | None:
    """The number of the first session in it."""
    own = (one for one in marked if (one.day.year, one.day.month) == (month.year, month.month))
    return next((one.number for one in own), None)
