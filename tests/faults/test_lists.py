"""Lists of clients with real workers: two at once, and one that is killed in the middle."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bookings.actions.records import checking, importing, jobs
from bookings.models import Client, ClientImport, KnownAs
from tests import patience
from tests.faults.mail_workers import url_of_the_tests_database
from tests.importing import read, settled, worked
from tests.lists import as_csv

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = [[f"k{n}", f"Client {n}x", f"c{n}@example.com"] for n in range(1500)]
LIST = as_csv(["Client id", "Name", "Email"], ROWS)
GO_ON = "from django.utils import timezone as t; from bookings.actions.records import jobs as j; "


def running(text: str) -> ClientImport:
    batch = settled(read(text))
    checking.check(batch, now=timezone.now())
    worked()
    importing.start(batch, now=timezone.now())
    return batch


def in_a_thread() -> None:
    try:
        jobs.go_on_with_all(now=timezone.now())
    finally:
        connection.close()


def state_of(batch: ClientImport) -> str:
    return ClientImport.objects.values_list("state", flat=True).get(pk=batch.pk)


def is_done_by_now(batch: ClientImport) -> bool:
    worked()
    return state_of(batch) == "done"


def test_two_lists_of_the_same_people_at_once_make_each_of_them_once(clinic):
    lists = [running(as_csv(["Client id", "Name", "Email"], ROWS[:400])) for _ in range(2)]
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(in_a_thread) for _ in range(3)]:
            done.result(patience.seconds())
    worked()
    assert [state_of(one) for one in lists] == ["done", "done"]
    assert Client.objects.count() == KnownAs.objects.count() == 400
    made = [one.rows.filter(made_client=True).count() for one in lists]
    assert sum(made) == 400
    assert all(one.rows.exclude(outcome__in=["new", "same"]).count() == 0 for one in lists)


def test_a_worker_that_is_killed_leaves_whole_rows_and_another_goes_on(clinic):
    batch = running(LIST)
    child = subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v",
            "0",
            "-c",
            f"{GO_ON}j.go_on_with_all(now=t.now())",
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url_of_the_tests_database()},
    )
    patience.wait_for(Client.objects.exists)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert state_of(batch) == "running"
    whole = batch.rows.filter(settled=True)
    patience.wait_for(lambda: Client.objects.count() == whole.count())
    assert 0 < whole.count() < len(ROWS)
    assert not batch.rows.filter(settled=False, client__isnull=False).exists()
    # Nobody goes on before PostgreSQL has seen that the one before is dead.
    patience.wait_for(lambda: is_done_by_now(batch))
    assert Client.objects.count() == KnownAs.objects.count() == len(ROWS)
