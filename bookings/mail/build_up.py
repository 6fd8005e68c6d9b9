"""A build-up as a mail can draw it: a column a week, in cells of a table, with nothing to load."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from bookings import dates
from bookings.core import training
from bookings.core.training.load import LOAD
from bookings.core.wording import isolated

WEEK = timedelta(days=7)
HIGHEST = 96  # px, in the peak
WEEKS_BEFORE, WEEKS_AFTER, MOST = 3, 5, 40
NARROWEST, LETTER = 300, 7.5  # px: all columns on a phone, and a letter of a name below them
UNNAMED = (training.Phase.OFF_SEASON, training.Phase.RACE_DAY)


@dataclass(frozen=True)
class Column:
    """A week: its phase, its height in px, and what stands on it ("race", "visit" or nothing)."""

    phase: training.Phase
    height: int
    mark: str


@dataclass(frozen=True)
class BuildUp:
    columns: Sequence[Column]
    names: Sequence[tuple[str, int]]  # words or nothing, and over how many columns they stand
    in_words: str


def build_up(plan: training.Plan, race: training.Race, visit: date) -> BuildUp | None:
    """Of one race, from three weeks before its training or from now to five weeks after it."""
    start = max(plan.as_of, race.plan_start(plan.protocol) - WEEKS_BEFORE * WEEK)
    monday = start - timedelta(days=start.weekday())
    end = race.race_date + WEEKS_AFTER * WEEK
    weeks = (end - monday).days // 7 + 1
    if not 1 < weeks <= MOST:
        return None
    mondays = [monday + n * WEEK for n in range(weeks)]
    segments = plan.segments(monday, mondays[-1] + WEEK)
    columns = [_column(one, segments, race.race_date, visit) for one in mondays]
    return BuildUp(columns, _names(columns, plan.protocol), _in_words(segments, plan))


def _column(monday: date, segments: Sequence[training.Segment], race: date, visit: date) -> Column:
    middle = monday + timedelta(days=3)
    phase = next(one.phase for one in segments if one.start <= middle < one.end)
    week = range(7)
    marks = {monday + timedelta(days=n) for n in week}
    mark = "race" if race in marks else "visit" if visit in marks else ""
    return Column(phase, max(round(HIGHEST * _load(middle, segments)), 6), mark)


def _load(day: date, segments: Sequence[training.Segment]) -> float:
    """Each phase has its load in its middle; between two middles it rises or falls evenly."""
    knots = [(one.start.toordinal() + one.days / 2, LOAD[one.phase]) for one in segments]
    x = day.toordinal() + 0.5
    before = [knot for knot in knots if knot[0] <= x]
    after = [knot for knot in knots if knot[0] > x]
    if not before or not after:
        return (before[-1:] or after[:1])[0][1]
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _names(columns: Sequence[Column], protocol: training.Protocol) -> list[tuple[str, int]]:
    found = []
    for phase, there in groupby(column.phase for column in columns):
        count, name = len(list(there)), protocol.phases[phase].name.partition(" (")[0]
        fits = len(name) * LETTER <= NARROWEST * count / len(columns)
        found.append((name if fits and phase not in UNNAMED else "", count))
    return found


def _in_words(segments: Sequence[training.Segment], plan: training.Plan) -> str:
    """Base from Mon 21 Dec, Build from Mon 25 Jan 2027"""
    words = _("{phase} from {day}")
    return ", ".join(
        words.format(
            phase=isolated(plan.protocol.phases[one.phase].name.partition(" (")[0]),
            day=dates.short_day_from(max(one.start, plan.as_of), plan.as_of),
        )
        for one in segments
        if one.phase is not training.Phase.OFF_SEASON
    )
