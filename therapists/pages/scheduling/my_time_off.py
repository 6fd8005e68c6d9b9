"""A therapist's own time: the rota, time off, the morning mail."""

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from bookings.actions.refusals import Refused
from bookings.models import Clinic, Therapist
from bookings.web.days import day_in
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from therapists.actions import time_off
from therapists.models import Habits, TimeOff
from therapists.pages.forms import TimeOffForm
from therapists.pages.no_store import of_a_therapist
from therapists.queries.own_week import week_of


@page_methods
@of_a_therapist
def own_time(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    asked = day_in(request.GET.get("week", "")) or today
    form = TimeOffForm(request.POST or None, tz=clinic.tz, today=today)
    if request.method == "POST":
        if form.is_valid() and _is_asked(request, therapist, form, now):
            return redirect("therapists:own_time")
        return render(
            request,
            "therapists/scheduling/my_time_off.html",
            _page(therapist, form, asked, now),
            status=422,
        )
    page = _page(therapist, form, asked, now)
    return render(request, "therapists/scheduling/my_time_off.html", page)


def _is_asked(
    request: StaffRequest, therapist: Therapist, form: TimeOffForm, now: datetime
) -> bool:
    """And who must be moved for it is said; a refusal stands at the first day."""
    if form.away is None:
        return False
    try:
        asked = time_off.ask(therapist, form.away, reason=form.cleaned_data["reason"], now=now)
    except Refused as refusal:
        form.add_error("first", str(refusal))
        return False
    said = _("The desk has been asked.")
    if number := time_off.visits_in(asked, now=now):
        more = ngettext(
            "{number} visit is booked in that time; it stays until the desk has moved it.",
            "{number} visits are booked in that time; they stay until the desk has moved them.",
            number,
        )
        said = f"{said} {more.format(number=number)}"
    messages.success(request, said)
    return True


@require_POST
@of_a_therapist
def withdraw(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    try:
        time_off.withdraw(get_object_or_404(TimeOff, pk=pk, therapist=therapist))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("therapists:own_time")


@require_POST
@of_a_therapist
def habits(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    wants = "morning_mail" in request.POST
    Habits.objects.update_or_create(therapist=therapist, defaults={"morning_mail": wants})
    messages.success(
        request, _("The day comes by mail at 07:00.") if wants else _("No more morning mails.")
    )
    return redirect("therapists:own_time")


def _page(therapist: Therapist, form: TimeOffForm, asked: date, now: datetime) -> dict:
    clinic = Clinic.objects.the()
    return {
        "form": form,
        "week": week_of(therapist, asked, clinic),
        "today": clinic.day_of(now),
        "absences": therapist.absences.filter(ends_at__gt=now),
        "asked": therapist.times_off.filter(ends_at__gt=now),
        "habits": Habits.objects.filter(therapist=therapist).first(),
    }
