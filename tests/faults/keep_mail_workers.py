"""Keeps so many processes sending mail, whatever happens to them.

A program: each line on its standard input is a signal's name and the number of the worker that
gets it. When its input ends, each worker finishes what it is at, and then it ends too.
"""

import os
import select
import signal
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import reverse  # noqa: E402

from bookings.models.mail import mails  # noqa: E402


class PlanStore:
    def __init__(self, count: int):
        self._pids = [_a_worker() for _ in range(count)]

    def run(self) -> None:
        while True:
            self._replace_the_dead()
            if select.select([sys.stdin], [], [], 0.01)[0]:
                orders = os.read(sys.stdin.fileno(), 10_000).decode()
                if not orders:
                    return self._finish()
                for order in orders.splitlines():
                    name, which = order.split()
                    os.kill(self._pids[int(which)], signal.Signals[name])

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
        call_command("send_mail_loop", after=0, every=0.02)
        os._exit(0)
    return pid


if __name__ == "__main__":
    mails.LEASE = timedelta(seconds=float(sys.argv[2]))
    settings.EMAIL_TIMEOUT = float(sys.argv[3])
    reverse("account_login")  # reads every page's code, or each worker would by itself
    PlanStore(int(sys.argv[1])).run()
