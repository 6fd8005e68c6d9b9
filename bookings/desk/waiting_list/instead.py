"""Another time for what a caller has booked: earlier, or better for their race."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused
from bookings.actions.waiting_list import entries
from bookings.core.scheduling.statuses import Status
from bookings.core.training import BetterDays
from bookings.desk.scheduling.appointment import visit_of
from bookings.models import Appointment, BetterBy, Clinic
from bookings.queries.waiting_list.better import better_for
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, status_of
from bookings.web.waiting_list.forms import InsteadForm, beginning_with


@page_methods
def wait_instead(request: StaffRequest, pk: int) -> HttpResponse:
    visit, clinic, now = visit_of(pk), Clinic.objects.the(), timezone.now()
    if visit.whose.erased_at:
        raise Http404
    if visit.status != Status.BOOKED or visit.starts_at <= now:
        return redirect("diary:appointment", pk)
    better, today = better_for(visit, clinic, now=now), clinic.day_of(now)
    if request.method == "POST":
        form = InsteadForm(request.POST, visit=visit, better=better, today=today)
        return _join(request, visit, form, better)
    initial = beginning_with(visit, better, request.GET.get("by", ""), today=today)
    form = InsteadForm(initial=initial, visit=visit, better=better, today=today)
    return _show(request, visit, form, better)


def _join(
    request: StaffRequest, visit: Appointment, form: InsteadForm, better: BetterDays | None
) -> HttpResponse:
    if not form.is_valid():
        return _show(request, visit, form, better, status=422)
    try:
        entries.join(form.asked(who(request)), now=timezone.now())
    except Refused as refusal:
        return _show(request, visit, form, better, refusal=refusal, status=status_of(refusal))
    said = _("{client} waits for an earlier time. Until one is taken, this one stands.")
    if form.improvement is BetterBy.TRAINING:
        said = _("{client} waits for a better day. Until one is taken, this one stands.")
    messages.success(request, said.format(client=visit.client))
    return redirect("diary:appointment", visit.pk)


def _show(
    request: StaffRequest,
    visit: Appointment,
    form: InsteadForm,
    better: BetterDays | None,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "clinic": Clinic.objects.the(),
        "visit": visit,
        "better": better,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "desk/waiting_list/instead.html", context, status=status)
