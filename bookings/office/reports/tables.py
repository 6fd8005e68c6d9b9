"""A report's totals as tables to read: each figure in words, with the address of its rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.core import wording
from bookings.office.reports.asking import ChosenPeriod
from bookings.office.reports.labels import in_order, labels_of
from bookings.queries.reports.definitions import CUTS, Counted, Report
from bookings.queries.reports.sources import RowSource
from bookings.queries.reports.totals import Totals, Values, folded, totals_of

HOUR = 3600
A_MONTH, A_WEEK = 31, 7
WIDE_FROM = 5  # columns
UPRIGHT = ("date", "week", "month", "weekday", "hour", "lead")  # charts that go as time does


@dataclass(frozen=True)
class FigureCell:
    """`value` is what a chart draws; `url`, where its rows are, is empty for what has none."""

    text: str
    value: Decimal
    url: str = ""


@dataclass(frozen=True)
class FigureLine:
    label: str
    cells: Sequence[FigureCell]


@dataclass(frozen=True, kw_only=True)
class Table:
    """`drawn` are the columns in its chart, by number."""

    cut: str
    title: str
    currency: str
    columns: Sequence[str]
    lines: Sequence[FigureLine]
    total: FigureLine
    before: FigureLine
    drawn: Sequence[int]
    file: str

    @property
    def is_upright(self) -> bool:
        return self.cut in UPRIGHT

    @property
    def is_wide(self) -> bool:
        """Its drawing has no room beside it."""
        return len(self.columns) > WIDE_FROM

    @property
    def id(self) -> str:
        return f"by-{self.cut}-{self.currency.lower()}".rstrip("-")


def shown_cuts(report: Report, days: int) -> list[str]:
    """Those that say something over so many days."""
    left_out = {
        "date": days > A_MONTH,
        "week": days <= A_WEEK,
        "month": days <= A_MONTH,
        "weekday": days <= 1,
    }
    return [cut for cut in report.cuts if not left_out.get(cut)]


def tables_of(report: Report, choice: ChosenPeriod) -> list[Table]:
    """By each cut, and apart for each currency, the clinic's own first."""
    cuts = shown_cuts(report, choice.period.days)
    found = totals_of(choice.of(report), cuts)
    return [
        _table(found, choice, cut, currency)
        for currency in currencies_of(found, choice)
        for cut in cuts
    ]


def currencies_of(found: Totals, choice: ChosenPeriod) -> list[str]:
    """The clinic's own first; what is no payment has none."""
    if found.report.source != RowSource.PAYMENTS:
        return [""]
    own = choice.period.clinic.currency
    return [own, *sorted({*found.all, *found.before} - {own})]


def _table(found: Totals, choice: ChosenPeriod, cut: str, currency: str) -> Table:
    report = found.report
    lines = found.by.get((cut, currency), {})
    if cut == "race":
        lines = folded(lines)
    labels = labels_of(cut, lines)
    write = _writer(report, choice, currency)
    columns = [str(figure.label) for figure in report.figures]
    heading = {"cut": str(CUTS[cut]), "currency": currency}
    foreign = currency and currency != choice.period.clinic.currency
    drawn = [columns.index(str(report.figure(name).label)) for name in report.drawn]
    share = [str(report.share.label)] if report.share else []
    return Table(
        cut=cut,
        title=(_("{cut}, {currency}") if foreign else "{cut}").format(**heading),
        currency=currency,
        columns=[*columns, *share],
        lines=[
            FigureLine(labels[key], write(lines[key], {cut: key}))
            for key in in_order(cut, lines, labels)
        ],
        total=FigureLine(_("All"), write(found.of(currency), {})),
        before=FigureLine(_("Before"), write(found.of_before(currency), None)),
        drawn=drawn or [len(columns)],
        file=f"{reverse('office:report_file', args=[report.name, cut])}?{choice.query()}",
    )


Writer = Callable[[Values, dict[str, str] | None], list[FigureCell]]


def _writer(report: Report, choice: ChosenPeriod, currency: str) -> Writer:
    money = currency or choice.period.clinic.currency
    base = reverse("office:report_rows", args=[report.name])

    def address(figure: Counted, value: Decimal, where: dict[str, str] | None) -> str:
        """None where there is nothing to list, and of the period before."""
        if where is None or not value:
            return ""
        more = {"figure": figure.name, **({"currency": currency} if currency else {}), **where}
        return f"{base}?{choice.query(**more)}"

    def cells(values: Values, where: dict[str, str] | None) -> list[FigureCell]:
        pairs = zip(report.figures, values, strict=True)
        found = [
            FigureCell(
                written(figure, value, money),
                drawn_as(figure, value),
                address(figure, value, where),
            )
            for figure, value in pairs
        ]
        return [*found, *share_of(report, values)]

    return cells


def written(figure: Counted, value: Decimal, currency: str) -> str:
    if figure.adds == "amount":
        return wording.price(value, currency, grouped=True)
    if figure.adds == "seconds":
        return _("{hours} h").format(hours=f"{drawn_as(figure, value):,}")
    return f"{value:,.0f}"


def drawn_as(figure: Counted, value: Decimal) -> Decimal:
    """Hours, to a tenth; the rest as it is."""
    if figure.adds != "seconds":
        return value
    return (value / HOUR).quantize(Decimal("0.1"), ROUND_HALF_UP)


def share_of(report: Report, values: Values) -> Iterator[FigureCell]:
    if report.share is None:
        return
    part = percent(report, values)
    yield (
        FigureCell("–", Decimal(0))
        if part is None
        else FigureCell(_("{share} %").format(share=part), part)
    )


def percent(report: Report, values: Values) -> Decimal | None:
    """None of nothing, and for a report that has no share."""
    if report.share is None:
        return None
    by_name = dict(zip([figure.name for figure in report.figures], values, strict=True))
    whole = sum((by_name[name] for name in report.share.whole), Decimal(0))
    if not whole:
        return None
    return (100 * by_name[report.share.part] / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def raw(figure: Counted, value: Decimal) -> Any:
    """For a spreadsheet: hours to a hundredth, money to the penny, counts as whole numbers."""
    if figure.adds == "seconds":
        return (value / HOUR).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return value if figure.adds == "amount" else int(value)
