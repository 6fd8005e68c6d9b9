"""One id for each request: taken from a proxy or made, on each log line, and in the answer."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")
NONE = "-"

_current = ContextVar("request_id", default=NONE)


def current() -> str:
    """The id of the request that is being answered, or a dash."""
    return _current.get()


class RequestIdMiddleware:
    """The outermost, so that whatever is logged on the way has the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.headers.get(HEADER, "")
        request_id = asked if ACCEPTED.fullmatch(asked) else uuid4().hex
        # For what is logged when the answer is ready.
        request.request_id = request_id  # type: ignore[attr-defined]
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response


class WithRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = getattr(getattr(record, "request", None), "request_id", current())
        return True
