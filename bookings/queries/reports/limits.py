"""A report that would keep the database busy for long is stopped: also when nobody waits for it
any more, since the database does not hear of that."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connections, transaction
from psycopg2.errorcodes import QUERY_CANCELED

from bookings.queries import replica

MOST_SECONDS = 25.0  # of one statement


class TookTooLong(Exception):
    pass


@contextmanager
def in_time() -> Iterator[None]:
    """For all that is asked in it. Raises TookTooLong."""
    try:
        with transaction.atomic(using=replica.alias()):
            with connections[replica.alias()].cursor() as cursor:
                milliseconds = int(MOST_SECONDS * 1000)
                cursor.execute("SET LOCAL statement_timeout = %s", [milliseconds])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == QUERY_CANCELED:
            raise TookTooLong from error
        raise
