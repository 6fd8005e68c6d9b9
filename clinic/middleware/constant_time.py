"""An answer about an address takes the same time, whether the address is known here or not.

The answer's words are the same anyway, and mails leave after it. What is left is a few
milliseconds of looking up and writing down, which are hidden by when the answer leaves. No thread
waits for that: the web server (clinic/web_server/worker.py) holds what is ready. Signing in with a
password needs none: an unknown address costs a password's hashing too.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

ABOUT_AN_ADDRESS = ("account_request_login_code", "account_reset_password")
HOLD_ANSWER = "taper.hold_answer"  # in a request's environment: call it with a time.monotonic()
REFUSED = (403, 413, 429)  # before the address was looked at


class EvenAnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.paths = {reverse(name) for name in ABOUT_AN_ADDRESS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        if request.method == "POST" and request.path in self.paths:
            hold = request.META.get(HOLD_ANSWER)
            is_refused = response.status_code in REFUSED or hasattr(request, "asked_too_often")
            if hold and not is_refused:
                hold(began + settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS)
        return response
