"""What the web processes count: requests, how long they took, and refusals.

With PROMETHEUS_MULTIPROC_DIR, which gunicorn.conf.py sets, the processes of one server count
together, whichever of them is asked.
"""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS = Counter("taper_requests", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "taper_request_seconds",
    "How long answers took.",
    ["view"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
REFUSALS = Counter("taper_refusals", "What was asked for and refused, by kind.", ["kind", "view"])
KINDS = {
    403: "not allowed",
    409: "taken or out of date",
    422: "bad input",
    429: "too often",
    503: "busy",
}
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
NO_VIEW = "none"

requests = logging.getLogger("clinic.requests")


class MetricsMiddleware:
    """Counts, and logs, by the view's name: addresses may hold secrets and have no end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        _note(request, response.status_code, time.perf_counter() - began)
        return response


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    view = request.resolver_match.view_name if request.resolver_match else NO_VIEW
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(view, method, status).inc()
    SECONDS.labels(view).observe(seconds)
    if status in KINDS:
        REFUSALS.labels(KINDS[status], view).inc()
    facts = {"view": view, "method": method, "status": status, "ms": round(seconds * 1000)}
    requests.info("%s %s %s", method, view, status, extra=facts)
