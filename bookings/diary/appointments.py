"""One appointment: what it is, what became of it, and what can be done with it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import attendance, booking
from bookings.actions.mailing import SILENTLY, Telling
from bookings.actions.refusals import Refused
from bookings.core.statuses import NEXT, Status
from bookings.diary.phase_badges import badge
from bookings.diary.who import who
from bookings.models import Appointment, Clinic, Mail
from bookings.queries.phases import phases_on

MAILS_SHOWN = 20


@require_safe
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of its own, or the panel beside the day when htmx asks."""
    visit, clinic = _visit(pk), Clinic.objects.the()
    day = visit.starts_at.astimezone(clinic.tz).date()
    after = NEXT[Status(visit.status)]
    context = {
        "visit": visit,
        "day": day,
        "phase": badge(phases_on([visit.client], day)[visit.client_id]),
        "marks": [one for one in attendance.MARKS if one in after],
        "movable": visit.status == Status.BOOKED,
        "marked": visit.status in attendance.MARKS,
        "undoable": visit.status == Status.BOOKED and visit.events.filter(kind="moved").exists(),
        "events": visit.events.all(),
        "mails": Mail.objects.about(visit).order_by("-due_at")[:MAILS_SHOWN],
    }
    page = "diary/_appointment.html" if request.htmx else "diary/appointment.html"
    response = render(request, page, context)
    response.headers["Vary"] = "HX-Request"
    return response


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Arrived, completed, did not come, or the last of these taken back."""
    visit, asked = _visit(pk), request.POST.get("status", "")
    circumstances = {"by": who(request), "now": timezone.now()}
    if asked != "undo" and asked not in attendance.MARKS:
        raise Http404
    try:
        if asked == "undo":
            marked = attendance.undo(visit, **circumstances)
        else:
            marked = attendance.mark(visit, Status(asked), **circumstances)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{visit.client}: {Status(marked.status).label.lower()}.")
    return redirect("planner:appointment", pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    visit = _visit(pk)
    reason = request.POST.get("reason", "").strip()[:300]
    telling = Telling.from_the_desk() if request.POST.get("tell") == "yes" else SILENTLY
    try:
        booking.cancel(visit, reason=reason, telling=telling, by=who(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{visit.client}'s appointment is cancelled.")
    return redirect("planner:appointment", pk)


def _visit(pk: int) -> Appointment:
    found = Appointment.objects.visits().with_everything()
    return get_object_or_404(found.select_related("client__same_address_as"), pk=pk)
