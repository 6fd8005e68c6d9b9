"""Programs that a benchmark needs beside itself: started, or in small forked from it.

In small nothing is measured, and what a start costs is nearly all of it: a process forked from
one that has loaded the site runs the same program with the same arguments.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import connections
from django.utils.functional import empty

from clinic.demo.processes import Child, die_with_parent
from tests.benchmarks.sizes import TOY

OF_PYTHON = [sys.executable, "-m"]


def program(
    name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None
) -> Child:
    if TOY and command[0] == sys.executable:
        return Child(name, cast(subprocess.Popen, _Forked(command, log, env or os.environ)), log)
    return Child.start(name, command, log=log, env=env)


class _Forked:
    """As much of a Popen as a Child asks for."""

    def __init__(self, command: Sequence[str], log: Path, env: Mapping[str, str]) -> None:
        connections.close_all()
        import_module(settings.ROOT_URLCONF)  # once, and not in each
        fork = multiprocessing.get_context("fork")
        self._process = fork.Process(target=_run, args=(command, log, env))
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked program", timeout or 0)
        return self._process.exitcode

    def send_signal(self, sign: signal.Signals) -> None:
        os.kill(cast(int, self.pid), sign)


def _run(command: Sequence[str], log: Path, env: Mapping[str, str]) -> None:
    os.setpgid(0, 0)
    for sign in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_DFL)
    if ask_the_kernel := die_with_parent(signal.SIGTERM, os.getppid()):
        ask_the_kernel()
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    _read_settings_again(env)
    if list(command[:2]) == OF_PYTHON:
        sys.argv = list(command[2:])
        runpy.run_module(command[2], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(command[1:])
        runpy.run_path(command[1], run_name="__main__")


def _read_settings_again(env: Mapping[str, str]) -> None:
    """Of which some come from the environment."""
    os.environ.clear()
    os.environ.update(env)
    for name in ("clinic.settings", settings.SETTINGS_MODULE):
        sys.modules.pop(name, None)
    settings._wrapped = empty
