"""Mails a second by one, two and four senders, and what a claim costs while a million wait."""

import os
import smtplib
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bookings.actions.mail import sending as sending_actions
from bookings.mail.compose import compose
from bookings.mail.contents import SUBJECTS, look_up
from bookings.mail.messages.parts import as_sent
from bookings.models import Clinic, Mail, MailKind, MailState
from bookings.models.mail.mails import CLAIM, LEASE
from clinic.demo.processes import Child, stop_together, wait_until
from tests.benchmarks import load, seed
from tests.benchmarks.programs import program
from tests.benchmarks.serving import PATIENCE, answers
from tests.benchmarks.sizes import TOY, size
from tests.processes import none_may_die

ROUNDS, OF_A_ROUND = size(5, toy=1), size(1_000, toy=20)
DUE = int(os.environ.get("DUE", size(10_000, toy=20)))
WAITING, CLAIMS = size(1_000_000, toy=1_000), size(300, toy=10)
SENDERS, CLIENTS = ((2,), (2,)) if TOY else ((1, 2, 4), (1, 4))
MAIL = {
    "key": "%(name)s || number",
    "kind": "'confirmed'",
    "client_id": "client_id",
    "appointment_id": "id",
    "created_at": "now()",
    "due_at": "%(due)s",
    "not_after": "now() + interval '2 years'",
    "state": "'scheduled'",
}
OF_VISITS_TO_COME = """
  FROM (SELECT *, row_number() OVER () AS number
          FROM bookings_appointment, generate_series(1, %(times)s)
         WHERE status = 'booked' AND starts_at > now() LIMIT %(count)s) AS booked
"""


