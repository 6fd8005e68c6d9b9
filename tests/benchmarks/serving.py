"""A web server of its own for what is measured over HTTP."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from clinic.demo.processes import Child, wait_until
from tests.benchmarks.programs import program
from tests.benchmarks.sizes import size
from tests.processes import none_may_die

PATIENCE = 120  # seconds; none is waited for once it is dead
WORKERS = str(size(2, toy=1))
AS_EVERYBODY = (
    "--workers", WORKERS, "--threads", "4", "--no-control-socket", "--keep-alive", "60",
)  # fmt: skip


@dataclass(frozen=True)
class Served:
    port: int
    server: Child

    def worked(self) -> float:
        """Seconds of a processor that all its workers have had so far."""
        first = self.server.process.pid
        workers = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        figures = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2] for pid in workers]
        ticks = sum(int(part) for one in figures for part in one.split()[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(folder: Path, app: str = "clinic.wsgi", **how: Any) -> Iterator[int]:
    """Its port."""
    with served(folder, app, **how) as one:
        yield one.port


@contextmanager
def served(
    folder: Path,
    app: str = "clinic.wsgi",
    *,
    python: str = sys.executable,
    env: dict[str, str] | None = None,
    more: tuple[str, ...] = (),
) -> Iterator[Served]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    connections.close_all()
    command = [python, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}", *AS_EVERYBODY, *more]
    with ExitStack() as started:
        environment = {**os.environ, **(env or {})}
        server = program("Web server", command, log=folder / "web.log", env=environment)
        started.callback(server.stop)
        started.enter_context(none_may_die([server]))
        assert wait_until(lambda: answers(port), seconds=PATIENCE, alive=server.is_running)
        yield Served(port, server)


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
