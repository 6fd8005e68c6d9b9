"""The day on a phone: what is next, then everything in order."""

from datetime import date, datetime
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.mail.outbox import GRACE
from bookings.actions.refusals import OnHold, Refused
from bookings.actions.scheduling import attendance
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, BusyCalendar, Clinic, Therapist
from bookings.queries.rota.busy_calendars import is_news
from bookings.queries.scheduling.conflicts import in_the_way
from bookings.queries.training.book_again import WEEKS, offered_again
from bookings.web.actor import who
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from therapists.pages.no_store import of_a_therapist
from therapists.pages.reader import reader_of
from therapists.pages.scheduling.checkout import TAKEN, page_of
from therapists.queries.care_access import treats
from therapists.queries.day import TherapistDay, day_of, stamp_of
from therapists.queries.day_facts import day_facts

UNDO = "undo"


@require_safe
@of_a_therapist
def today(request: StaffRequest, therapist: Therapist, day: date | None = None) -> HttpResponse:
    return render(request, "therapists/scheduling/today.html", _shown(request, therapist, day))


@require_safe
@of_a_therapist
def follow(request: StaffRequest, therapist: Therapist, day: date) -> HttpResponse:
    """The day, for the page that asks by itself; nothing, and nobody reads, while it is as seen."""
    clinic, now = request.clinic or Clinic.objects.the(), timezone.now()
    told = day_facts(therapist, day, clinic, now=now)
    if stamp_of(told, now=now) == request.GET.get("seen"):
        return HttpResponse(status=204)
    shown = _shown(request, therapist, day, told=told)
    return render(request, "therapists/scheduling/day/_today.html", shown)


@require_safe
@of_a_therapist
def sheet(request: StaffRequest, therapist: Therapist, day: date) -> HttpResponse:
    """The same on paper."""
    return render(request, "therapists/scheduling/sheet.html", _shown(request, therapist, day))


def _shown(
    request: StaffRequest,
    therapist: Therapist,
    day: date | None,
    *,
    told: dict[str, Any] | None = None,
) -> dict:
    clinic, now = request.clinic or Clinic.objects.the(), timezone.now()
    is_today = clinic.day_of(now)
    day = day or is_today
    told = told or day_facts(therapist, day, clinic, now=now)
    reader = reader_of(request)
    shown = day_of(therapist, day, clinic, reader=reader, told=told, now=now)
    return {
        "shown": shown,
        "stamp": stamp_of(told, now=now),
        "today": is_today,
        "may_mark": shown.day <= is_today,
        "clinic": clinic,
        **_just_done(request, shown, clinic, now),
        "to_be_told": [one for one in shown.lines if one.is_waiting and not one.has_begun],
        "methods": TAKEN,
        "key": token_hex(16),
        "undone_since": now - GRACE,
        **(_of_own_calendar(therapist, clinic, now) if shown.has_a_calendar else {}),
    }


def _just_done(request: StaffRequest, shown: TherapistDay, clinic: Clinic, now: datetime) -> dict:
    """What its therapist has just marked so, and when its client could come again."""
    asked, weeks = (whole_number(request.GET.get(name)) for name in ("visit", "weeks"))
    done = next((one for one in shown.lines if one.visit.pk == asked and one.is_done), None)
    again = None
    if done and not done.next_visit:
        visit = Appointment.objects.with_everything().get(pk=done.visit.pk)
        again = offered_again(visit, weeks, clinic, now=now)
    return {"done": done, "again": again, "weeks": weeks, "all_weeks": WEEKS}


def _of_own_calendar(therapist: Therapist, clinic: Clinic, now: datetime) -> dict:
    calendar = BusyCalendar.objects.filter(therapist=therapist).first()
    return {
        "in_the_way": in_the_way(therapist, clinic, now=now),
        "not_read": calendar is not None and is_news(calendar, now),
    }


@require_POST
@of_a_therapist
def mark(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Arrived, done, did not come, or the last of them undone; on hold, a decision comes first."""
    visit = get_object_or_404(Appointment.objects.visits(), pk=pk, therapist=therapist)
    asked, by, now = request.POST.get("status", ""), who(request), timezone.now()
    try:
        if asked == UNDO:
            attendance.undo(visit, by=by, now=now)
        elif asked in attendance.MARKS:
            attendance.mark(visit, Status(asked), by=by, now=now)
    except OnHold as refusal:
        messages.error(request, str(refusal))
        if treats(therapist, visit.whose, now=now):
            query = urlencode({"then": asked}) if asked in attendance.ASKS_FIRST else ""
            return redirect(f"{reverse('therapists:brief', args=[pk])}?{query}#hold")
    except Refused as refusal:
        messages.error(request, str(refusal))
    day = Clinic.objects.the().day_of(visit.starts_at)
    return redirect(page_of(day, visit if asked == Status.COMPLETED else None))
