"""What the rows of a report come to, by each of its cuts, in one statement."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from bookings.queries.reports.definitions import CALENDAR, Report
from bookings.queries.reports.hours import CLOCK, by_hour
from bookings.queries.reports.periods import Period, key_of
from bookings.queries.reports.selection import AskedReport, analysed, of_any, selected
from bookings.queries.reports.sources import RowSource

SUMMED = """
    SELECT {columns} FROM ({rows}) every WHERE {chosen} GROUP BY GROUPING SETS ({sets})
"""
ADDED = {"one": "count(*)", "amount": "sum(amount)", "seconds": "sum(seconds)::bigint"}

Values = tuple[Decimal, ...]  # one a figure
Keys = tuple[object, ...]
Lines = Mapping[str, Values]
OF_DAYS = (*CALENDAR, "weekday")  # cuts that are told from the sums of the days
A_DAY, HOUR = ("day",), "hour"
WITH_FEW_KEYS = ("therapist", "treatment", "method", "phase", "newness", "lead")
MOST_LINES = 25  # of races, which runners name themselves
REST = "~"  # the key of all the others together


@dataclass(frozen=True)
class Totals:
    """By currency: what all comes to, what all came to before, by cut and key, and by day.

    What has no money has one currency without a name.
    """

    report: Report
    cuts: Sequence[str]
    all: Lines
    before: Lines
    by: Mapping[tuple[str, str], Lines]
    days: Mapping[str, Mapping[date, Values]] = field(default_factory=dict)
    across: Mapping[tuple[str, ...], Values] = field(default_factory=dict)

    def of(self, currency: str) -> Values:
        return self.all.get(currency, self.nothing)

    def of_before(self, currency: str) -> Values:
        return self.before.get(currency, self.nothing)

    @property
    def nothing(self) -> Values:
        return nothing_of(self.report)


def nothing_of(report: Report) -> Values:
    return (Decimal(0),) * len(report.figures)


def totals_of(
    asked: AskedReport,
    cuts: Sequence[str],
    before: Period | None = None,
    across: Sequence[str] = (),
) -> Totals:
    """Constantly many queries, for any number of cuts; `across` are some to be crossed as well."""
    sets = _sets_of(cuts, across)
    found = _summed(asked, [A_DAY, *sets.values()])
    days = {currency: _days(lines) for (which, currency), lines in found.items() if which == A_DAY}
    every = {currency: _added(lines.values()) for currency, lines in days.items()}
    earlier = _all_of(asked.over(before)) if before else {}
    by: dict[tuple[str, str], Lines] = {}
    for currency in every:
        for cut in cuts:
            lines = found.get((sets[cut], currency), {}) if cut in sets else {}
            by[cut, currency] = _lines(asked, cut, _only([cut], sets, lines), days[currency])
    at_once = {
        (currency, *map(text_of, keys)): values
        for currency in every if across
        for keys, values in _only(across, sets, found.get((sets[across[0]], currency), {})).items()
    }  # fmt: skip
    return Totals(asked.report, cuts, every, earlier, by, days, at_once)


def crossed(asked: AskedReport, cuts: Sequence[str]) -> list[tuple[str, tuple[str, ...], Values]]:
    """By several cuts at once: currency, a key of each, and what the rows come to."""
    found = _summed(asked, [tuple(cuts)])
    return [
        (currency, tuple(text_of(key) for key in keys), values)
        for (_which, currency), lines in found.items()
        for keys, values in lines.items()
    ]


def folded(lines: Lines) -> dict[str, Values]:
    """The largest, and the others as one: no runner's spelling makes a page without an end."""
    first = sorted(lines, key=lambda key: (*(-one for one in lines[key]), key))
    if len(first) <= MOST_LINES:
        return dict(lines)
    rest = _added([lines[key] for key in first[MOST_LINES:]])
    return {**{key: lines[key] for key in first[:MOST_LINES]}, REST: rest}


def by_period(days: Mapping[date, Values], cut: str, nothing: Values) -> dict[str, Values]:
    """The sums of days as those of the weeks, months or weekdays that they are of."""
    parts: dict[str, list[Values]] = defaultdict(list)
    for day, values in days.items():
        parts[key_of(cut, day)].append(values)
    return {key: _added(several, nothing) for key, several in parts.items()}


