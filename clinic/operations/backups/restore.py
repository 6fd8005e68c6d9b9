"""A backup put in the database's place, in one transaction: until its end nothing has changed."""

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from clinic.operations.backups import archive, create, programs
from clinic.operations.backups.archive import BadArchive, Facts, Manifest

OURS = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
EMPTIED = f"""
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


class RestoreFailed(Exception):
    """With what PostgreSQL said; the database is as it was."""


def examined(path: Path, key: bytes | None) -> Manifest:
    """All that can be known before anything is touched. Raises BadArchive."""
    manifest = archive.manifest_of(path)
    if newer := _unknown(manifest.facts):
        raise BadArchive(
            f"{path} is of a newer Taper: it has been through {newer[0]}, which is not known here. "
            "Install that version or a newer one, then restore."
        )
    archive.check(path, manifest)
    for _ in archive.dump_of(path, manifest, key):
        pass  # Each piece opens.
    return manifest


def _unknown(facts: Facts) -> list[str]:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    names = {".".join(name) for name in known}
    names |= {".".join(old) for one in known.values() for old in one.replaces}
    return [name for name in facts.migrations if name not in names]


def present() -> dict[str, int]:
    """The tables of the database as it is, with how many rows each has."""
    with connection.cursor() as cursor:
        return create.rows(cursor)


def restore(path: Path, manifest: Manifest, key: bytes | None) -> None:
    """Replaces everything. Raises ProgramMissing, RestoreFailed, BadArchive; then nothing has."""
    facts = manifest.facts
    server = programs.server_major()
    reader = programs.found("pg_restore", at_least=max(server, facts.program))
    writer = programs.found("psql", at_least=server)
    connection.close()
    with (
        _into(writer) as database,
        contextlib.closing(archive.dump_of(path, manifest, key)) as dump,
        contextlib.closing(_as_sql(reader, dump)) as script,
    ):
        database.write(EMPTIED.encode())
        for chunk in script:
            database.write(chunk)
        database.write(_counted_again(facts).encode() + b"COMMIT;\n")


@contextlib.contextmanager
def _into(program: Path) -> Iterator:
    """psql's ear. It commits only what it is told to: cut off before, it leaves all as it was."""
    with tempfile.TemporaryFile() as words:
        asked = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": words}
        process = programs.start(program, *asked, **streams)
        try:
            with contextlib.suppress(BrokenPipeError):  # It has stopped and says why.
                yield process.stdin
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        finally:
            _end(process)
        if process.returncode:
            raise RestoreFailed(_said(words))


def _end(process: subprocess.Popen) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    process.wait()


def _as_sql(program: Path, dump: Iterator[bytes]) -> Iterator[bytes]:
    """Raises RestoreFailed, or whatever reading the dump has raised, before it ends."""
    with tempfile.TemporaryFile() as words:
        asked = ["--no-owner", "--no-privileges", "--exit-on-error", "--file=-"]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": words}
        process = programs.start(program, *asked, database=False, **streams)
        feeder = _Feeder(dump, process.stdin)
        feeder.start()
        try:
            while chunk := process.stdout.read(archive.AT_ONCE):
                yield chunk
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
            feeder.join()
            process.stdout.close()
        if feeder.fault:
            raise feeder.fault
        if process.returncode:
            raise RestoreFailed(_said(words))


class _Feeder(threading.Thread):
    """Gives a program its input while we read what it writes; `fault` is what went wrong."""

    def __init__(self, dump: Iterator[bytes], into):
        super().__init__(daemon=True)
        self.dump, self.into = dump, into
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            with self.into:
                for chunk in self.dump:
                    self.into.write(chunk)
        except BrokenPipeError:
            pass  # The program has stopped; its return code says whether that is a fault.
        except Exception as error:
            self.fault = error


def _counted_again(facts: Facts) -> str:
    """SQL that fails, before the commit, when a table has not as many rows as were counted."""
    checks = "".join(_of_one_table(table, int(count)) for table, count in facts.rows.items())
    return f"DO $$ DECLARE n bigint; BEGIN\n{checks}END $$;\n"


def _of_one_table(table: str, count: int) -> str:
    # The name comes from the file, as every other line of SQL that is carried out here.
    counted = f"SELECT count(*) INTO n FROM {table};"  # noqa: S608
    wrong = f"RAISE EXCEPTION '% rows, not {count}, in one of the tables', n;"
    return f"{counted} IF n <> {count} THEN {wrong} END IF;\n"


def _said(words) -> str:
    words.seek(0)
    return words.read().decode(errors="replace").strip()
