"""Copies of the tests' PostgreSQL: one follows it by streaming, one goes its own way."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from django.db import connection

from clinic.demo import servers
from clinic.demo.processes import Child, give_to_the_ordinary_user, ordinary_user
from tests import patience
from tests.servers import on_the_server

# Of what is committed without waiting for it, nothing reaches the disk by itself for ten seconds.
ONLY_WHO_WAITS_WRITES = ("fsync=off", "autovacuum=off", "wal_writer_delay=10s")


@dataclass(frozen=True)
class Replica:
    """`folder` is where its socket is."""

    folder: str
    child: Child

    def ask(self, sql: str) -> object:
        """The first value of the answer, as its superuser."""
        with contextlib.closing(
            psycopg2.connect(host=self.folder, user="postgres", dbname="postgres")
        ) as asked:
            asked.autocommit = True
            with asked.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]

    def stand_still(self) -> None:
        self.ask("SELECT pg_wal_replay_pause()")
        patience.wait_for(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def catch_up(self) -> None:
        with on_the_server() as asking:
            asking.execute("SELECT pg_current_wal_insert_lsn()")
            [written] = asking.fetchone()
        patience.wait_for(lambda: self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"))


@contextlib.contextmanager
def replica() -> Iterator[Replica]:
    """It is taken while the server runs; ended with all it holds."""
    with _copied("replica-", "--write-recovery-conf") as folder:
        child = _started(folder, "hot_standby=on", *servers.RELAXED)
        try:
            yield Replica(str(folder), child)
        finally:
            child.stop()


@dataclass
class Mortal:
    """A server that has what the tests' had, waits for its disk, and dies."""

    folder: Path
    child: Child

    def die(self) -> None:
        """At once: what it has in memory alone is lost."""
        self.child.process.send_signal(signal.SIGQUIT)
        self.child.process.wait()

    def rise(self) -> None:
        self.child = _started(self.folder, *ONLY_WHO_WAITS_WRITES)


@contextlib.contextmanager
def mortal() -> Iterator[Mortal]:
    with _copied("mortal-") as folder:
        server = Mortal(folder, _started(folder, *ONLY_WHO_WAITS_WRITES))
        try:
            yield server
        finally:
            server.die()


@contextlib.contextmanager
def _copied(prefix: str, *how: str) -> Iterator[Path]:
    primary = connection.settings_dict["HOST"]
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    give_to_the_ordinary_user(folder)
    subprocess.run(
        [_programs_of(primary) / "pg_basebackup", "-h", primary, "-U", "postgres",
         "-D", folder / "data", "--checkpoint=fast", "--no-sync", *how],
        check=True, cwd="/", capture_output=True, **ordinary_user(),
    )  # fmt: skip
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _started(folder: Path, *options: str) -> Child:
    programs = _programs_of(os.environ["DATABASE_URL"].partition("@")[2].rpartition("/")[0])
    options = ("listen_addresses=", "max_connections=200", *options)
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder]
    command += [f"-c{one}" for one in options]
    child = Child.start(
        "the copy", command, log=folder / "log", kindly=signal.SIGINT, as_ordinary_user=True
    )
    patience.wait_for(lambda: not child.is_running() or _takes_questions(programs, folder))
    assert child.is_running(), (folder / "log").read_text()
    return child


def _takes_questions(programs: Path, folder: Path) -> bool:
    asked: list[str | Path] = [programs / "pg_isready", "-q", "-h", folder, "-U", "postgres"]
    return subprocess.run(asked, check=False).returncode == 0


def _programs_of(primary: str) -> Path:
    """Those that run there, since both must be of one version."""
    pid = (Path(primary) / "data/postmaster.pid").read_text().partition("\n")[0]
    return Path(os.readlink(f"/proc/{pid}/exe")).parent