def _sets_of(cuts: Sequence[str], across: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """By cut, the columns that the rows are summed by: what has few keys all at once, and not each
    once again."""
    few = tuple(dict.fromkeys([*across, *(one for one in cuts if one in WITH_FEW_KEYS)]))
    sets = {cut: (cut,) for cut in cuts if cut not in OF_DAYS} | dict.fromkeys(few, few)
    return sets | ({HOUR: CLOCK} if HOUR in cuts else {})


def _only(
    cuts: Sequence[str], sets: Mapping[str, tuple[str, ...]], lines: Mapping[Keys, Values]
) -> Mapping[Keys, Values]:
    """What was summed by more columns, by some of them."""
    there = sets.get(cuts[0], ())
    if there in (CLOCK, tuple(cuts)):
        return lines
    places = [there.index(cut) for cut in cuts] if lines else []
    parts: dict[Keys, list[Values]] = defaultdict(list)
    for key, values in lines.items():
        parts[tuple(key[place] for place in places)].append(values)
    return {key: _added(several) for key, several in parts.items()}


def text_of(key: object) -> str:
    return "" if key is None else str(key)


def _told(report: Report) -> tuple[str, ...]:
    """The columns by which the report tells its figures apart."""
    return tuple(dict.fromkeys(column for figure in report.figures for column in figure.of))


def _lines(
    asked: AskedReport, cut: str, lines: Mapping[Keys, Values], days: Mapping[date, Values]
) -> Lines:
    nothing = nothing_of(asked.report)
    if cut in OF_DAYS:
        found = by_period(days, cut, nothing)
        return _with_empty(found, asked.period.keys(cut), nothing) if cut in CALENDAR else found
    if cut == HOUR:
        return by_hour(asked.period, lines, nothing)
    return {text_of(key): values for (key,), values in lines.items()}


def _days(lines: Mapping[Keys, Values]) -> dict[date, Values]:
    return {day: values for (day,), values in lines.items() if isinstance(day, date)}


def _all_of(asked: AskedReport) -> Lines:
    return {currency: lines[()] for (_which, currency), lines in _summed(asked, [()]).items()}


Found = dict[tuple[tuple[str, ...], str], dict[Keys, Values]]


def _summed(asked: AskedReport, sets: Sequence[tuple[str, ...]]) -> Found:
    """By set of columns and currency: the figures of each of their keys.

    The rows are summed by what tells the figures apart as well, so that each is added once a set
    and not once a figure.
    """
    told = _told(asked.report)
    keys = list(dict.fromkeys(column for one in sets for column in one if column not in told))
    adds = list(dict.fromkeys(figure.adds for figure in asked.report.figures))
    sql, facts = selected(asked, [*dict.fromkeys([*keys, *told, *adds])])
    which = f"grouping({', '.join(keys)})" if keys else "0"
    # To group by what all rows have alike would cost as much as by anything else.
    is_money = asked.report.source == RowSource.PAYMENTS
    apart = ["currency", *told] if is_money else told
    currency = "currency" if is_money else "''"
    columns = [which, currency, *keys, *told, *(ADDED[one] for one in adds)]
    grouped = ", ".join(_grouped(one, apart) for one in dict.fromkeys(sets))
    chosen = of_any(asked.report.figures)
    summing = SUMMED.format(columns=", ".join(columns), rows=sql, chosen=chosen.sql, sets=grouped)
    figures = _figures_of(asked.report, told, adds)
    found: Found = defaultdict(dict)
    of_bits = _by_bits(sets, keys)
    names = [*keys, *told]
    for bits, currency, *rest in analysed(summing, {**facts, **chosen.values}):
        row = dict(zip(names, rest, strict=False))
        values = figures(rest[len(keys) :])
        for one in of_bits[bits]:
            lines, key = found[one, currency], tuple(row[column] for column in one)
            lines[key] = _added([lines[key], values]) if key in lines else values
    return found


def _grouped(columns: Sequence[str], apart: Sequence[str]) -> str:
    return f"({', '.join(dict.fromkeys([*columns, *apart]))})"


def _by_bits(
    sets: Sequence[tuple[str, ...]], keys: Sequence[str]
) -> Mapping[int, list[tuple[str, ...]]]:
    """The sets by what `grouping` says of them: a bit for each column that is not in it."""
    found: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for one in dict.fromkeys(sets):
        bits = "".join(str(int(key not in one)) for key in keys)
        found[int(bits or "0", 2)].append(one)
    return found


def _figures_of(
    report: Report, told: Sequence[str], adds: Sequence[str]
) -> Callable[[Sequence[Any]], Values]:
    """What each figure has of rows with these values of `told`, and these sums of `adds`."""

    @cache
    def places(values: tuple[str, ...]) -> list[int | None]:
        row = dict(zip(told, values, strict=True))
        of = [all(row[name] in some for name, some in one.of.items()) for one in report.figures]
        return [
            adds.index(figure.adds) if is_of else None
            for figure, is_of in zip(report.figures, of, strict=True)
        ]

    def figures(rest: Sequence[Any]) -> Values:
        values, sums = tuple(rest[: len(told)]), rest[len(told) :]
        return tuple(
            Decimal(0) if place is None else Decimal(sums[place]) for place in places(values)
        )

    return figures


def _added(several: Iterable[Values], nothing: Values = ()) -> Values:
    """Figure by figure; `nothing` of none."""
    columns = list(zip(*several, strict=True))
    return tuple(sum(column, Decimal(0)) for column in columns) if columns else nothing


def _with_empty(lines: Lines, keys: Sequence[str], nothing: Values) -> Lines:
    return {key: lines.get(key, nothing) for key in keys}
