"""What the rows of a report come to, by each of its cuts, in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bookings.queries.reports.definitions import CALENDAR, Counted, Report
from bookings.queries.reports.selection import AskedReport, Condition, analysed, of_figure, selected

SUMMED = """
    SELECT {columns}
      FROM (SELECT *, day >= %(first)s AS is_now FROM ({rows}) every) every
     GROUP BY GROUPING SETS ({sets})
"""

Values = tuple[Decimal, ...]  # one a figure
MOST_LINES = 25  # of races, which runners name themselves
REST = "~"  # the key of all the others together


@dataclass(frozen=True)
class Totals:
    """By currency: what all comes to, what all came to before, and by cut and key.

    What has no money has one currency without a name.
    """

    report: Report
    all: Mapping[str, Values]
    before: Mapping[str, Values]
    by: Mapping[tuple[str, str], Mapping[str, Values]]

    def of(self, currency: str) -> Values:
        return self.all.get(currency, self.nothing)

    def of_before(self, currency: str) -> Values:
        return self.before.get(currency, self.nothing)

    @property
    def nothing(self) -> Values:
        return (Decimal(0),) * len(self.report.figures)


def totals_of(asked: AskedReport, cuts: Sequence[str]) -> Totals:
    """Constantly many queries, for any number of cuts."""
    report, period = asked.report, asked.period
    every: dict[str, Values] = {}
    before: dict[str, Values] = {}
    by: dict[tuple[str, str], dict[str, Values]] = defaultdict(dict)
    for which, is_now, currency, *rest in _summed(asked, [(cut,) for cut in cuts]):
        keys, values = rest[: len(cuts)], _values(rest[len(cuts) :])
        [cut] = [cut for n, cut in enumerate(cuts) if not which >> (len(cuts) - 1 - n) & 1] or [""]
        if not cut:
            (every if is_now else before)[currency] = values
        elif is_now:
            by[cut, currency][keys[cuts.index(cut)]] = values
    found = Totals(report, every, before, by)
    for cut in set(cuts) & set(CALENDAR):
        for currency in every:
            _with_empty(by[cut, currency], period.keys(cut), found.nothing)
    return found


def crossed(asked: AskedReport, cuts: Sequence[str]) -> list[tuple[str, tuple[str, ...], Values]]:
    """By several cuts at once: currency, a key of each, and what the rows come to."""
    found = _summed(asked, [tuple(cuts)])
    return [
        (currency, tuple(rest[: len(cuts)]), _values(rest[len(cuts) :]))
        for which, is_now, currency, *rest in found
        if is_now and not which
    ]


def folded(lines: Mapping[str, Values]) -> dict[str, Values]:
    """The largest, and the others as one: no runner's spelling makes a page without an end."""
    first = sorted(lines, key=lambda key: (*(-one for one in lines[key]), key))
    if len(first) <= MOST_LINES:
        return dict(lines)
    rest = [lines[key] for key in first[MOST_LINES:]]
    together = tuple(sum(values, Decimal(0)) for values in zip(*rest, strict=True))
    return {**{key: lines[key] for key in first[:MOST_LINES]}, REST: together}


def _summed(asked: AskedReport, sets: Sequence[Sequence[str]]) -> list[tuple]:
    """Of each set of cuts and of all together: which cuts it is not of (a bit each), whether it is
    of now or of before, currency, a key of each cut, and the figures."""
    cuts = list(dict.fromkeys(cut for one in sets for cut in one))
    sql, facts = selected(asked, cuts)
    figures, values = _figures(asked.report.figures)
    groups = [("is_now", "currency"), *(("is_now", "currency", *one) for one in sets)]
    which = f"grouping({', '.join(cuts)})" if cuts else "0"
    grouped = ", ".join(f"({', '.join(one)})" for one in groups)
    columns = ", ".join([which, "is_now", "currency", *cuts, *figures])
    summing = SUMMED.format(columns=columns, rows=sql, sets=grouped)
    return analysed(summing, {**facts, **values})


def _figures(figures: Sequence[Counted]) -> tuple[list[str], dict[str, Any]]:
    sums, values = [], Condition()
    for figure in figures:
        chosen = of_figure(figure, Condition("true", values.values))
        sums.append(f"sum({figure.adds}) FILTER (WHERE {chosen.sql})")
        values = chosen
    return sums, values.values


def _values(sums: Sequence[Any]) -> Values:
    return tuple(Decimal(one or 0) for one in sums)


def _with_empty(lines: dict[str, Values], keys: Sequence[str], nothing: Values) -> None:
    for key in keys:
        lines.setdefault(key, nothing)
