"""A clock for the whole simulation: one row of the database, set by whoever tells the story.

What sends mail decides by the database's clock. PostgreSQL looks a function up along the search
path, so a schema that comes before pg_catalog may have a statement_timestamp() of its own; that
is all it takes, and no line of the application knows of it. Python code asks
django.utils.timezone.now(), which the simulated worker replaces by `now`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

SCHEMA = """
    CREATE SCHEMA simulated;
    CREATE TABLE simulated.clock (at timestamptz NOT NULL);
    INSERT INTO simulated.clock VALUES (statement_timestamp());
    CREATE FUNCTION simulated.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM simulated.clock';
"""


@contextmanager
def simulated_clock() -> Iterator[None]:
    """For every connection made from now on to the database that Django is connected to."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    _run(SCHEMA, f"ALTER DATABASE {name} SET search_path = simulated, pg_catalog, public")
    connection.close()
    try:
        yield
    finally:
        _run(f"ALTER DATABASE {name} RESET search_path", "DROP SCHEMA simulated CASCADE")
        connection.close()


def set_to(instant: datetime) -> None:
    _run("UPDATE simulated.clock SET at = %s", with_values=[instant])


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM simulated.clock")
        return cursor.fetchone()[0]


def _run(*statements: str, with_values: list | None = None) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, with_values)
