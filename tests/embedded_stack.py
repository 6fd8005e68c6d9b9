"""Starts the embedded servers before Django reads its settings; loaded with pytest's -p.

Each run has servers of its own, so that two runs never meet.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

from clinic import stack

_started = contextlib.ExitStack()
atexit.register(_started.close)


def _start() -> None:
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    folder = _started.enter_context(tempfile.TemporaryDirectory(prefix="taper-", dir="/tmp"))  # noqa: S108
    os.chmod(folder, 0o711)  # noqa: S103 - PostgreSQL's own user must pass through it
    os.environ.update(_started.enter_context(stack.running(Path(folder), durable=False)))


_start()


def pytest_unconfigure() -> None:
    _started.close()
