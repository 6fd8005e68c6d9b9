"""What one worker does at a time, whichever of them that is."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import IntEnum

import psycopg2
from django.db import connection


class Work(IntEnum):
    """By its number among PostgreSQL's advisory locks."""

    LISTS = 7_412  # so that another worker is free for the mail
    WAITING_LIST = 8_723_021
    A_LINK = 7_413  # that somebody waits for, as the next
    ANOTHER_LINK = 7_414
    RACE_NEWS = 7_415
    A_THERAPISTS_LINK = 7_416
    MIGRATING = int.from_bytes(b"taper")  # any number of our own


# It does nothing meanwhile, for which some hosts would end it.
ALONE = "SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_try_advisory_xact_lock(%s)"


@contextmanager
def alone_with(work: Work) -> Iterator[bool]:
    """Whether it is ours, until the end.

    A transaction holds it, on a connection of its own: so it ends with whoever is killed, and
    holds where a pooler gives the same connection another session with each transaction.
    """
    with closing(connection.get_new_connection(connection.get_connection_params())) as own:
        with own.cursor() as cursor:
            cursor.execute(ALONE, [work.value])
            [is_ours] = cursor.fetchone()
        try:
            yield is_ours
        finally:  # of a connection that is only closed the server hears later
            with suppress(psycopg2.Error):
                own.rollback()
