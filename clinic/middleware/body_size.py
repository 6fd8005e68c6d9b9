"""No page of ours takes more than a small file, so no larger body is read, from whomever."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MOST_BYTES = 2_000_000  # the proxy's limit is the same (Caddyfile), and the web server's


class BodySizeMiddleware:
    """Before anything reads the body: a parser of uploads would write it to a disk first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) >= MOST_BYTES:
            if request.user.is_authenticated:  # the policy, which asks otherwise, comes later
                request.roles = request.user.roles()  # type: ignore[attr-defined]
            return render(request, "413.html", status=413)
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    """In bytes. By hand, as the web server takes its limit from here before there are models."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
