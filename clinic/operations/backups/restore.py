"""A backup put in the database's place, in one transaction: until its end nothing has changed."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE
from typing import IO

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from clinic.operations.backups import archive, create, encryption, programs
from clinic.operations.backups.archive import BadArchive, Facts, Manifest

OURS = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
EMPTY_DATABASE = f"""
    SET lock_timeout = '10s';
    SET client_min_messages = warning;
    BEGIN;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT nspname FROM pg_namespace WHERE {OURS} LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
    END $$;
    CREATE SCHEMA public;
"""  # noqa: S608 - no part of it comes from outside
WHO_ELSE = """
    SELECT coalesce(nullif(application_name, ''), usename, '?') FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' ORDER BY 1
"""
# Mail that went out since the backup is owed once more in it. The dump has emptied the search path,
# which triggers need; and a state from before mail could be paused has no such column.
PAUSE_MAIL = """
    RESET search_path;
    SELECT set_config('taper.who', 'program||restore', true);
    DO $$ BEGIN
        IF EXISTS (SELECT FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name = 'bookings_clinic'
                   AND column_name = 'mail_paused_at') THEN
            UPDATE public.bookings_clinic SET mail_paused_at = now(), mail_paused_by = 'restore'
            WHERE mail_paused_at IS NULL;
        END IF;
    END $$;
"""
# How much is where no dump tells; until PostgreSQL does, pages are slow.
LEARN_SIZES = "ANALYZE;"


class RestoreFailed(Exception):
    """With what PostgreSQL said; the database is as it was."""


def examine(path: Path, key: str) -> Manifest:
    """All that can be known before anything is touched. Raises BadArchive, ValueError."""
    encryption.check_key(key)
    manifest = archive.manifest_of(path, key)
    if newer := _unknown(manifest.facts):
        raise BadArchive(
            f"{path} is of a newer Taper: it has been through {newer[0]}, which is not known here. "
            "Install that version or a newer one, then restore."
        )
    with open(os.devnull, "wb") as nowhere:
        archive.copy_dump(path, manifest, key, nowhere)
    return manifest


def _unknown(facts: Facts) -> list[str]:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    names = {".".join(name) for name in known}
    names |= {".".join(old) for one in known.values() for old in one.replaces}
    return [name for name in facts.migrations if name not in names]


def row_counts() -> dict[str, int]:
    """The tables of the database as it is, with how many rows each has."""
    with connection.cursor() as cursor:
        return create.count_rows(cursor)


def others() -> list[str]:
    """Who else is connected to the database, by the names that programs give themselves."""
    with connection.cursor() as cursor:
        cursor.execute(WHO_ELSE)
        return [name for (name,) in cursor.fetchall()]


def restore(path: Path, manifest: Manifest, key: str) -> None:
    """Replaces everything, and pauses mail. Raises ProgramMissing, RestoreFailed, BadArchive; then
    nothing has been."""
    facts = manifest.facts
    server = programs.server_major()
    reader = programs.found("pg_restore", at_least=max(server, facts.program))
    writer = programs.found("psql", at_least=server)
    connection.close()
    with _into(writer) as database:
        database.write(EMPTY_DATABASE.encode())
        _write_sql(reader, lambda pipe: archive.copy_dump(path, manifest, key, pipe), database)
        database.write(f"{_counted_again(facts)}{PAUSE_MAIL}{LEARN_SIZES}COMMIT;\n".encode())


@contextlib.contextmanager
def _into(program: Path) -> Iterator[IO[bytes]]:
    """psql's ear. It commits only what it is told to: cut off before, it leaves all as it was."""
    with tempfile.TemporaryFile() as errors:
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
        process = programs.start(
            program, *options, stdin=PIPE, stdout=subprocess.DEVNULL, stderr=errors
        )
        ear = programs.pipe(process.stdin)
        try:
            with contextlib.suppress(BrokenPipeError):  # It has stopped and says why.
                yield ear
                ear.close()
        except BaseException:
            process.kill()
            raise
        finally:
            with contextlib.suppress(BrokenPipeError):
                ear.close()
            process.wait()
        if process.returncode:
            raise RestoreFailed(programs.read_errors(errors))


def _write_sql(program: Path, feed: Callable[[IO[bytes]], None], into: IO[bytes]) -> None:
    """The dump that is fed, as SQL. Raises RestoreFailed, or whatever feeding it has raised."""
    with tempfile.TemporaryFile() as errors, ThreadPoolExecutor(1) as pool:
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--file=-"]
        process = programs.start(
            program, *options, database=False, stdin=PIPE, stdout=PIPE, stderr=errors
        )
        fed = pool.submit(_fed, feed, programs.pipe(process.stdin))
        try:
            shutil.copyfileobj(programs.pipe(process.stdout), into, archive.AT_ONCE)
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
            programs.pipe(process.stdout).close()
        fed.result()
        if process.returncode:
            raise RestoreFailed(programs.read_errors(errors))


def _fed(feed: Callable[[IO[bytes]], None], pipe: IO[bytes]) -> None:
    """A program that has stopped says by its return code whether that is a fault."""
    with contextlib.suppress(BrokenPipeError), pipe:
        feed(pipe)


def _counted_again(facts: Facts) -> str:
    """SQL that fails, before the commit, when a table has not as many rows as were counted."""
    checks = "".join(_of_one_table(table, int(count)) for table, count in facts.rows.items())
    return f"DO $$ DECLARE n bigint; BEGIN\n{checks}END $$;\n"


def _of_one_table(table: str, count: int) -> str:
    # The name comes from the file, as every other line of SQL that is carried out here.
    counted = f"SELECT count(*) INTO n FROM {table};"  # noqa: S608
    wrong = f"RAISE EXCEPTION '% rows, not {count}, in one of the tables', n;"
    return f"{counted} IF n <> {count} THEN {wrong} END IF;\n"
