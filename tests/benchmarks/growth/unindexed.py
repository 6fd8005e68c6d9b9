"""Loading rows into indexes takes hours: they are taken off, and made anew once all is there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model

CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('x', 'u', 'f')
     ORDER BY contype = 'f', conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary ORDER BY 1
"""


@contextmanager
def bare(models: Sequence[type[Model]]) -> Iterator[None]:
    """Without indexes, foreign keys and triggers, all of which are there again at the end."""
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        for setting in ("maintenance_work_mem = '1GB'", "work_mem = '256MB'"):
            cursor.execute(f"SET {setting}")
        cursor.execute(CONSTRAINTS, [tables])
        constraints = cursor.fetchall()
        for table, name, _ in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute("RESET ALL")
