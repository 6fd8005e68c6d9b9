"""Programs that a benchmark needs beside itself: started, or in small forked from it.

In small nothing is measured, and what a start costs is nearly all of it: a process forked from
one that has loaded the site runs the same program with the same arguments.
"""

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
from django.utils.functional import empty

from clinic.demo.processes import Child, die_with_parent
from tests.benchmarks.sizes import TOY
from tests.processes import Forked

OF_PYTHON = [sys.executable, "-m"]


def program(
    name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None
) -> Child:
    if TOY and command[0] == sys.executable:
        import_module(settings.ROOT_URLCONF)  # once, and not in each
        forked = Forked(_run, command, log, env or os.environ)
        return Child(name, cast(subprocess.Popen, forked), log)
    return Child.start(name, command, log=log, env=env)


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
