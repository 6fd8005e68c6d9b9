"""The rows behind one figure, as an address asks for them, and each in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Clinic
from bookings.office.reports.asking import ChosenPeriod, choice_of
from bookings.office.reports.figures import raw, written
from bookings.queries.reports.behind import A_PAGE, ROSTERED, Behind, Row, behind
from bookings.queries.reports.definitions import REPORTS, Counted, Report
from bookings.queries.reports.sources import RowSource
from bookings.web.requests import StaffRequest

MOST_ROWS = 20_000  # of a file
WHOSE = 3  # the column of the client's name


def report_or_404(name: str) -> Report:
    if name not in REPORTS:
        raise Http404
    return REPORTS[name]


@dataclass(frozen=True)
class AskedRows:
    """`where` is a key by cut; `money` the currency of what has none of its own."""

    report: Report
    choice: ChosenPeriod
    figure: Counted
    where: Mapping[str, str]
    currency: str

    @property
    def money(self) -> str:
        return self.currency or self.choice.period.clinic.currency

    def found(self, page: int = 1, size: int = A_PAGE) -> Behind:
        asked = self.choice.of(self.report)
        return behind(asked, self.figure, self.where, currency=self.currency, page=(page, size))

    def adds(self, row: Row) -> str:
        return written(self.figure, row.adds, getattr(row.about, "currency", self.money))


def asked_rows(request: StaffRequest, name: str) -> AskedRows:
    """Raises Http404."""
    of, clinic = report_or_404(name), Clinic.objects.the()
    try:
        figure = of.figure(request.GET.get("figure") or of.figures[0].name)
    except KeyError:
        raise Http404 from None
    return AskedRows(
        report=of,
        choice=choice_of(request.GET, clinic, timezone.now()),
        figure=figure,
        where={cut: request.GET[cut] for cut in of.cuts if cut in request.GET},
        currency=request.GET.get("currency", own_currency(of, clinic)),
    )


def own_currency(report: Report, clinic: Clinic) -> str:
    return clinic.currency if report.source == RowSource.PAYMENTS else ""


def lines_of_rows(asked: AskedRows, found: Behind) -> Iterator[Sequence[Any]]:
    """For a spreadsheet."""
    yield [
        _("Day"), _("From"), _("To"), _("Whose"), _("What"), _("Therapist"), _("State"),
        str(asked.figure.label),
    ]  # fmt: skip
    tz = asked.choice.period.clinic.tz
    for row in found.rows:
        begin, end = row.at.astimezone(tz), row.until and row.until.astimezone(tz)
        clock = [f"{begin:%H:%M}", f"{end:%H:%M}" if end else ""]
        yield [f"{begin:%Y-%m-%d}", *clock, *_told(asked, row), raw(asked.figure, row.adds)]


def _told(asked: AskedRows, row: Row) -> list[str]:
    """Whose it is, what, the therapist, and how it stands."""
    about: Any = row.about
    if row.kind == ROSTERED:
        return ["", _("At work"), str(about), ""]
    if asked.report.source == RowSource.PAYMENTS:
        who = about.appointment.client
        return [str(who or ""), about.what, str(about.therapist), about.get_method_display()]
    if asked.report.source == RowSource.MAILS:
        return [str(about.client), about.get_kind_display(), "", about.get_state_display()]
    named = [str(about.client or ""), str(about.treatment), str(about.therapist)]
    return [*named, about.get_status_display()]
