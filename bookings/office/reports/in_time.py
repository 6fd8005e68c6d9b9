"""Views over many rows: of a copy of the database, if there is one, and not for ever."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from bookings.queries.replica import from_replica
from bookings.queries.reports.limits import TookTooLong, in_time
from bookings.web.requests import StaffRequest

SAFE = ("GET", "HEAD")  # may be asked twice, since they change nothing
View = Callable[..., HttpResponse]


def stopped_in_time(otherwise: View) -> Callable[[View], View]:
    """One that takes too long ends, and `otherwise` answers in its place."""

    def decorate(view: View) -> View:
        def _shown(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with in_time():
                return view(request, *args, **kwargs)

        @wraps(view)
        def run(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                shown = from_replica(_shown) if request.method in SAFE else _shown
                return shown(request, *args, **kwargs)
            except TookTooLong:
                return otherwise(request, *args, **kwargs)

        return run

    return decorate
