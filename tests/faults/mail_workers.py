"""Processes that send mail, and misfortunes to befall them."""

import multiprocessing
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Self, cast

from django.db import connection
from django.db.models.functions import Now

from bookings.models import Mail, MailServer, MailState
from clinic.demo.processes import Child
from tests import patience
from tests.faults.keep_mail_workers import keep
from tests.processes import Forked, none_may_die

LEASE = patience.seconds()  # unless a test is about its end
ANSWER = patience.seconds() / 2


class Workers:
    """So many processes that send what is due at once, with leases of so many seconds.

    `patience`: seconds they wait for the mail server's answer. One that ends by itself ends
    whatever is waited for meanwhile. At the end they finish what they are at, so that whatever is
    counted afterwards counts all of it.
    """

    def __init__(self, count: int, *, lease: float = LEASE, patience: float = ANSWER):
        self.count = count
        self._wishes = count, lease, patience

    def __enter__(self) -> Self:
        log = Path(os.environ["STATE"]) / "mail-workers.log"
        orders, self._teller = multiprocessing.Pipe(duplex=False)
        self._keeper = Forked(keep, *self._wishes, orders, self._teller, log)
        orders.close()
        process = cast(subprocess.Popen, self._keeper)
        self._watched = none_may_die([Child("The keeper of mail workers", process, log)])
        self._watched.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._watched.__exit__(*error)
        self._teller.close()
        self._keeper.wait(timeout=patience.seconds())

    def kill(self, which: int) -> None:
        self._teller.send((signal.SIGKILL, which))

    def pause(self, which: int) -> None:
        self._teller.send((signal.SIGSTOP, which))

    def go_on(self, which: int) -> None:
        self._teller.send((signal.SIGCONT, which))


def url_of_the_tests_database() -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


def wait_until_none_is_left(mails) -> None:
    """What would wait for minutes is let go meanwhile, since nobody means to wait for those."""

    def none_is_left() -> bool:
        time_passes(mails)
        return not mails.exists()

    patience.wait_for(none_is_left, otherwise=states)


def time_passes(mails) -> None:
    """For those that wait to be tried again, and for a mail server that is left alone."""
    MailServer.objects.filter(rests_until__gt=Now()).update(rests_until=None)
    mails.filter(state=MailState.SCHEDULED, due_at__gt=Now()).update(due_at=Now())


def states() -> Counter:
    return Counter(Mail.objects.values_list("state", flat=True))
