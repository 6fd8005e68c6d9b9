"""How the runner's pages answer: whole or in part, in private, or with regret."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.decorators.http import require_http_methods

from bookings.actions.refusals import Busy, NetworkPaused, NewcomersPaused, Refused, TooManyHolds
from bookings.web.requests import PageRequest

page_methods = require_http_methods(["GET", "HEAD", "POST"])

SECONDS_TO_WAIT = {Busy: 5, NewcomersPaused: 15 * 60, NetworkPaused: 15 * 60}
STATUS = {Busy: 503, TooManyHolds: 429, NewcomersPaused: 429, NetworkPaused: 429}


def page_or_part(
    request: HttpRequest, page: str, part: str, context: dict, *, status: int = 200
) -> HttpResponse:
    """The whole page, or to htmx the part of it that is the same file."""
    response = render(
        request, part if cast(PageRequest, request).htmx else page, context, status=status
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages about a person: kept by nobody, found by no search, named to no other site.

    Not no-referrer: browsers then call our own forms' origin "null", which CSRF refuses.
    """

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return run


def status_of(refusal: Refused) -> int:
    return STATUS.get(type(refusal), 409)


def seconds_to_wait(refusal: Refused) -> int:
    """0 where waiting does not help."""
    if refusal.wait is not None:
        return max(1, ceil(refusal.wait.total_seconds()))
    return SECONDS_TO_WAIT.get(type(refusal), 0)


def tell_when_to_return(response: HttpResponse, refusal: Refused) -> HttpResponse:
    if seconds := seconds_to_wait(refusal):
        response["Retry-After"] = str(seconds)
    return response


def sorry(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A page of its own for what a form cannot put right: too busy, too many."""
    status = status_of(refusal)
    context = {
        "refusal": refusal,
        "minutes": ceil(seconds_to_wait(refusal) / 60),
        "signing_in_helps": refusal.signing_in_helps,
    }
    response = render(request, f"{status}.html", context, status=status)
    return tell_when_to_return(response, refusal)
