"""Too late to cancel it: the time is passed on through the list, or kept after all."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Busy, Refused
from bookings.actions.waiting_list import relays
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Clinic
from bookings.queries.scheduling.cutoffs import is_late_to_cancel
from bookings.queries.waiting_list.relays import relay_of
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods, status_of

OFFER, KEEP = "offer", "keep"


@page_methods
@limited(BOOKING)
@behind_a_link
def pass_on(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The rule is said before; and afterwards how it goes."""
    visit, clinic, now = opened.appointment, Clinic.objects.the(), timezone.now()
    is_to_come = visit.status == Status.BOOKED and visit.starts_at > now
    if not is_to_come or not (visit.relayed_at or is_late_to_cancel(visit, clinic, now=now)):
        return back_to_it(opened)
    if request.method == "POST":
        return _answer(request, opened)
    return _show(request, opened)


def _answer(request: HttpRequest, opened: Opened) -> HttpResponse:
    asked = request.POST.get("do")
    if asked not in (OFFER, KEEP):
        return _show(request, opened, status=422)
    act = relays.relay if asked == OFFER else relays.take_back
    try:
        act(opened.appointment, by=Role.RUNNER, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        opened.appointment.refresh_from_db()
        return _show(request, opened, refusal=refusal, status=status_of(refusal))
    said = _("Your time is offered to the waiting list. Until somebody takes it, it stays yours.")
    if asked == KEEP:
        said = _("It is offered to nobody any more. Your appointment stands as before.")
    messages.success(request, said)
    return redirect("runner:pass_on", opened.token) if asked == OFFER else back_to_it(opened)


def _show(
    request: HttpRequest, opened: Opened, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    clinic, visit = Clinic.objects.the(), opened.appointment
    context = {
        "clinic": clinic,
        "opened": opened,
        "appointment": visit,
        "owed": clinic.fee_for_cancelling_late(visit.price),
        "owed_unless_they_come": clinic.fee_for_not_coming(visit.price),
        "relay": relay_of(visit, clinic, now=timezone.now()),
        "refusal": refusal,
    }
    return render(request, "runner/waiting_list/pass_on.html", context, status=status)
