"""A real worker, a real beat and the fallback loop, with a broker of their own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from clinic.demo import servers
from clinic.demo.processes import Child
from tests.faults.mail_workers import url_of_the_tests_database
from tests.processes import none_may_die

PYTHON = (sys.executable, "-m")
CELERY = (*PYTHON, "celery", "--app", "tests.faults.quick_celery")
QUIETLY = ("--loglevel", "ERROR")


class Background:
    """Starts and stops what works in the background, piece by piece."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._running: list[Child] = []
        self.watched: list[Child] = []
        self.start_broker()

    def start_broker(self) -> None:
        self._broker = servers._valkey(self._folder)
        self._url, self._valkey = self._broker.__enter__()

    def stop_broker(self) -> None:
        self._broker.__exit__(None, None, None)

    def worker(self) -> Child:
        options = ("--concurrency", "1", "--without-mingle", "--without-gossip")
        return self._start("worker", *CELERY, "worker", *options, *QUIETLY)

    def may_end(self, worker: Child) -> None:
        """Of its broker's end a worker may die: kombu then puts back what was not done yet over a
        connection that is gone ("Unrecoverable error: AttributeError", in restore_unacked).
        """
        self.watched.remove(worker)

    def again(self, worker: Child) -> Child:
        """One that runs, as whatever watches over a clinic's programs starts them anew."""
        return worker if worker.is_running() else self.worker()

    def beat(self, number: int = 1) -> Child:
        schedule = self._folder / f"schedule-{number}"
        return self._start(
            f"beat-{number}", *CELERY, "beat", "--schedule", schedule, "--pidfile=", *QUIETLY
        )

    def loop(self, *, after: float) -> Child:
        options = ("--after", str(after), "--every", "0.2")
        return self._start("loop", sys.executable, "manage.py", "send_mail_loop", *options)

    def kill(self, child: Child) -> None:
        self.watched.remove(child)
        child.process.kill()
        child.process.wait()

    def stop(self) -> None:
        for child in self._running:
            child.process.kill()
            child.process.wait()
        if self._valkey.is_running():
            self.stop_broker()

    @property
    def broker_url(self) -> str:
        return self._url

    def _start(self, name: str, *command) -> Child:
        env = {
            **os.environ,
            "DATABASE_URL": url_of_the_tests_database(),
            "REDIS_URL": self._url,
            "EMAIL_HOST": settings.EMAIL_HOST,
            "EMAIL_PORT": str(settings.EMAIL_PORT),
        }
        child = Child.start(name, command, log=self._folder / f"{name}.log", env=env)
        self._running.append(child)
        self.watched.append(child)
        return child


@contextmanager
def background(folder: Path) -> Iterator[Background]:
    started = Background(folder)
    try:
        with none_may_die(started.watched):
            yield started
    finally:
        started.stop()
