"""The next free times for a frame in another web site, which the owner names; choosing one leaves
the frame for the clinic's own page. It knows no visitor: a frame's cookies are nobody's to trust.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Treatment
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.openings import openings
from bookings.web.rate_limits import ANY, API, limited

DAYS, DAYS_SHOWN, TIMES_SHOWN = 14, 5, 8
FRESH_FOR_SECONDS = 60


@dataclass(frozen=True)
class OpenDay:
    """A day with its first free times, and the page where they are chosen."""

    date: date
    times: list[datetime]
    more: int
    url: str


@require_safe
@limited(API, counts=ANY)
def embed(request: HttpRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    treatments = list(Treatment.objects.bookable_online())
    asked = request.GET.get("treatment", "")
    chosen = next((one for one in treatments if one.slug == asked), None)
    chosen = chosen or next(iter(treatments), None)
    days = list(_days(clinic, chosen, now)) if chosen else []
    context = {"clinic": clinic, "treatments": treatments, "chosen": chosen, "days": days}
    response = render(request, "runner/embed.html", context)
    patch_cache_control(response, public=True, max_age=FRESH_FOR_SECONDS)
    return framed_by(response, clinic.framed_by)


def framed_by(response: HttpResponse, origins: list[str]) -> HttpResponse:
    """May be framed by these web sites, and by no page at all when there are none."""
    if origins:
        response.xframe_options_exempt = True
        policy = {"frame-ancestors": origins, "form-action": ["'none'"]}
        response._csp_replace = policy  # type: ignore[attr-defined]
    return response


def _days(clinic: Clinic, treatment: Treatment, now: datetime) -> Iterator[OpenDay]:
    today = clinic.day_of(now)
    found = openings(clinic, treatment, first=today, days=DAYS, now=now)
    by_day = groupby(found, key=lambda one: clinic.day_of(one.starts_at))
    for number, (day, inside) in enumerate(by_day):
        if number == DAYS_SHOWN:
            return
        yield _open_day(treatment, day, list(inside))


def _open_day(treatment: Treatment, day: date, free: list[Opening]) -> OpenDay:
    """Times spread over the day rather than all of the morning's."""
    step = max(1, -(-len(free) // TIMES_SHOWN))
    times = [one.starts_at for one in free[::step]]
    path = reverse("runner:times", args=[treatment.slug])
    url = f"{path}?{urlencode({'day': day.isoformat()})}#times"
    return OpenDay(day, times, len(free) - len(times), url)
