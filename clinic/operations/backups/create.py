"""A backup: one instant of the whole database, whatever is written meanwhile."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from clinic.operations.atomic_file import atomic_file
from clinic.operations.backups import archive, encryption, programs, rotate
from clinic.operations.backups.archive import Facts, Manifest
from clinic.operations.version import VERSION

TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' ORDER BY 1
"""


class BackupFailed(Exception):
    """With what pg_dump said."""


def make(folder: Path, *, key: str, now: datetime) -> tuple[Path, Manifest]:
    """Raises ProgramMissing, BackupFailed, ValueError, OSError; then there is no new file."""
    encryption.check_key(key)
    program = programs.found("pg_dump", at_least=programs.server_major())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / rotate.name_at(now)
    with _one_instant() as (cursor, snapshot), atomic_file(path) as file:
        facts = _facts(cursor, program, now)
        with _dump(program, snapshot) as dump:
            manifest = archive.write(file, facts, dump, key)
    return path, manifest


@contextlib.contextmanager
def _one_instant() -> Iterator[tuple[CursorWrapper, str]]:
    """pg_dump and our counts see the same; the transaction must outlast it."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor, cursor.fetchone()[0]


def _facts(cursor: CursorWrapper, program: Path, now: datetime) -> Facts:
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    migrations = [name for (name,) in cursor.fetchall()]
    return Facts(
        taper=VERSION,
        made_at=now.isoformat(timespec="seconds"),
        server=programs.server_major(),
        program=programs.major(program),
        migrations=migrations,
        rows=count_rows(cursor),
    )


def count_rows(cursor: CursorWrapper) -> dict[str, int]:
    """How many each table has."""
    cursor.execute(TABLES)
    counts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - quoted by the database
        counts[table] = cursor.fetchone()[0]
    return counts


@contextlib.contextmanager
def _dump(program: Path, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes. Raises BackupFailed at its end."""
    with tempfile.TemporaryFile() as errors:
        options = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
        process = programs.start(program, *options, stdout=subprocess.PIPE, stderr=errors)
        with process:
            try:
                yield programs.pipe(process.stdout)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise BackupFailed(programs.read_errors(errors))
