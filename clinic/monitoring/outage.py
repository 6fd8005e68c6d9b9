"""What is answered when a page breaks: 503 and the clinic's phone while its database is away."""

import contextlib
import sys

from django.db import DatabaseError, Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from bookings.core.roles import Role
from bookings.models import Clinic
from bookings.web.access import STAFF

SECONDS_TO_WAIT = 30
READ_ONLY = "25006"  # read_only_sql_transaction, of PostgreSQL's codes


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while the exception that broke the page is being handled."""
    error = sys.exc_info()[1]
    if not (isinstance(error, Error) and _is_an_outage(error)):
        return _broken(request)
    # Without the request, whose session and user would be asked of the database.
    page = render_to_string("outage.html", {"clinic": Clinic.last_read})
    return HttpResponse(page, status=503, headers={"Retry-After": str(SECONDS_TO_WAIT)})


def _broken(request: HttpRequest) -> HttpResponse:
    """Without the menu, which would be asked of the database; but in words for whoever it is."""
    roles: frozenset[Role] = getattr(request, "roles", frozenset())
    page = render_to_string("500.html", {"of_the_staff": bool(roles & STAFF)})
    return HttpResponse(page, status=500)


def learn_the_phone() -> None:
    """While there is still a database, which may go before the first page is asked for."""
    with contextlib.suppress(DatabaseError):
        Clinic.objects.first()


def _is_an_outage(error: Error) -> bool:
    """It is away, breaks off, takes too long, or its disk is full."""
    code = getattr(error.__cause__, "pgcode", None)
    away = isinstance(error, OperationalError | InterfaceError)
    return away or code == READ_ONLY
