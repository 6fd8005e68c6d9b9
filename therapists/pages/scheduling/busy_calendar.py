"""A therapist's own private calendar, so that nobody is booked while they are busy elsewhere."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bookings.actions.pasted_links import NotReadable, TooManyAtOnce
from bookings.actions.refusals import Busy
from bookings.actions.rota import busy_calendars
from bookings.models import BusyCalendar, Clinic, Therapist
from bookings.queries.scheduling.conflicts import in_the_way
from bookings.web.forms import plain
from bookings.web.rate_limits import FILES, limited
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from bookings.web.training.own_plan.links import (
    LONGEST_LINK,
    MANY_AT_ONCE,
    as_link,
    no_page,
    refusal_of,
)
from therapists.pages.no_store import of_a_therapist

SHOWN = 20


class BusyCalendarForm(forms.Form):
    link = forms.CharField(
        label=gettext_lazy("Private link of your own calendar"),
        max_length=LONGEST_LINK,
        validators=[no_page],
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "It begins with https:// or webcal://. We keep it as we would a password."
        ),
        error_messages={"required": gettext_lazy("Please paste the link.")},
    )

    helper = plain("link")


@page_methods
@limited(FILES)
@of_a_therapist
def page(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    form = BusyCalendarForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_kept(request, therapist, form):
        return redirect("therapists:busy_calendar")
    clinic, now = Clinic.objects.the(), timezone.now()
    calendar = BusyCalendar.objects.filter(therapist=therapist).first()
    context = {
        "form": form,
        "calendar": calendar,
        "busy": therapist.busy_times.filter(ends_at__gt=now)[:SHOWN] if calendar else [],
        "in_the_way": in_the_way(therapist, clinic, now=now),
        "sites": ", ".join(settings.CALENDAR_SITES),
        "clinic": clinic,
    }
    status = 422 if form.errors else 200
    return render(request, "therapists/scheduling/busy_calendar.html", context, status=status)


@require_POST
@of_a_therapist
def remove(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    try:
        busy_calendars.remove(therapist)
    except Busy as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your own calendar is no longer read, and its link deleted."))
    return redirect("therapists:busy_calendar")


def _is_kept(request: HttpRequest, therapist: Therapist, form: BusyCalendarForm) -> bool:
    """Else the form says why not."""
    now = timezone.now()
    try:
        calendar = busy_calendars.read(as_link(form.cleaned_data["link"]), now=now)
        busy_calendars.keep(therapist, calendar, now=now)
    except NotReadable as refusal:
        form.add_error("link", refusal_of(refusal.why))
    except TooManyAtOnce:
        form.add_error("link", MANY_AT_ONCE)
    except Busy as refusal:
        form.add_error("link", str(refusal))
    else:
        messages.success(request, _what_was_read(len(calendar.found.times)))
        return True
    return False


def _what_was_read(count: int) -> str:
    return ngettext(
        "Your calendar is read: {count} busy time to come, in which nobody is booked with you.",
        "Your calendar is read: {count} busy times to come, in which nobody is booked with you.",
        count,
    ).format(count=count)
