"""An import step by step: each page shows where it is, and each button says what comes of it."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.records import checking, importing, reading, undoing, visits
from bookings.actions.records.reading import ListUnreadable, NotToBeImported
from bookings.actions.refusals import Refused
from bookings.core.csv_safety import as_text
from bookings.core.records.fields import OtherSystem
from bookings.models import ClientImport, ImportedRow, ImportState
from bookings.models.records.imports import RowOutcome, Undone
from bookings.office.imports import words
from bookings.office.imports.forms import CHOICES, ColumnsForm, ListFileForm
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

AT_ONCE = 50  # rows of a page
LISTED = 30  # imports
COMES_IN = (RowOutcome.NEW, RowOutcome.VISIT, "filled")
CAME_IN = (RowOutcome.NEW, RowOutcome.VISIT)
NOT_IN = (RowOutcome.BROKEN, RowOutcome.CLASH, RowOutcome.DIFFERS, RowOutcome.LEFT_OUT)
# Also what came in, but not all that stood there.
TO_LOOK_AT = Q(outcome__in=NOT_IN) | Q(outcome__in=CAME_IN) & ~Q(reason="")
GONE_AGAIN = Q(undone=Undone.REMOVED)
TO_CHANGE = (ImportState.READ, ImportState.CHECKED)


@page_methods
def listed(request: StaffRequest) -> HttpResponse:
    form = ListFileForm(request.POST, request.FILES) if request.method == "POST" else ListFileForm()
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            batch = reading.read(
                sent.read(), file_name=sent.name, by=who(request), now=timezone.now()
            )
        except ListUnreadable as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("office:import_columns", batch.pk)
    rows = ClientImport.objects.annotate(
        many=Count("rows"),
        new=Count("rows", filter=Q(rows__made_client=True) & ~Q(rows__undone=Undone.REMOVED)),
        visits=Count("rows", filter=Q(rows__made_visit=True) & ~Q(rows__undone=Undone.REMOVED)),
    ).order_by("-created_at", "-pk")  # which counting would forget
    context = {"form": form, "imports": rows[:LISTED], "sources": words.SOURCES}
    status = 422 if form.errors else 200
    return render(request, "office/imports/list.html", context, status=status)


@page_methods
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ClientImport, pk=pk)
    if batch.state not in TO_CHANGE or batch.forgotten_at:
        return redirect("office:import", pk)
    form = ColumnsForm(request.POST if request.method == "POST" else None, batch=batch)
    if request.method == "POST" and request.POST.get("do") == "guess":
        return _guess_again(request, batch)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(form, batch)
            checking.check(batch, now=timezone.now())
        except NotToBeImported as refusal:
            messages.error(request, str(refusal))
        return redirect("office:import", pk)
    context = {"form": form, "batch": batch}
    status = 422 if form.errors else 200
    return render(request, "office/imports/columns.html", context, status=status)


def _guess_again(request: StaffRequest, batch: ClientImport) -> HttpResponse:
    """By the names that the chosen system uses."""
    said = request.POST.get("source", "")
    source = OtherSystem(said) if said in set(OtherSystem) else OtherSystem.OTHER
    try:
        reading.guess_again(batch, source)
    except NotToBeImported as refusal:
        messages.error(request, str(refusal))
    return redirect("office:import_columns", batch.pk)


def _keep(form: ColumnsForm, batch: ClientImport) -> None:
    reading.settle_columns(
        batch,
        source=OtherSystem(form.cleaned_data["source"]),
        fields=form.mapped,
        order=form.chosen_order,
        names=form.chosen_names,
        **{name: form.cleaned_data[name] for name in CHOICES},
    )


@require_safe
def one(request: StaffRequest, pk: int) -> HttpResponse:
    """Where it stands: at work, checked, done or undone."""
    batch = get_object_or_404(ClientImport, pk=pk)
    if batch.state == ImportState.READ:
        return redirect("office:import_columns", pk)
    counts = _counts(batch)
    shown = request.GET.get("show", "")
    rows = _rows(batch, shown)
    page = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "source": words.SOURCES[OtherSystem(batch.source)],
        "counts": counts,
        "shown": shown,
        "page": page,
        "can_be_undone": batch.can_be_undone(timezone.now()),
    }
    return render(request, "office/imports/import.html", context)


def _counts(batch: ClientImport) -> dict[str, Any]:
    """Of its rows: how many came to what, and how far it is."""
    found = batch.rows.aggregate(
        all=Count("pk"),
        settled=Count("pk", filter=Q(settled=True)),
        removed=Count("pk", filter=Q(undone=Undone.REMOVED)),
        kept=Count("pk", filter=Q(undone=Undone.KEPT)),
        filled=Count("pk", filter=~Q(filled="")),
        not_in=Count("pk", filter=TO_LOOK_AT),
        **{one.value: Count("pk", filter=_those(one)) for one in words.IN_ORDER},
    )
    chips = [(one, words.CHIPS[one], found[one]) for one in words.IN_ORDER if found[one]]
    return {
        **found,
        "left": found["all"] - found["settled"],
        "comes_in": any(found[one] for one in COMES_IN),
        "by_outcome": chips,
    }


def _those(outcome: str) -> Q:
    if outcome == RowOutcome.VISIT:
        left_its_client = Q(undone=Undone.KEPT, appointment=None)
        return Q(made_visit=True) & ~GONE_AGAIN & ~left_its_client
    if outcome == RowOutcome.NEW:
        return Q(made_client=True) & ~GONE_AGAIN
    return Q(outcome=outcome)


def _rows(batch: ClientImport, shown: str) -> Any:
    """Those asked for; without asking, those that need to be read."""
    rows = batch.rows.select_related("client", "appointment").order_by("number")
    if batch.is_at_work:
        return rows.none()
    if shown in RowOutcome.values:
        return rows.filter(_those(shown))
    if shown in Undone.values:
        return rows.filter(undone=shown)
    if batch.state == ImportState.UNDONE:
        return rows.filter(undone=Undone.KEPT)
    if batch.state == ImportState.FAILED:
        made = Q(made_client=True) | Q(made_visit=True)
        return rows.filter(made & ~GONE_AGAIN | TO_LOOK_AT)
    return rows.filter(TO_LOOK_AT)


@require_POST
def start(request: StaffRequest, pk: int) -> HttpResponse:
    return _done(request, pk, importing.start)


@require_POST
def remind(request: StaffRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ClientImport, pk=pk)
    try:
        count = visits.remind_after_all(batch, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = ngettext(
            "{count} appointment of this list is reminded of by mail.",
            "{count} appointments of this list are reminded of by mail.",
            count,
        )
        messages.success(request, sentence.format(count=count))
    return redirect("office:import", pk)


@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    return _done(request, pk, undoing.undo)


def _done(request: StaffRequest, pk: int, action: Any) -> HttpResponse:
    batch = get_object_or_404(ClientImport, pk=pk)
    try:
        action(batch, now=timezone.now())
    except NotToBeImported as refusal:
        messages.error(request, str(refusal))
    return redirect("office:import", pk)


@require_POST
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(ClientImport, pk=pk)
    try:
        reading.drop(batch)
    except NotToBeImported as refusal:
        messages.error(request, str(refusal))
        return redirect("office:import", pk)
    sentence = _("{file} is deleted here, and nothing of it was imported.")
    messages.success(request, sentence.format(file=batch.file_name))
    return redirect("office:imports")


@require_safe
def rows_file(request: StaffRequest, pk: int) -> HttpResponse:
    """Each row with what became of it, and what stands in it as long as that is kept."""
    batch = get_object_or_404(ClientImport, pk=pk)
    if batch.is_at_work or batch.state == ImportState.READ:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{batch.pk}.csv"'
    response.write("\N{BYTE ORDER MARK}")  # without it Excel takes the letters for others
    csv.writer(response).writerows(map(_line, _lines(batch)))
    return response


def _lines(batch: ClientImport) -> Iterator[Sequence[object]]:
    yield [_("Row"), _("Outcome"), _("Why"), *batch.columns]
    rows: Iterator[ImportedRow] = batch.rows.order_by("number").iterator()
    for row in rows:
        yield [row.number, row.said, row.reason, *(row.cells or ())]


def _line(cells: Sequence[object]) -> list[object]:
    return [as_text(one) if isinstance(one, str) else one for one in cells]
