"""What a clinic's other web site may ask: the free starts, as JSON."""

import json
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Therapist, Treatment
from bookings.queries.replica import from_replica
from bookings.queries.scheduling.diary import free_times
from bookings.web.days import FIRST_DAY, LAST_DAY, is_known
from bookings.web.rate_limits import API, seconds_to_wait

MOST_DAYS = 62
FRESH_FOR_SECONDS = 15


class BadQuestion(ValueError):
    """A question that cannot be answered; the text says why."""


@require_safe
def openings(request: HttpRequest) -> HttpResponse:
    """GET ?treatment=<slug>&from=YYYY-MM-DD&days=N&therapist=<slug>: the picker's own answer."""
    if wait := seconds_to_wait(request, API):
        return _open_to_all(_too_often(wait))
    now = timezone.now()
    try:
        answer = _answer(request.GET, now)
    except BadQuestion as error:
        return _open_to_all(JsonResponse({"error": str(error)}, status=400))
    body = answer.encode()
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/json", headers={"ETag": etag})
    patch_cache_control(response, public=True, max_age=FRESH_FOR_SECONDS)
    return _open_to_all(get_conditional_response(request, etag=etag, response=response) or response)


@from_replica
def _answer(asked: Any, now: datetime) -> str:
    """Written by hand: objects for hundreds of starts, only to be told, took a sixth of it."""
    clinic = Clinic.objects.the()
    treatment = _treatment(asked.get("treatment", ""))
    found = free_times(
        clinic,
        first=_day(asked.get("from"), clinic.day_of(now)),
        days=_days(asked.get("days", "14")),
        treatments=[treatment],
        therapist=_therapist(asked.get("therapist", "")),
        now=now,
    )
    slugs = {one.pk: json.dumps(one.slug) for one in found.offered_by[treatment.pk]}
    starts = (
        f'{{"start":"{_instant(start)}","therapists":[{",".join([slugs[pk] for pk in takers])}]}}'
        for start, takers in found.starts(treatment).items()
    )
    return f'{{"openings":[{",".join(starts)}]}}'


@lru_cache(maxsize=8192)
def _instant(start: int) -> str:
    return datetime.fromtimestamp(start, UTC).isoformat()


def _treatment(slug: str) -> Treatment:
    known = slug_re.match(slug)
    if known and (found := Treatment.objects.bookable_online().filter(slug=slug).first()):
        return found
    raise BadQuestion("treatment: no treatment of that name can be booked online.")


def _therapist(slug: str) -> Therapist | None:
    if not slug:
        return None
    known = slug_re.match(slug)
    if known and (found := Therapist.objects.active().filter(slug=slug).first()):
        return found
    raise BadQuestion("therapist: nobody of that name works here.")


def _day(text: str | None, today: date) -> date:
    if text is None:
        return today
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a civil date has no zone
    except ValueError:
        raise BadQuestion("from: use a date such as 2026-12-01.") from None
    if not is_known(day):
        raise BadQuestion(f"from: use a date between {FIRST_DAY.year} and {LAST_DAY.year}.")
    return day


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    raise BadQuestion(f"days: use a whole number from 1 to {MOST_DAYS}.")


def _too_often(wait: int) -> HttpResponse:
    words = f"That was often. Please ask again in {wait} seconds."
    return JsonResponse({"error": words}, status=429, headers={"Retry-After": str(wait)})


def _open_to_all(response: HttpResponse) -> HttpResponse:
    """It holds nothing personal, so any page of any site may read it."""
    response["Access-Control-Allow-Origin"] = "*"
    return response
