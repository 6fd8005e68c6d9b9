"""The forecast: eight weeks ahead, how it has done, and what stands behind each figure."""

import csv
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.core.training.forecast.facts import week_of
from bookings.core.training.forecast.ledger import AHEAD
from bookings.core.training.forecast.weeks import BESIDES_FROM, LEARNS_FROM
from bookings.models import Clinic
from bookings.office.forecast.behind import behind
from bookings.office.forecast.shown import forecast_of, lines_of
from bookings.office.reports.in_time import stopped_in_time
from bookings.web.requests import StaffRequest
from bookings.web.responses import private


def say_it_took_too_long(request: StaffRequest, **_asked: Any) -> HttpResponse:
    return render(request, "office/forecast/too_long.html", status=503)


@private
@require_safe
@stopped_in_time(say_it_took_too_long)
def page(request: StaffRequest) -> HttpResponse:
    found = forecast_of(Clinic.objects.the(), now=timezone.now())
    context = {
        "forecast": found,
        "learns_from": LEARNS_FROM,
        "besides_from": BESIDES_FROM,
        "skills": [
            (found.skill_in_words(skill), found.people_in_words(skill), place)
            for place, skill in enumerate(found.skills)
        ],
    }
    return render(request, "office/forecast/forecast.html", context)


@private
@require_safe
@stopped_in_time(say_it_took_too_long)
def week(request: StaffRequest, day: date) -> HttpResponse:
    """What is booked in a week, and for which sessions of whose plans nothing is yet."""
    clinic, now = Clinic.objects.the(), timezone.now()
    ahead = week_of(day) - week_of(clinic.day_of(now))
    if not 1 <= ahead <= AHEAD:
        return render(request, "office/forecast/not_ahead.html")
    found = forecast_of(clinic, now=now)
    shown = found.weeks[ahead - 1]
    context = {"forecast": found, "week": shown, **behind(found, shown)}
    return render(request, "office/forecast/week.html", context)


@private
@require_safe
@stopped_in_time(say_it_took_too_long)
def file(request: StaffRequest) -> HttpResponse:
    found = forecast_of(Clinic.objects.the(), now=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = _("forecast-{day}.csv").format(day=found.today.isoformat())
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\N{BYTE ORDER MARK}")  # without it Excel takes the letters for others
    csv.writer(response).writerows(lines_of(found))
    return response