def sending(folder: Path, today: date) -> list[tuple[str, str]]:
    print("Measuring mails …")
    visits_to_write_about(today)
    lines = []
    with sink(folder) as (port, server):
        for senders in SENDERS:
            speed = sent(folder, port, server, senders)
            lines.append((f"{DUE:,} due mails, {senders} senders", speed))
        lines += beside_the_floors(port)
        for clients in CLIENTS:
            work = partial(straight_to, port, DUE // 4 // clients)
            limit = f"{rate(*load.together(clients, work))} per second"
            lines.append((f"the sink's own limit, {clients} clients", limit))
    return lines


def visits_to_write_about(today: date) -> None:
    seed.make_busy_clinic(
        therapists=size(30, toy=2),
        appointments=size(40_000, toy=200),
        last_day=today + timedelta(days=100),
    )


def beside_the_floors(port: int) -> list[tuple[str, str]]:
    """One sender, what the sink takes, and rendering, in turns, so that all meet the same machine.

    Each in a process of its own that has started up before; the ratios are medians of the rounds.
    """
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    rounds = [one_round(port) for _ in range(ROUNDS)]
    sender, taken, rendered = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    limit = statistics.median(ours / sinks for ours, sinks, _ in rounds)
    of_rendering = statistics.median(ours / alone for ours, _, alone in rounds)
    return [
        ("one sender, alone with the sink", f"{sender:.0f} per second"),
        ("beside the sink's own limit", f"{taken:.0f} per second; x{limit:.2f}"),
        ("beside rendering, without database and SMTP", f"{rendered:.0f} per second; "
         f"x{of_rendering:.2f}"),
    ]  # fmt: skip


def one_round(port: int) -> tuple[float, float, float]:
    owe("due", OF_A_ROUND, datetime.now(UTC))
    return (
        speed_of(*load.together(1, drained)),
        speed_of(*load.together(1, partial(straight_to, port, OF_A_ROUND))),
        speed_of(*load.together(1, rendered, prepare=ready_to_write)),
    )


def speed_of(answers: Counter, taken: float) -> float:
    assert answers == {True: OF_A_ROUND}, answers
    return OF_A_ROUND / taken


def drained(_number: int) -> Iterator[bool]:
    yield from [True] * sending_actions.send_due(now=timezone.now(), seconds=PATIENCE)


def ready_to_write(_number: int) -> tuple[Clinic, list[Mail]]:
    """Some mails, with all that is asked of the database for them."""
    some = list(Mail.objects.raw("SELECT *, now() AS claimed_at FROM bookings_mail LIMIT 20"))
    look_up(some)
    assert not any(SUBJECTS[mail.kind].why_not(mail) for mail in some)
    return Clinic.objects.the(), some


def rendered(prepared: tuple[Clinic, list[Mail]]) -> Iterator[bool]:
    clinic, some = prepared
    with connection.execute_wrapper(refused):
        for mail in islice(cycle(some), OF_A_ROUND):
            yield bool(as_sent(compose(mail, clinic, now=timezone.now())))


def refused(*_: Any) -> None:
    raise AssertionError("Rendering asks the database.")


@contextmanager
def sink(folder: Path) -> Iterator[tuple[int, Child]]:
    """Its port, and itself."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.sink", str(port)]
    server = program("Mail sink", command, log=folder / "sink.log")
    try:
        with none_may_die([server]):
            assert wait_until(lambda: answers(port), seconds=PATIENCE, alive=server.is_running)
        yield port, server
    finally:
        server.stop()


def owe(name: str, count: int, due: datetime) -> None:
    if name == "due":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bookings_mail")
    times = 1 + count // size(5_000, toy=20)
    owed = seed.insert(Mail, MAIL, OF_VISITS_TO_COME, name=name, count=count, due=due, times=times)
    assert owed == count, owed


def sent(folder: Path, port: int, server: Child, senders: int) -> str:
    owe("due", DUE, datetime.now(UTC))
    env = {**os.environ, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
    command = [sys.executable, "manage.py", "send_mail_loop", "--after", "0", "--every", "0.05"]
    began = time.perf_counter()
    loops = [
        program(f"sender {n}", command, log=folder / f"sender-{n}.log", env=env)
        for n in range(senders)
    ]
    first = None
    try:
        with none_may_die([server, *loops]):
            while (left := Mail.objects.filter(state=MailState.SCHEDULED).count()) > 0:
                if first is None and left < DUE:
                    first, began = DUE - left, time.perf_counter()  # They have started up by now.
                time.sleep(0.1)
        taken = time.perf_counter() - began
    finally:
        stop_together(loops)
    return f"{(DUE - (first or 0)) / taken:.0f} per second"


def straight_to(port: int, count: int, _number: int) -> Iterator[bool]:
    message = EmailMessage()
    message["Subject"], message["From"] = "Your appointment", "clinic@example.com"
    message["To"] = "ana@example.com"
    message.set_content("x" * 8_000)
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.send_message(message)
            yield True


def rate(answers, taken: float) -> int:
    return round(answers[True] / taken)


def claims(_folder: Path, today: date) -> list[tuple[str, str]]:
    """Before and after a million are owed for later: what waits should cost nothing."""
    print("Measuring claims …")
    visits_to_write_about(today)
    lines = []
    for waiting in (0, WAITING):
        owe("due", CLAIMS, datetime.now(UTC))
        if waiting:
            owe("later", waiting, datetime.now(UTC) + timedelta(days=30))
        plan = "index scan" if by_index() else "a full scan"
        lines.append((f"a claim while {waiting:,} mails wait", f"{time_of_claims()}; {plan}"))
    return lines


def time_of_claims() -> str:
    taken = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        assert Mail.objects.claim()
        taken.append((time.perf_counter() - began) * 1000)
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    return f"p50 {p50:.2f} ms, p95 {p95:.2f} ms"


def by_index() -> bool:
    """Whether the claim itself finds the due ones by their index."""
    with connection.cursor() as cursor:
        given: list[Any] = [MailKind.values, 1, LEASE]
        cursor.execute(f"EXPLAIN {CLAIM}", given)
        plan = str(cursor.fetchall())
        return "Index Scan using mails_due" in plan and "Seq Scan on bookings_mail " not in plan
