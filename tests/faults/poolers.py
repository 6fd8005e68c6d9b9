"""PgBouncer in front of the tests' PostgreSQL: each transaction may have another session."""

import contextlib
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from clinic.demo.processes import Child, give_to_the_ordinary_user
from clinic.demo.servers import ROLE
from tests import patience

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
PORT = 6432
SESSIONS = 3  # of the database, however many there are on this side
SETTINGS = """
[databases]
* = host={server}
[pgbouncer]
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 500
"""


@contextlib.contextmanager
def pooler(server: str) -> Iterator[str]:
    """The folder in which its socket is, with PORT; `server` is the one of PostgreSQL's."""
    folder = Path(tempfile.mkdtemp(prefix="pooler-", dir="/tmp"))
    places = {"server": server, "folder": folder, "port": PORT, "sessions": SESSIONS}
    (folder / "settings").write_text(SETTINGS.format(**places))
    (folder / "users").write_text(f'"{ROLE}" ""\n')
    for path in (folder, folder / "settings", folder / "users"):
        give_to_the_ordinary_user(path)
    command: list[str | Path] = [str(PROGRAM), folder / "settings"]
    child = Child.start("PgBouncer", command, log=folder / "log", as_ordinary_user=True)
    try:
        patience.wait_for(lambda: _answers(folder) or not child.is_running())
        assert child.is_running(), (folder / "log").read_text()
        yield str(folder)
    finally:
        child.stop()
        shutil.rmtree(folder)


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(folder / f".s.PGSQL.{PORT}")) == 0
