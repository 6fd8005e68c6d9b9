"""How the database fares, in words."""

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from bookings.models import Heartbeat

# What is sorted in so little memory goes through a file of a megabyte on the database's disk.
MEMORY, NUMBERS = "64kB", 50_000


def no_answer(error: DatabaseError) -> str:
    """Of one that cannot be reached, or that has broken off."""
    said = str(error).strip().partition("\n")[0]
    return f"The database does not answer ({said}). Is it running, and is DATABASE_URL its address?"


def try_to_write() -> None:
    """Raises DatabaseError where a booking could not be written: read only, or a full disk.

    A full disk takes what finds room in a page that is there already, and refuses the rest; so
    besides a row, which stays as it is, a larger file is written, which goes again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        Heartbeat.objects.update(at=F("at"))
        cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'")
        cursor.execute(
            "SELECT count(*) FROM (SELECT n FROM generate_series(1, %s) n ORDER BY n DESC) sorted",
            [NUMBERS],
        )
