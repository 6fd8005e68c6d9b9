"""The list without a signal: a page that names no more than a whiteboard would."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings.core.intervals import day_bounds
from bookings.models import Clinic, Therapist
from bookings.web.requests import StaffRequest
from therapists.pages.no_store import of_a_therapist
from therapists.queries.day import visits_of

UNTIL = "Taper-Until"


@require_safe
@of_a_therapist
def page(request: StaffRequest, therapist: Therapist) -> HttpResponse:
    """Times, first names, rooms and treatments; `Taper-Until` says when it must be forgotten."""
    clinic, now = Clinic.objects.the(), timezone.now()
    day = clinic.day_of(now)
    lines = [(v, _first_name(v.whose.name)) for v in visits_of(therapist, day, clinic)]
    midnight = day_bounds(day + timedelta(days=1), 1, clinic.tz).start
    response = render(
        request, "therapists/scheduling/offline.html", {"day": day, "lines": lines, "now": now}
    )
    response[UNTIL] = str(int(midnight.timestamp() * 1000))
    return response


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Served from here and not with the static files, because its place is its scope."""
    return render(
        request, "therapists/scheduling/worker.js", content_type="text/javascript; charset=utf-8"
    )


def _first_name(name: str) -> str:
    return name.split()[0]
