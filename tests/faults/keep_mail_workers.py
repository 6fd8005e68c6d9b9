"""Keeps so many processes sending mail, whatever happens to them.

Each order is a signal's name and the number of the worker that gets it. When there can come no
more, each worker finishes what it is at, and then this ends too.
"""

import os
import signal
import sys
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from bookings.models.mail import mails


class Keeper:
    def __init__(self, count: int, orders: Connection):
        self._orders = orders
        self._pids = [_a_worker() for _ in range(count)]

    def run(self) -> None:
        while True:
            self._replace_the_dead()
            if self._orders.poll(0.01):
                try:
                    sign, which = self._orders.recv()
                except EOFError:
                    return self._finish()
                os.kill(self._pids[which], sign)

    def _finish(self) -> None:
        for pid in self._pids:
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGCONT)
        for pid in self._pids:
            os.waitpid(pid, 0)

    def _replace_the_dead(self) -> None:
        for number, pid in enumerate(self._pids):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended and os.WIFEXITED(status):  # Nobody killed it: it has said why.
                self._end_all_but(number)
            if ended:
                self._pids[number] = _a_worker()

    def _end_all_but(self, number: int) -> None:
        for pid in self._pids[:number] + self._pids[number + 1 :]:
            os.kill(pid, signal.SIGKILL)
        sys.exit("A worker ended by itself.")


def _a_worker() -> int:
    pid = os.fork()
    if pid == 0:
        call_command("send_mail_loop", after=0, every=0.05)
        os._exit(0)
    return pid


def keep(
    count: int, lease: float, answer: float, orders: Connection, teller: Connection, log: Path
) -> None:
    """`teller` is the other end, which would keep it open here."""
    teller.close()
    os.setsid()
    sys.stderr = log.open("w", buffering=1)
    os.dup2(sys.stderr.fileno(), 2)
    mails.LEASE = timedelta(seconds=lease)
    settings.EMAIL_TIMEOUT = answer
    reverse("account_login")  # reads every page's code, or each worker would by itself
    Keeper(count, orders).run()
