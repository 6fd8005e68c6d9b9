"""Starts the embedded servers before Django reads its settings; loaded with pytest's -p.

Each run has a folder and servers of its own, so that two runs never meet; and so has each of
the processes that share one run (pytest-xdist).
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path
from secrets import token_urlsafe

from cryptography.fernet import Fernet

from clinic.demo import servers as stack

OURS = "SERVERS_OF_THE_TEST_RUN"

_started = contextlib.ExitStack()
atexit.register(_started.close)


def _start() -> None:
    if OURS in os.environ:  # Those of the run that we are a part of; it needs them itself.
        for variable in os.environ.pop(OURS).split():
            del os.environ[variable]
    folder = _started.enter_context(tempfile.TemporaryDirectory(prefix="taper-", dir="/tmp"))
    os.chmod(folder, 0o711)
    servers = _started.enter_context(stack.running(Path(folder), durable=False))
    os.environ.update(servers.urls, STATE=folder, **{OURS: " ".join(servers.urls)})
    # Keys of a clinic's own, without which the programs that tests start refuse to.
    os.environ.update(SECRET_KEY=token_urlsafe(48), HEALTH_KEYS=Fernet.generate_key().decode())


_start()


def pytest_unconfigure() -> None:
    _started.close()
