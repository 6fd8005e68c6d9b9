"""Five figures to begin with, each beside what it was before."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core import wording
from bookings.office.reports.asking import ChosenPeriod
from bookings.office.reports.tables import percent
from bookings.queries.reports.definitions import (
    AGAIN,
    ATTENDANCE,
    NEW,
    TAKINGS,
    UTILISATION,
    Report,
)
from bookings.queries.reports.totals import totals_of

UP, DOWN, SAME = "up", "down", "same"


@dataclass(frozen=True)
class Glance:
    """`change` is against the period before, in words; `which` whether it went up or down."""

    what: str | Promise
    says: str
    change: str
    which: str
    url: str


def at_a_glance(choice: ChosenPeriod) -> list[Glance]:
    return [
        _share(choice, UTILISATION, gettext_lazy("Hours booked")),
        _share(choice, ATTENDANCE, gettext_lazy("Did not come")),
        _share(choice, AGAIN, gettext_lazy("Came again")),
        *_taken(choice),
        _new(choice),
    ]


def _share(choice: ChosenPeriod, report: Report, what: str | Promise) -> Glance:
    found = totals_of(choice.of(report), [])
    now, before = percent(report, found.of("")), percent(report, found.of_before(""))
    says = "–" if now is None else _("{share} %").format(share=now)
    change = None if now is None or before is None else now - before
    points = _("{points} points")
    return Glance(what, says, *_changed(change, points), _address(choice, report))


def _taken(choice: ChosenPeriod) -> Iterator[Glance]:
    """Of each currency; the place of the sum is that of its figure."""
    found = totals_of(choice.of(TAKINGS), [])
    place = [figure.name for figure in TAKINGS.figures].index("taken")
    own = choice.period.clinic.currency
    for currency in [own, *sorted({*found.all, *found.before} - {own})]:
        now, before = found.of(currency)[place], found.of_before(currency)[place]
        change = _in_percent(now - before, before)
        yield Glance(
            _("Taken") if currency == own else _("Taken, {currency}").format(currency=currency),
            wording.price(now, currency, grouped=True),
            *_changed(change, _("{points} %")),
            _address(choice, TAKINGS),
        )


def _new(choice: ChosenPeriod) -> Glance:
    found = totals_of(choice.of(NEW), [])
    place = [figure.name for figure in NEW.figures].index("new")
    now, before = found.of("")[place], found.of_before("")[place]
    change = _changed(now - before, "{points}")
    return Glance(gettext_lazy("New clients"), f"{now:,.0f}", *change, _address(choice, NEW))


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
