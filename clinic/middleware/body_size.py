"""No page but one takes more than a small file, so no larger body is read, from whomever."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MOST_BYTES = 2_000_000  # the proxy's limits are the same (Caddyfile), and the web server's
LISTS, MOST_BYTES_OF_A_LIST = "/office/import/", 8_000_000  # clients out of another system
PLANS = "/plan/own/"  # a runner's training plan: its own form says what is too large


def most_bytes(path: str) -> int:
    return MOST_BYTES_OF_A_LIST if path == LISTS else MOST_BYTES


class BodySizeMiddleware:
    """Before anything reads the body: a parser of uploads would write it to a disk first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) >= most_bytes(request.path):
            if request.path.endswith(PLANS):
                return HttpResponse(status=303, headers={"Location": f"{request.path}?too-large"})
            if request.user.is_authenticated:  # the policy, which asks otherwise, comes later
                request.roles = request.user.roles_asked  # type: ignore[attr-defined]
            is_list = request.path == LISTS
            return render(request, "413.html", {"is_list": is_list}, status=413)
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    """In bytes. By hand, as the web server takes its limit from here before there are models."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
