"""How the database fares, in words."""

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Heartbeat

# What is sorted in so little memory goes through a file of a megabyte on the database's disk.
MEMORY, NUMBERS = "64kB", 50_000


# By PostgreSQL's codes, and by what stands in its words where it gives none (it has not let us in).
BY_CODE = {
    "25006": gettext_lazy("The database is read only: is DATABASE_URL that of a copy?"),
    "53100": gettext_lazy("The database's disk is full: make room on it."),
    "53300": gettext_lazy("The database takes no more connections: raise max_connections there."),
    "42501": gettext_lazy("The role in DATABASE_URL may not do that: let it own the database."),
    "42P01": gettext_lazy("The database lacks tables of this version: run manage.py migrate."),
    "42703": gettext_lazy("The database lacks columns of this version: run manage.py migrate."),
    "57P03": gettext_lazy("The database is starting: try again in a minute."),
}
BY_WORDS = {
    "password authentication failed": gettext_lazy(
        "The database does not let us in: the password in DATABASE_URL (POSTGRES_PASSWORD) is not "
        "the one that it was made with."
    ),
    "no password supplied": gettext_lazy("Put the role's password into DATABASE_URL."),
    "does not exist": gettext_lazy(
        "The database answers, but knows no such database or role: is the name in DATABASE_URL "
        "right, and was it made (docs/operations.md, Processes)?"
    ),
    "could not translate host name": gettext_lazy(
        "There is no machine by the name in DATABASE_URL: is it typed right, and is it running?"
    ),
    "timeout expired": gettext_lazy(
        "The database does not answer in time: is DATABASE_URL the address of a database, and does "
        "a firewall let us reach it?"
    ),
    "no pg_hba.conf entry": gettext_lazy(
        "The database lets nobody in from this machine: allow it in its pg_hba.conf."
    ),
    "SSL": gettext_lazy(
        "The database and we do not agree about encryption: look at sslmode in DATABASE_URL."
    ),
}


def no_answer(error: DatabaseError) -> str:
    """Of one that cannot be reached, or that has broken off; with the beginning of its words."""
    said = str(error).strip().partition("\n")[0]
    return f"The database does not answer ({said}). Is it running, and is DATABASE_URL its address?"


def in_words(error: DatabaseError) -> str:
    """What is wrong and what to do, without a value that somebody has typed."""
    code, words = getattr(error.__cause__, "pgcode", None) or "", str(error)
    if sentence := BY_CODE.get(code):
        return str(sentence)
    if not code:
        known = (sentence for part, sentence in BY_WORDS.items() if part in words)
        return str(next(known, no_answer(error)))
    return _("The database refused ({kind}, {code}).").format(kind=type(error).__name__, code=code)


def try_to_connect() -> None:
    """Raises DatabaseError, of a connection too that was open and has gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


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
