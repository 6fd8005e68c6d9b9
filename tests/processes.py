"""Pieces of work in processes of their own; one that dies ends the wait, and says of what."""

import multiprocessing
import os
import signal
import subprocess
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, cast

from django.db import connections

from clinic.demo.processes import Child
from clinic.operations.call_stack import with_room

LAST_WORDS = 3_000  # characters of a log


class Died(Exception):
    """A process that others waited for ended with an error; its own words are the message."""


@dataclass(frozen=True)
class Share:
    """What one process answered, and when it was at work (time.perf_counter's seconds)."""

    answers: list
    began: float
    ended: float


def at_once(
    how_many: int,
    work: Callable[..., Iterable],
    *,
    prepare: Callable[[int], object] = int,
    patience: float = 3_600,
) -> list[Share]:
    """Each of `how_many` processes prepares by its number; then all begin `work(prepared)`.

    Raises Died as soon as one of them has, and stops the others; so it does with all of them
    after `patience` seconds.
    """
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(how_many)

    def run(number: int, told: Connection) -> None:
        try:
            prepared = prepare(number)
            ready.wait()
            began = time.perf_counter()
            answers = with_room(lambda: list(work(prepared)))  # as a web server's threads have it
            told.send(Share(answers, began, time.perf_counter()))
        except Exception:
            told.send(traceback.format_exc())
        connections.close_all()

    running = []
    for number in range(how_many):
        hears, told = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(number, told), daemon=True)
        process.start()
        told.close()  # The next one would keep it open, and the end of this one go unheard.
        running.append((hears, process))
    try:
        return _answers([hears for hears, _ in running], time.monotonic() + patience)
    finally:
        for hears, process in running:
            hears.close()
            process.terminate()
            process.join()


def _answers(waiting: list[Connection], until: float) -> list[Share]:
    found: list[Share] = []
    while waiting:
        ready = cast(list[Connection], wait(waiting, timeout=max(0, until - time.monotonic())))
        if not ready:
            raise Died(f"{len(waiting)} processes had not ended in time")
        for one in ready:
            waiting.remove(one)
            found.append(_answer(one))
    return found


def _answer(hears: Connection) -> Share:
    try:
        told = hears.recv()
    except EOFError:
        raise Died("a process was killed before it could answer") from None
    if isinstance(told, Share):
        return told
    raise Died(told)


class Forked:
    """A function in a process forked from ours, which has loaded the site: as much of a Popen as a
    Child asks for. It sees to its own output."""

    def __init__(self, work: Callable[..., object], *args: Any) -> None:
        connections.close_all()
        self._process = multiprocessing.get_context("fork").Process(target=work, args=args)
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


@contextmanager
def none_may_die(children: Sequence[Child]) -> Iterator[None]:
    """Whatever is waited for inside, Died ends it as soon as one of these programs has ended.

    Those that are taken off the list meanwhile may. For the main thread, which gets the signal.
    """
    before = signal.signal(signal.SIGCHLD, lambda *_: _check_they_live(children))
    try:
        _check_they_live(children)
        yield
    finally:
        signal.signal(signal.SIGCHLD, before)


def _check_they_live(children: Sequence[Child]) -> None:
    for child in children:
        if not child.is_running():
            raise Died(f"{child.name} ended with {child.process.returncode}:\n{_end_of(child.log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-LAST_WORDS:]
