"""An answer about an address takes the same time, whether the address is known here or not.

The answer's words are the same anyway, and mails leave after it. What is left is a few
milliseconds of looking up and writing down, which a wait up to a fixed time hides. Signing in with
a password needs none: an unknown address costs a password's hashing too.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

ABOUT_AN_ADDRESS = ("account_request_login_code", "account_reset_password")


class EvenAnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.paths = {reverse(name) for name in ABOUT_AN_ADDRESS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path not in self.paths:
            return self.get_response(request)
        until = time.monotonic() + settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS
        response = self.get_response(request)
        time.sleep(max(0, until - time.monotonic()))
        return response
