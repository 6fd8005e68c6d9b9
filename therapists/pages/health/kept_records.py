"""For the owner: the clinical records of those who were erased, until their time is over."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from therapists.models import KeptRecord
from therapists.pages.no_store import careful
from therapists.pages.reader import reader_of
from therapists.queries.health_export import whole_record

ON_A_PAGE = 50


class WhyOpenedForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why must it be opened?"),
        max_length=300,
        error_messages={
            "required": gettext_lazy("Please say why; it is kept with the record of this reading.")
        },
    )


@require_safe
@private
def kept_records(request: StaffRequest) -> HttpResponse:
    return _listed(request, WhyOpenedForm(), status=200)


@require_POST
@careful
def kept_record(request: StaffRequest, pk: int) -> HttpResponse:
    """Shown once and for a reason, in the answer itself: no address leads back to it."""
    kept = get_object_or_404(KeptRecord.objects.select_related("client"), pk=pk)
    form = WhyOpenedForm(request.POST)
    if not form.is_valid():
        return _listed(request, form, asked=pk, status=422)
    reader = reader_of(request, reason=form.cleaned_data["reason"])
    record = whole_record(kept, reader=reader, now=timezone.now())
    return render(request, "therapists/health/kept_record.html", {"kept": kept, "record": record})


def _listed(
    request: StaffRequest, form: WhyOpenedForm, *, asked: int | None = None, status: int
) -> HttpResponse:
    page = Paginator(KeptRecord.objects.all(), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "asked": asked}
    return render(request, "therapists/health/kept_records.html", context, status=status)
