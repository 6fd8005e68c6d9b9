"""What is over goes in batches: each by an index, no statement changing more rows than a batch."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    BrowserSession,
    Change,
    Client,
    Mail,
    MailKind,
    MailState,
    Operation,
    SignInEvent,
    Tally,
    sweeping,
)
from clinic import tasks
from clinic.records import retention
from tests import factories
from therapists.models import NoticeKind, StaffNotice

A_BATCH, MANY = 3, 7
LONG = timedelta(days=5 * 366)
CHANGES = re.compile(r"\s*(?:DELETE|UPDATE)")


@pytest.fixture
def in_threes(monkeypatch):
    monkeypatch.setattr(sweeping, "A_BATCH", A_BATCH)


@pytest.fixture
def over(clinic, visit, massage, kim, room):
    """Seven of each that is over, and what counts those that are left."""
    now, old = timezone.now(), timezone.now() - LONG
    ana = factories.make_client("Ana Demo", created_at=now)
    user = factories.make_user("ana@example.com")
    held: dict[str, Any] = {"treatment": massage, "therapist": kim, "room": room, "created_at": old}
    for number in range(MANY):
        at = old + timedelta(hours=2 * number)
        factories.make_appointment(starts_at=at, status=Status.EXPIRED, **held)
        came: dict[str, Any] = {"status": Status.COMPLETED, "held_from": "hash", "client": ana}
        booked = factories.make_appointment(starts_at=at, **held, **came)
        mail = {"key": str(number), "kind": MailKind.CONFIRMED, "state": MailState.MISSED}
        about = {"client": ana, "appointment": booked, "created_at": old, "note": "See you"}
        Mail.objects.create(due_at=old, not_after=old, **mail, **about)
        Tally.objects.create(key=str(number), count=1, until=old)
        SignInEvent.objects.create(at=old, kind="signed_in", user=user)
        BrowserSession.objects.create(session_key=str(number), expire_date=old)
        Change.objects.create(at=old, who="x", role="x", table="x", row=1, did=Operation.ADDED)
        notice = {"kind": NoticeKind.SICK, "created_at": old, "due_at": old, "told_at": old}
        StaffNotice.objects.create(user=user, key=str(number), **notice)
    rows = (
        Appointment.objects.filter(status=Status.EXPIRED),
        Appointment.objects.exclude(held_from=""),
        Mail.objects.exclude(note=""),
        Tally.objects.all(),
        SignInEvent.objects.all(),
        BrowserSession.objects.filter(expire_date__lt=now),
        Change.objects.filter(at__lt=now - LONG / 2),
        StaffNotice.objects.all(),
    )
    return lambda: [one.count() for one in rows]


def changed_by(work: Callable[[], object]) -> list[int]:
    """How many rows each statement has changed."""
    found: list[int] = []

    def note(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if CHANGES.match(sql):
            found.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(note):
        work()
    return found


def test_no_statement_takes_more_rows_than_a_batch_and_all_go_in_the_end(in_threes, over):
    assert over() == [MANY] * len(over())
    assert max(changed_by(tasks.keep_no_longer)) == A_BATCH
    assert over() == [0] * len(over())


def test_where_the_time_is_over_one_batch_of_each_goes_and_the_rest_another_time(
    in_threes, over, monkeypatch
):
    monkeypatch.setattr(tasks, "SECONDS_TO_SWEEP", 0)
    for left in (MANY - A_BATCH, MANY - 2 * A_BATCH, 0):
        tasks.keep_no_longer()
        assert over() == [left] * len(over())


def test_of_clients_who_have_long_gone_one_goes_where_the_time_is_over(clinic):
    for _ in range(2):
        factories.make_client()
    Client.objects.update(created_at=timezone.now() - 2 * LONG)
    done = retention.keep_no_longer(now=timezone.now(), until=time.monotonic())
    assert done["clients long gone"] == 1


@pytest.mark.parametrize(("what", "index"), [
    ("old holds", "holds_by_age"), ("what was held from where", "holds_by_age"),
    ("details of mails", "mails_with_details"), ("history", "changes_by_time"),
    ("notices", "therapists_staffnotice_pkey"),
])  # fmt: skip
def test_what_is_over_is_found_by_its_index(clinic, what, index):
    rows, _ = retention.swept(clinic, timezone.now())[what]
    assert f"using {index} " in plan_of(rows)


def test_who_has_long_gone_is_found_without_reading_every_client_or_visit(clinic):
    now = timezone.now()
    for rows in (retention._long_gone(clinic, now), retention._newcomers(clinic, now)):
        assert "Seq Scan on bookings_client " not in plan_of(rows)
        assert "Seq Scan on bookings_appointment" not in plan_of(rows)


def plan_of(rows) -> str:
    """As it is where the table is too large to be read."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    return rows.values("pk")[:10].explain()
