"""Nobody but the staff asks for more pages in a minute than a person can look at.

Every page that is not a file costs some work, and a page that somebody adds tomorrow is counted
without anybody's doing. Pages with limits of their own, such as holding a time, count here too.
"""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse

from bookings.web import rate_limits
from bookings.web.access import STAFF
from bookings.web.requests import PageRequest
from clinic.middleware.policy import roles_of

# The API says by itself, and in its own form, when to ask again; a mail service has a signature.
LEFT_OUT = ("/api/", "/mail-events/")
ACCOUNTS = "/accounts/"


class PageLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(LEFT_OUT) or roles_of(cast(PageRequest, request)) & STAFF:
            return self.get_response(request)
        is_signing_in = request.method == "POST" and request.path.startswith(ACCOUNTS)
        what = rate_limits.ACCOUNTS if is_signing_in else rate_limits.PAGES
        if wait := rate_limits.seconds_to_wait(request, what):
            return rate_limits.too_many(request, what, wait)
        return self.get_response(request)
