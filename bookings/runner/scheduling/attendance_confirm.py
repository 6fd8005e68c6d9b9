""" "I'm coming": one press from a reminder."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.mail import reminders
from bookings.actions.refusals import Stale
from bookings.actions.scheduling.booking import RUNNER
from bookings.core.scheduling.statuses import Status
from bookings.models import Clinic
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.responses import page_methods


@page_methods
@behind_a_link
def coming(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The mail's link shows the one button; what opens links in mails presses none."""
    if request.method == "POST":
        return _say_so(request, opened)
    visit = opened.appointment
    if visit.status != Status.BOOKED or visit.confirmed_at or visit.starts_at <= timezone.now():
        return back_to_it(opened)
    context = {"opened": opened, "appointment": visit, "clinic": Clinic.objects.the()}
    return render(request, "runner/scheduling/attendance_confirm.html", context)


def _say_so(request: HttpRequest, opened: Opened) -> HttpResponse:
    try:
        reminders.say_coming(opened.appointment, by=RUNNER, now=timezone.now())
    except Stale:
        messages.warning(request, _("This appointment is no longer ahead; see below."))
    else:
        messages.success(request, _("Thank you for telling us. See you soon."))
    return back_to_it(opened)
