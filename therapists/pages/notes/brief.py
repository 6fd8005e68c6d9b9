"""The ninety seconds before a visit, and the decision about a client on hold."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import attendance
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Therapist
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from therapists.actions import health_checks
from therapists.models import Decision
from therapists.pages.forms import DecisionForm
from therapists.pages.no_store import of_a_therapist, refuse_unless_treated
from therapists.pages.reader import reader_of
from therapists.queries.brief import brief_of

DECIDED = {
    Decision.LIFT: gettext_lazy("{client} is no longer on hold."),
    Decision.TREAT: gettext_lazy("{client} may be treated at this visit, and stays on hold."),
    Decision.NOT_TODAY: gettext_lazy(
        "No massage at this visit; {client} stays on hold. The desk can cancel it free of charge."
    ),
}


@require_safe
@of_a_therapist
def brief(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    return _page(request, therapist, _visit(therapist, pk), DecisionForm(label_suffix=""))


@require_POST
@of_a_therapist
def clear(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Decides about the hold, for a reason that is kept with the answers.

    Where Arrived or Done has led here (`then`), that is said as well, unless there is no massage.
    """
    visit = _visit(therapist, pk)
    form = DecisionForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, therapist, visit, form, status=422)
    decision, now = Decision(form.cleaned_data["decision"]), timezone.now()
    reason = form.cleaned_data["reason"]
    health_checks.decide(visit, decision, reason, reader=reader_of(request), now=now)
    messages.success(request, DECIDED[decision].format(client=visit.whose))
    return _back(request, visit, decision)


def _back(request: StaffRequest, visit: Appointment, decision: Decision) -> HttpResponse:
    """To the day, with what was pressed there; or to the brief, from which nothing was."""
    then = request.POST.get("then")
    if then not in attendance.ASKS_FIRST:
        return redirect("therapists:brief", visit.pk)
    try:
        if decision != Decision.NOT_TODAY:
            attendance.mark(visit, Status(then), by=who(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("therapists:day", Clinic.objects.the().day_of(visit.starts_at))


def _visit(therapist: Therapist, pk: int) -> Appointment:
    visit = get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)
    refuse_unless_treated(therapist, visit.whose)
    return visit


def _page(
    request: StaffRequest,
    therapist: Therapist,
    visit: Appointment,
    form: DecisionForm,
    *,
    status: int = 200,
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    shown = brief_of(visit, clinic, therapist=therapist, reader=reader_of(request), now=now)
    then = request.POST.get("then") or request.GET.get("then")
    context = {
        "brief": shown,
        "visit": visit,
        "form": form,
        "then": then if then in attendance.ASKS_FIRST else "",
        "is_mine": visit.therapist_id == therapist.pk,
    }
    return render(request, "therapists/notes/brief.html", context, status=status)
