"""What is answered when a page breaks: 503 and the clinic's phone while its database is away."""

import contextlib
import sys

from django.db import DatabaseError, Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as broken
from psycopg2.errors import ReadOnlySqlTransaction

from bookings.models import Clinic

SECONDS_TO_WAIT = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while the exception that broke the page is being handled."""
    error = sys.exc_info()[1]
    if not (isinstance(error, Error) and _is_an_outage(error)):
        return broken(request)
    # Without the request, whose session and user would be asked of the database.
    page = render_to_string("outage.html", {"clinic": Clinic.last_read})
    return HttpResponse(page, status=503, headers={"Retry-After": str(SECONDS_TO_WAIT)})


def learn_the_phone() -> None:
    """While there is still a database, which may go before the first page is asked for."""
    with contextlib.suppress(DatabaseError):
        Clinic.objects.first()


def _is_an_outage(error: Error) -> bool:
    """It is away, breaks off, takes too long, or its disk is full."""
    return isinstance(error, OperationalError | InterfaceError) or isinstance(
        error.__cause__, ReadOnlySqlTransaction
    )
