"""The reports: all at a glance, each with its tables, and the rows behind each figure."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Clinic
from bookings.office.reports.asking import WEEKS, ChosenPeriod, choice_of
from bookings.office.reports.days import DATES, named_periods
from bookings.office.reports.figures import written
from bookings.office.reports.findings import headline
from bookings.office.reports.glance import at_a_glance
from bookings.office.reports.grids import grid_of
from bookings.office.reports.in_time import stopped_in_time
from bookings.office.reports.labels import labels_of
from bookings.office.reports.rows import MOST_ROWS, asked_rows, report_or_404
from bookings.office.reports.tables import TWO_YEARS, currencies_of, found_of, tables_of
from bookings.queries.reports.behind import A_PAGE, Behind
from bookings.queries.reports.definitions import (
    ATTENDANCE,
    CUTS,
    REPORTS,
    TAKINGS,
    can_be_crossed,
)
from bookings.queries.reports.reconciling import compared
from bookings.queries.reports.totals import totals_of
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest

MOST_PAGES = 10**6
UNCLEAR = "office/reports/unclear.html"


def say_it_took_too_long(request: StaffRequest, name: str = "", **_asked: Any) -> HttpResponse:
    about = {"report": REPORTS.get(name)}
    return _page(request, "office/reports/too_long.html", _choice(request), about, 503)


@require_safe
@stopped_in_time(say_it_took_too_long)
def overview(request: StaffRequest) -> HttpResponse:
    choice = _choice(request)
    if choice.is_unclear:
        return _page(request, UNCLEAR, choice, {})
    is_told = choice.therapist is None and choice.period.days <= TWO_YEARS
    comparison = compared(choice.period, choice.now) if is_told else []
    takings = totals_of(choice.of(TAKINGS), [], choice.before)
    visits = totals_of(choice.of(ATTENDANCE), [], choice.before)
    context = {
        "says": [
            headline(takings, choice, choice.period.clinic.currency),
            headline(visits, choice, "", "came"),
        ],
        "glance": at_a_glance(choice, takings),
        "compared": comparison,
        "agree": all(one.agrees for one in comparison),
    }
    return _page(request, "office/reports/overview.html", choice, context)


@require_safe
@stopped_in_time(say_it_took_too_long)
def report(request: StaffRequest, name: str) -> HttpResponse:
    of, choice = report_or_404(name), _choice(request)
    if choice.is_unclear:
        return _page(request, UNCLEAR, choice, {"report": of})
    found = found_of(of, choice)
    context = {
        "report": of,
        "says": [headline(found, choice, currency) for currency in currencies_of(found, choice)],
        "tables": tables_of(found, choice),
        "grid": grid_of(found, choice),
        "is_long": choice.period.days > TWO_YEARS,
        "weeks": WEEKS if of.name == "again" else (),
        "crosses": can_be_crossed(of),
    }
    return _page(request, "office/reports/report.html", choice, context)


@require_safe
@stopped_in_time(say_it_took_too_long)
def report_rows(request: StaffRequest, name: str) -> HttpResponse:
    """What a figure is made of. A figure or a cut that the report has not is not found."""
    asked = asked_rows(request, name)
    if asked.choice.is_unclear:
        return _page(request, UNCLEAR, asked.choice, {"report": asked.report})
    page = min(whole_number(request.GET.get("page")) or 1, MOST_PAGES)
    found = asked.found(page=page)
    context = {
        "report": asked.report,
        "figure": asked.figure,
        "cuts": [(CUTS[cut], labels_of(cut, [key])[key]) for cut, key in asked.where.items()],
        "found": found,
        "total": written(asked.figure, found.total, asked.money),
        "listed": [(row, asked.adds(row)) for row in found.rows],
        "pages": _pages(request, found, page),
        "file": request.GET.urlencode() if 0 < found.count <= MOST_ROWS else "",
    }
    return _page(request, "office/reports/rows.html", asked.choice, context)


def _pages(request: StaffRequest, found: Behind, page: int) -> dict[str, Any]:
    last = max(1, -(-found.count // A_PAGE))
    query = request.GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "last": last,
        "before": address(page - 1) if page > 1 else "",
        "after": address(page + 1) if page < last else "",
    }


def _choice(request: StaffRequest) -> ChosenPeriod:
    return choice_of(request.GET, Clinic.objects.the(), timezone.now())


def _page(
    request: StaffRequest,
    template: str,
    choice: ChosenPeriod,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    shared = {
        "choice": choice,
        "period": choice.period,
        "query": choice.query(),
        "periods": named_periods(choice.period.clinic.day_of(choice.now)),
        "by_dates": choice.name == DATES or choice.form.is_bound,
        "reports": list(REPORTS.values()),
        "kept": f"&{kept}" if (kept := urlencode(choice.kept)) else "",
        "people": choice.people,
        "whose": next((one for one in choice.people if one.pk == choice.therapist), None),
    }
    status = 422 if choice.is_unclear else status
    return render(request, template, {**shared, **context}, status=status)
