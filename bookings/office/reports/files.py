"""Each table for a spreadsheet. Text that looks like a formula is kept as text."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions.exports import note_taken_out
from bookings.core.csv_safety import as_text
from bookings.models import Clinic
from bookings.office.reports.asking import ChosenPeriod, choice_of
from bookings.office.reports.figures import percent, raw
from bookings.office.reports.in_time import stopped_in_time
from bookings.office.reports.labels import in_order, labels_of
from bookings.office.reports.pages import say_it_took_too_long
from bookings.office.reports.rows import (
    MOST_ROWS,
    WHOSE,
    asked_rows,
    lines_of_rows,
    report_or_404,
)
from bookings.office.reports.tables import ACROSS as THERAPIST_BY_WEEKDAY
from bookings.office.reports.tables import currencies_of
from bookings.queries.reports.definitions import CROSSED, CUTS, UTILISATION, Report, can_be_crossed
from bookings.queries.reports.totals import Values, crossed, totals_of
from bookings.web.actor import who
from bookings.web.requests import StaffRequest

ALL_THREE, BY_WEEKDAY = "crossed", "therapist-weekday"


@require_safe
@stopped_in_time(say_it_took_too_long)
def report_file(request: StaffRequest, name: str, cut: str) -> HttpResponse:
    report = report_or_404(name)
    choice = choice_of(request.GET, Clinic.objects.the(), timezone.now())
    if choice.is_unclear:
        raise Http404
    if cut == ALL_THREE and can_be_crossed(report):
        lines = _crossed(report, choice, CROSSED)
    elif cut == BY_WEEKDAY and report is UTILISATION:
        lines = _crossed(report, choice, THERAPIST_BY_WEEKDAY)
    elif cut in report.cuts:
        lines = _lines(report, choice, cut)
    else:
        raise Http404
    period = choice.period
    return _file(f"{report.name}-{cut}-{period.first}-{period.last}.csv", lines)


@require_safe
@stopped_in_time(say_it_took_too_long)
def rows_file(request: StaffRequest, name: str) -> HttpResponse:
    """The rows behind a figure, with the clients' names."""
    asked = asked_rows(request, name)
    found = asked.found(size=MOST_ROWS)
    if found.count > MOST_ROWS:
        raise Http404
    lines = list(lines_of_rows(asked, found))
    clients = len({line[WHOSE] for line in lines[1:] if line[WHOSE]})
    if clients:
        note_taken_out(clients, by=who(request), user=request.user, now=timezone.now())
    period = asked.choice.period
    return _file(f"{name}-{asked.figure.name}-rows-{period.first}-{period.last}.csv", lines)


def _file(file: str, lines: Iterable[Sequence[Any]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.write("\N{BYTE ORDER MARK}")  # without it Excel takes the letters for others
    csv.writer(response).writerows(
        [as_text(one) if isinstance(one, str) else one for one in line] for line in lines
    )
    return response


def _lines(report: Report, choice: ChosenPeriod, cut: str) -> Iterator[Sequence[Any]]:
    """Every line, none folded, and no sum of them: whoever adds them up counts each once."""
    found = totals_of(choice.of(report), [cut])
    share = [str(report.share.label)] if report.share else []
    yield [str(CUTS[cut]), _("Currency"), *_headings(report), *share]
    for currency in currencies_of(found, choice):
        lines = found.by.get((cut, currency), {})
        labels = labels_of(cut, lines)
        for key in in_order(cut, lines, labels):
            yield [labels[key], currency, *_values(report, lines[key])]


def _crossed(report: Report, choice: ChosenPeriod, cuts: Sequence[str]) -> Iterator[Sequence[Any]]:
    found = crossed(choice.of(report), cuts)
    yield [*(str(CUTS[cut]) for cut in cuts), _("Currency"), *_headings(report)]
    labels = {
        cut: labels_of(cut, {keys[place] for _currency, keys, _values in found})
        for place, cut in enumerate(cuts)
    }
    named = [
        ([labels[cut][key] for cut, key in zip(cuts, keys, strict=True)], currency, values)
        for currency, keys, values in found
    ]
    for names, currency, values in sorted(named):
        yield [*names, currency, *_values(report, values)[: len(report.figures)]]


def _headings(report: Report) -> list[str]:
    return [str(figure.label) for figure in report.figures]


def _values(report: Report, values: Values) -> list[Any]:
    figures = [raw(figure, one) for figure, one in zip(report.figures, values, strict=True)]
    if report.share is None:
        return figures
    part = percent(report, values)
    return [*figures, "" if part is None else part]
