"""Lists share the workers with the mail: one at a time, and none for long."""

import pytest
from django.db import connection
from django.utils import timezone

from bookings import tasks
from bookings.actions.one_worker import Work
from bookings.actions.records import checking, importing, jobs, undoing
from bookings.models import Client, ClientImport
from tests.actions.records.test_importing import PATIENTS, patient
from tests.importing import checked, imported, outcomes, read, settled
from tests.lists import as_csv

ROWS = as_csv(PATIENTS, [patient(n, email=f"c{n}@example.com") for n in range(7)])


@pytest.fixture
def rung(monkeypatch):
    bells: list[str] = []
    monkeypatch.setattr(tasks, "ring", bells.append, raising=False)
    return bells


@pytest.fixture
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 3)
    monkeypatch.setattr(undoing, "AT_ONCE", 3, raising=False)
    return lambda: monkeypatch.setattr(jobs, "AT_WORK_FOR", 0, raising=False)


def test_a_list_that_takes_long_goes_behind_what_waits_and_is_then_gone_on_with(
    clinic, rung, in_a_hurry
):
    batch = checked(ROWS)
    in_a_hurry()
    importing.start(batch, now=timezone.now())
    for done in (3, 6, 7):
        tasks.go_on_with_imports()
        assert Client.objects.count() == done
    tasks.go_on_with_imports()
    batch.refresh_from_db()
    assert batch.state == "done"
    assert rung == ["bookings.tasks.go_on_with_imports"] * 3


@pytest.mark.parametrize("worker", ["one that goes on", "another each time"])
def test_a_check_that_takes_long_goes_behind_what_waits_as_well_whichever_worker_goes_on(
    clinic, rung, in_a_hurry, monkeypatch, worker
):
    monkeypatch.setattr(checking, "CHUNK", 3)
    of_both: list[dict] = [{}, {}]
    batch = settled(read(ROWS))
    checking.check(batch, now=timezone.now())
    in_a_hurry()
    turns = 0
    while ClientImport.objects.get(pk=batch.pk).state == "checking":
        if worker == "another each time":
            monkeypatch.setattr(checking, "begun", of_both[turns % 2])
        tasks.go_on_with_imports()
        turns += 1
        assert turns < 10
    assert rung == ["bookings.tasks.go_on_with_imports"] * (turns - 1)
    assert turns == (4 if worker == "one that goes on" else 7)
    assert outcomes(batch) == {"new": 7}
    for kept in of_both:
        monkeypatch.setattr(checking, "begun", kept)
        tasks.go_on_with_imports()  # as each minute
        assert kept == {}


def test_while_one_worker_is_at_a_list_no_other_is_at_any(clinic, rung):
    batch = imported(ROWS)
    undoing.undo(batch, now=timezone.now())
    another = connection.copy()
    try:
        with another.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [Work.LISTS.value])
        tasks.go_on_with_imports()
        assert Client.objects.count() == 7
    finally:
        with another.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        another.close()
    tasks.go_on_with_imports()
    assert not Client.objects.exists()
    assert rung == []
