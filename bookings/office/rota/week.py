"""Everybody's hours of one week, where each day leads to what is different on it."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.core.scheduling.weeks import monday_of
from bookings.models import Clinic
from bookings.queries.office.rota_week import rota_week
from bookings.web.days import FIRST_DAY, LAST_DAY, day_in
from bookings.web.requests import StaffRequest

WEEK = timedelta(weeks=1)


@require_safe
def week(request: StaffRequest) -> HttpResponse:
    """Of this week, or of that in which the day `week` is."""
    clinic = Clinic.objects.the()
    today = clinic.day_of(timezone.now())
    monday = monday_of(day_in(request.GET.get("week", "")) or today)
    monday = min(max(monday, monday_of(FIRST_DAY) + WEEK), monday_of(LAST_DAY) - WEEK)
    context = {
        "rota": rota_week(clinic, monday),
        "today": today,
        "this_monday": monday_of(today),
        "sunday": monday + WEEK - timedelta(days=1),
        "before": (monday - WEEK).isoformat(),
        "after": (monday + WEEK).isoformat(),
    }
    return render(request, "office/rota/week.html", context)
