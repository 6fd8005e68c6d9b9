"""Calendar feeds: what a calendar reads, and the pages where people make and revoke addresses."""

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from bookings.models import Client, Clinic
from bookings.web.requests import SignedInRequest
from bookings.web.responses import page_methods, private
from therapists import feeds
from therapists.models import Feed
from therapists.queries.care_access import therapist_of

NEW, OFF = "new", "off"


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """For a calendar program, which has no login but the address, and asks again and again."""
    found = feeds.read(token)
    if found is None:
        raise Http404
    content = feeds.calendar_of(found, Clinic.objects.the(), now=timezone.now())
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "X-Robots-Tag": "noindex, nofollow"}
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=etag, response=response) or response


@page_methods
@private
def calendar(request: SignedInRequest) -> HttpResponse:
    """One's own: the address is shown, replaced by a new one, or switched off."""
    whose = _whose(request)
    if not whose:
        return redirect("runner:account")
    mine = Feed.objects.filter(**whose).first()
    if request.method == "POST":
        if request.POST.get("do") == NEW:
            feeds.renew(**whose)
        elif mine is not None:
            feeds.revoke(mine)
        return redirect("therapists:calendar")
    url = feeds.url_of(mine) if mine and mine.active else ""
    context = {
        "url": url,
        "webcal": url.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
        "is_therapist": "therapist" in whose,
    }
    return render(request, "therapists/scheduling/calendar.html", context)


def _whose(request: SignedInRequest) -> dict:
    """A therapist's working calendar, or else a client's own."""
    if therapist := therapist_of(request.user):
        return {"therapist": therapist}
    client = Client.objects.filter(user=request.user, proved_at__isnull=False).first()
    return {"client": client} if client else {}
