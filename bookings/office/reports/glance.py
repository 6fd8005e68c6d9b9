"""Five figures to begin with, each beside what it was before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core import wording
from bookings.office.reports.asking import ChosenPeriod
from bookings.office.reports.figures import percent
from bookings.office.reports.tables import A_MONTH, currencies_of
from bookings.queries.reports.definitions import (
    AGAIN,
    ATTENDANCE,
    NEW,
    TAKINGS,
    UTILISATION,
    Report,
)
from bookings.queries.reports.totals import Totals, Values, by_period, totals_of

UP, DOWN, SAME = "up", "down", "same"
HALF_A_YEAR = 184
WIDTH, HEIGHT, EDGE = 160, 26, 3  # of the line, in the units of its picture


@dataclass(frozen=True)
class Glance:
    """`change` is against the days before, in words; `which` whether it went up or down; `line`
    goes through it day by day, week by week or month by month, as an SVG has its points."""

    what: str | Promise
    says: str
    change: str
    which: str
    url: str
    line: str = ""


def at_a_glance(choice: ChosenPeriod, takings: Totals) -> list[Glance]:
    """Of one clinic's currencies, the place of the sum is that of its figure."""
    return [
        _share(choice, UTILISATION, gettext_lazy("Hours booked")),
        _share(choice, ATTENDANCE, gettext_lazy("Did not come")),
        _share(choice, AGAIN, gettext_lazy("Came again")),
        *_taken(choice, takings),
        _new(choice),
    ]


def _share(choice: ChosenPeriod, report: Report, what: str | Promise) -> Glance:
    found = totals_of(choice.of(report), [], choice.before)
    now, before = percent(report, found.of("")), percent(report, found.of_before(""))
    says = "–" if now is None else _("{share} %").format(share=now)
    change = None if now is None or before is None else now - before
    points = _("{points} points")
    line = _line(choice, found, "", lambda values: percent(report, values))
    return Glance(what, says, *_changed(change, points), _address(choice, report), line)


def _taken(choice: ChosenPeriod, found: Totals) -> Iterator[Glance]:
    place = _place(TAKINGS, "taken")
    own = choice.period.clinic.currency
    for currency in currencies_of(found, choice):
        now, before = found.of(currency)[place], found.of_before(currency)[place]
        change = _in_percent(now - before, before)
        yield Glance(
            _("Taken") if currency == own else _("Taken, {currency}").format(currency=currency),
            wording.price(now, currency, grouped=True),
            *_changed(change, _("{points} %")),
            _address(choice, TAKINGS),
            _line(choice, found, currency, lambda values: values[place]),
        )


def _new(choice: ChosenPeriod) -> Glance:
    found = totals_of(choice.of(NEW), [], choice.before)
    place = _place(NEW, "new")
    now, before = found.of("")[place], found.of_before("")[place]
    change = _changed(now - before if choice.before else None, "{points}")
    line = _line(choice, found, "", lambda values: values[place])
    return Glance(gettext_lazy("New clients"), f"{now:,.0f}", *change, _address(choice, NEW), line)


def _place(report: Report, name: str) -> int:
    return [figure.name for figure in report.figures].index(name)


def _line(
    choice: ChosenPeriod,
    found: Totals,
    currency: str,
    value: Callable[[Values], Decimal | None],
) -> str:
    """Empty of a single point; what cannot be told is left out."""
    days = choice.period.days
    cut = "date" if days <= A_MONTH else "week" if days <= HALF_A_YEAR else "month"
    sums = by_period(found.days.get(currency, {}), cut, found.nothing)
    keys = choice.period.keys(cut)
    values = [(place, value(sums.get(key, found.nothing))) for place, key in enumerate(keys)]
    told = [(place, float(one)) for place, one in values if one is not None]
    if len(told) < 2:
        return ""
    low, high = min(one for _, one in told), max(one for _, one in told)
    across, up = WIDTH / (len(keys) - 1), (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    return " ".join(
        f"{place * across:.1f},{HEIGHT - EDGE - (one - low) * up:.1f}" for place, one in told
    )


def _in_percent(change: Decimal, before: Decimal) -> Decimal | None:
    return (100 * change / before).quantize(Decimal(1), ROUND_HALF_UP) if before > 0 else None


def _changed(change: Decimal | None, words: str) -> tuple[str, str]:
    if change is None:
        return _("nothing to compare with"), SAME
    sign = "\N{MINUS SIGN}" if change < 0 else "+" if change else "±"
    which = UP if change > 0 else DOWN if change < 0 else SAME
    return words.format(points=f"{sign}{abs(change):,}"), which


def _address(choice: ChosenPeriod, report: Report) -> str:
    return f"{reverse('office:report', args=[report.name])}?{choice.query()}"
