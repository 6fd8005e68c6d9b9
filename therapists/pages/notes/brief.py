"""The ninety seconds before a visit, and the lifting of a hold."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.models import Appointment, Clinic, Therapist
from therapists.actions import health_checks
from therapists.pages.forms import ClearanceForm
from therapists.pages.no_store import of_a_therapist, refuse_unless_treated
from therapists.pages.reader import reader_of
from therapists.queries.brief import brief_of


@require_safe
@of_a_therapist
def brief(request: HttpRequest, therapist: Therapist, pk: int) -> HttpResponse:
    return _page(request, therapist, _visit(therapist, pk), ClearanceForm(label_suffix=""))


@require_POST
@of_a_therapist
def clear(request: HttpRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Lifts the hold, for a reason that is kept with the answers."""
    visit = _visit(therapist, pk)
    form = ClearanceForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, therapist, visit, form, status=422)
    health_checks.clear(
        visit.whose,
        form.cleaned_data["reason"],
        reader=reader_of(request),
        now=timezone.now(),
    )
    messages.success(request, _("{client} is no longer on hold.").format(client=visit.whose))
    return redirect("therapists:brief", pk)


def _visit(therapist: Therapist, pk: int) -> Appointment:
    visit = get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)
    refuse_unless_treated(therapist, visit.whose)
    return visit


def _page(
    request: HttpRequest,
    therapist: Therapist,
    visit: Appointment,
    form: ClearanceForm,
    *,
    status: int = 200,
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    shown = brief_of(visit, clinic, therapist=therapist, reader=reader_of(request), now=now)
    context = {
        "brief": shown,
        "visit": visit,
        "form": form,
        "is_mine": visit.therapist_id == therapist.pk,
    }
    return render(request, "therapists/notes/brief.html", context, status=status)
