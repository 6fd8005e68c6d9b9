"""Starts the embedded servers before Django reads its settings; loaded with pytest's -p.

Each run has a folder and servers of its own, so that two runs never meet.
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
    folder = _started.enter_context(tempfile.TemporaryDirectory(prefix="taper-", dir="/tmp"))
    os.chmod(folder, 0o711)
    servers = _started.enter_context(stack.running(Path(folder), durable=False))
    os.environ.update(servers.urls, STATE=folder)


_start()


def pytest_unconfigure() -> None:
    _started.close()
