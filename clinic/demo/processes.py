"""Child processes that never outlive us, not even when we are killed."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
ORDINARY_USER = "nobody"
SECONDS_TO_STOP = 15


def die_with_parent(sign: int, parent: int | None = None) -> Callable[[], None] | None:
    """Run in the child before its program: the kernel sends it `sign` when its parent is gone.

    The parent is who asks, unless another is named; None where the kernel does no such thing.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = parent or os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, sign)
        if os.getppid() != parent:  # It went before we could ask.
            os.kill(os.getpid(), sign)

    return ask_the_kernel


def ordinary_user() -> dict:
    """What makes subprocess drop root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(ORDINARY_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def give_to_the_ordinary_user(folder: Path) -> None:
    if who := ordinary_user():
        os.chown(folder, who["user"], who["group"])


@dataclass
class Child:
    """A running program: its name for people, and the signal that stops it kindly."""

    name: str
    process: subprocess.Popen
    log: Path
    kindly: signal.Signals = signal.SIGTERM

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        kindly: signal.Signals = signal.SIGTERM,
        env: Mapping[str, str] | None = None,
        as_ordinary_user: bool = False,
    ) -> "Child":
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                preexec_fn=die_with_parent(kindly),
                process_group=0,  # The terminal's Ctrl-C is for the parent, who stops us in order.
                **(ordinary_user() if as_ordinary_user else {}),
            )
        return cls(name, process, log, kindly)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.send_signal(self.kindly)

    def stop(self) -> None:
        self.ask_to_stop()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)  # its own children too
            self.process.wait()


def stop_together(children: Sequence[Child]) -> None:
    """Asks all before waiting for any."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


def wait_until(ready: Callable[[], bool], *, seconds: float, alive: Callable[[], bool]) -> bool:
    """Whether `ready` came true in time, while what we wait for was alive."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        if not alive():
            return False
        time.sleep(0.02)
    return False
