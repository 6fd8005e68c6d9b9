"""A database of one's own, to wreck or to grow up in: Django is led there and back."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from psycopg2.sql import SQL, Identifier

from clinic.demo import servers
from tests.servers import on_the_server

GUARDS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', proname, prosrc FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
    UNION ALL
    SELECT table_name, column_name, concat_ws(' ', data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
"""


def guards() -> set[tuple[str, str, str]]:
    """All that keeps the data right: constraints, indexes, triggers, functions, columns."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDS)
        return {(of, name, _plainly(text)) for of, name, text in cursor.fetchall()}


def _plainly(text: str) -> str:
    """PostgreSQL words a condition with other casts and brackets once it has read its own."""
    return re.sub(r"::(character varying|text)(\[\])?|[()\s]", "", text)


def contents() -> dict[str, list]:
    """Every row of every table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


@contextlib.contextmanager
def _instead(name: str) -> Iterator[None]:
    """Every connection of this process goes there; nobody else may be at the usual one."""
    usual = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name
    connections.settings["default"]["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = usual
        connections.settings["default"]["NAME"] = usual


def _administer(*statements) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextlib.contextmanager
def _database(template: str | None) -> Iterator[None]:
    name = f"{connection.settings_dict['NAME']}_scratch"
    copied = SQL("TEMPLATE {}").format(Identifier(template)) if template else SQL("")
    connections.close_all()
    _administer(
        SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)),
        SQL("CREATE DATABASE {} {}").format(Identifier(name), copied),
    )
    try:
        with _instead(name):
            yield
    finally:
        _administer(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def scratch(transactional_db) -> Iterator[None]:
    """A copy of the tests' database, with all that migrations made."""
    with _database(connection.settings_dict["NAME"]):
        yield


@pytest.fixture
def nothing_yet(transactional_db) -> Iterator[None]:
    """An empty database."""
    with _database(None):
        yield


@pytest.fixture
def as_made_today(transactional_db) -> set[tuple[str, str, str]]:
    """The guards of a database that migrations have just made out of nothing."""
    return guards()


@pytest.fixture
def backup_folder(settings, tmp_path) -> Path:
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    return settings.BACKUP_FOLDER


@pytest.fixture(scope="module")
def new_database():
    with a_database("first_day") as url:
        yield url


@contextlib.contextmanager
def a_database(name: str) -> Iterator[str]:
    """The address of an empty database on the tests' server."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"{name}_{os.getpid()}"
    with on_the_server() as cursor:
        cursor.execute(f"CREATE DATABASE {name} OWNER {servers.ROLE}")
    try:
        yield f"{server}/{name}"
    finally:
        with on_the_server() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
