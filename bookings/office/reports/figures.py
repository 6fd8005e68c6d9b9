"""One figure, in words, as a chart draws it, and as a spreadsheet takes it."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from bookings.core import wording
from bookings.queries.reports.definitions import Counted, Report
from bookings.queries.reports.totals import Values

HOUR, MINUTE = 3600, 60


def written(figure: Counted, value: Decimal, currency: str) -> str:
    if figure.adds == "amount":
        return wording.price(value, currency, grouped=True)
    if figure.adds == "seconds":
        hours, minutes = divmod(int((value / MINUTE).quantize(Decimal(1), ROUND_HALF_UP)), 60)
        return _("{hours}:{minutes} h").format(hours=f"{hours:,}", minutes=f"{minutes:02}")
    return f"{value:,.0f}"


def drawn_as(figure: Counted, value: Decimal) -> Decimal:
    """Hours, to a tenth, which a drawing tells apart; the rest as it is."""
    if figure.adds != "seconds":
        return value
    return (value / HOUR).quantize(Decimal("0.1"), ROUND_HALF_UP)


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
