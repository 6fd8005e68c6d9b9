"""The old code still runs while a migration does: what would break it is found before it ships.

A migration that adds a column which may not be empty gives it a `db_default`; one that takes
something away waits for the release after the one that stopped using it (docs/operations.md).
"""

import re

import pytest
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements, get_sql_analyser_class

OURS = {"bookings", "therapists"}

ON_DISK = sorted(
    key
    for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    if key[0] in OURS
)


def broken_by(*sql):
    """The linter's names of what would break code that runs meanwhile."""
    analyser = get_sql_analyser_class("postgresql")
    errors, _ignored, _warnings = analyse_sql_statements(analyser, list(sql), [])
    return {error.code for error in errors} | ({"NOT_NULL"} if _default_is_dropped(sql) else set())


def _default_is_dropped(sql):
    """The linter is content when any statement of several has a default that stays."""
    dropped = (re.search(r"ALTER TABLE (\S+) ALTER COLUMN (\S+) DROP DEFAULT", one) for one in sql)
    return any(
        f"ALTER TABLE {found[1]} ADD COLUMN {found[2]} " in one and " NOT NULL" in one
        for found in dropped
        if found
        for one in sql
    )


@pytest.mark.parametrize("key", ON_DISK, ids=".".join)
def test_a_migration_breaks_nothing_that_still_runs(key, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():  # outside a transaction, as an index beside the work wants
        sql = MigrationLinter(no_cache=True, no_output=True).get_sql(*key)
    assert not broken_by(*sql)


def test_an_index_on_a_table_that_is_at_work_is_made_beside_the_work_and_can_be_begun_anew():
    """Of Django's own the one breaks off where another start was broken off (_operations.py)."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    later = [key for key in ON_DISK if not loader.disk_migrations[key].initial]
    assert later
    with_index = {"AddIndex", "AddIndexConcurrently", "RemoveIndex"}
    for key in later:
        operations = loader.disk_migrations[key].operations
        assert not with_index & {type(one).__name__ for one in operations}, key


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("ALTER TABLE t ADD COLUMN c integer NOT NULL", "NOT_NULL"),
        ("ALTER TABLE t DROP COLUMN c CASCADE", "DROP_COLUMN"),
        ("ALTER TABLE t RENAME COLUMN c TO d", "RENAME_COLUMN"),
        ("DROP TABLE t CASCADE", "DROP_TABLE"),
        ("ALTER TABLE t RENAME TO u", "RENAME_TABLE"),
    ],
)
def test_what_old_code_could_not_live_with_is_found(sql, code):
    assert code in broken_by(sql)


def test_a_column_that_the_database_fills_is_no_fault():
    filled = "ALTER TABLE t ADD COLUMN c integer DEFAULT 0 NOT NULL"
    assert not broken_by(filled)
    only_now = "ALTER TABLE t ADD COLUMN d integer DEFAULT 0 NOT NULL"
    assert broken_by(only_now, "ALTER TABLE t ALTER COLUMN d DROP DEFAULT", filled) == {"NOT_NULL"}
