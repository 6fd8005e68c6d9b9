"""What one worker does at a time, whichever of them that is."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class Work(IntEnum):
    """By its number among PostgreSQL's advisory locks."""

    LISTS = 7_412  # so that another worker is free for the mail
    WAITING_LIST = 8_723_021
    A_LINK = 7_413  # that somebody waits for, as the next
    ANOTHER_LINK = 7_414
    RACE_NEWS = 7_415
    A_THERAPISTS_LINK = 7_416


@contextmanager
def alone_with(work: Work) -> Iterator[bool]:
    """Whether it is ours; a lock of the connection's, which ends with whoever is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [work.value])
        [is_ours] = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [work.value])
