"""A report's totals as tables to read: each figure in words, with the address of its rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.office.reports.asking import ChosenPeriod
from bookings.office.reports.figures import drawn_as, percent, written
from bookings.office.reports.findings import Spoken, finding
from bookings.office.reports.labels import in_order, labels_of, short_of
from bookings.queries.reports.definitions import CUTS, UTILISATION, Counted, Report
from bookings.queries.reports.sources import RowSource
from bookings.queries.reports.totals import Totals, Values, folded, totals_of

TWO_YEARS, A_MONTH, A_WEEK = 732, 31, 7  # days; phases of more take longer than anybody waits
WIDE_FROM = 5  # columns
ACROSS = ("therapist", "weekday")  # of hours
UPRIGHT = ("date", "week", "month", "weekday", "hour", "lead")  # charts that go as time does


@dataclass(frozen=True)
class FigureCell:
    """`value` is what a chart draws; `url`, where its rows are, is empty for what has none."""

    text: str
    value: Decimal
    url: str = ""


@dataclass(frozen=True)
class FigureLine:
    """`short` is how a chart calls it, where the label has no room."""

    label: str
    cells: Sequence[FigureCell]
    short: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """`drawn` are the columns in its chart, by number; `says` is what it finds."""

    cut: str
    says: str
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
    def has_drawing(self) -> bool:
        """Axes without a bar say nothing."""
        return any(line.cells[place].value for line in self.lines for place in self.drawn)

    @property
    def is_wide(self) -> bool:
        """There is no drawing, or no room beside it."""
        return len(self.columns) > WIDE_FROM or not self.has_drawing

    @property
    def id(self) -> str:
        return f"by-{self.cut}-{self.currency.lower()}".rstrip("-")


def shown_cuts(report: Report, days: int) -> list[str]:
    """Those that say something over so many days."""
    is_long = days > TWO_YEARS
    left_out = {
        "date": days > A_MONTH,
        "week": days <= A_WEEK or is_long,
        "phase": is_long,
        "race": is_long,
        "month": days <= A_MONTH,
        "weekday": days <= 1,
    }
    return [cut for cut in report.cuts if not left_out.get(cut)]


def found_of(report: Report, choice: ChosenPeriod) -> Totals:
    """By each cut that says something; whose is no cut where it is one therapist's."""
    cuts = shown_cuts(report, choice.period.days)
    if choice.therapist is not None:
        cuts.remove("therapist")
    across = ACROSS if report is UTILISATION and choice.period.days > 1 else ()
    return totals_of(choice.of(report), cuts, choice.before, across)


def tables_of(found: Totals, choice: ChosenPeriod) -> list[Table]:
    """Apart for each currency, the clinic's own first."""
    return [
        _table(found, choice, cut, currency)
        for currency in currencies_of(found, choice)
        for cut in found.cuts
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
    spoken = Spoken(report, currency or choice.period.clinic.currency)
    return Table(
        cut=cut,
        says=finding(spoken, cut, lines, labels, choice.period),
        title=(_("{cut}, {currency}") if foreign else "{cut}").format(**heading),
        currency=currency,
        columns=[*columns, *share],
        lines=[
            FigureLine(labels[key], write(lines[key], {cut: key}), short_of(cut, key))
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


def share_of(report: Report, values: Values) -> Iterator[FigureCell]:
    if report.share is None:
        return
    part = percent(report, values)
    yield (
        FigureCell("–", Decimal(0))
        if part is None
        else FigureCell(_("{share} %").format(share=part), part)
    )
