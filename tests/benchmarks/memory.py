"""How much memory the processes take after many requests and mails, beside what they began with."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from bookings.models import Clinic, Mail, MailState
from tests import patience
from tests.benchmarks import diary, load, mails, seed
from tests.benchmarks.programs import program
from tests.benchmarks.serving import serving
from tests.benchmarks.sizes import size
from tests.processes import none_may_die

REQUESTS = int(os.environ.get("REQUESTS", size(100_000, toy=40)))
MAILS = int(os.environ.get("MAILS", size(100_000, toy=40)))
CLIENTS = 4
PYTHON = sys.executable
WARMING_UP = 10  # a tenth: whatever is kept for good has been made by then
SECONDS_A_MAIL = 0.1  # at most
SLUG = "sports-massage-60"


def measure(folder: Path, today: date) -> list[tuple[str, str]]:
    print("Measuring memory …")
    seed.make_busy_clinic(
        therapists=size(8, toy=2),
        appointments=size(20_000, toy=200),
        last_day=today + timedelta(days=120),  # enough visits to write about
    )
    Clinic.objects.update(mail_paused_at=None)  # as restoring a backup leaves it
    return [*of_the_web(folder, today), *of_a_sender(folder), *of_a_worker(folder)]


def of_the_web(folder: Path, today: date) -> list[tuple[str, str]]:
    with serving(folder) as port:
        ask(port, today, REQUESTS // WARMING_UP)
        workers = sorted(pid for master in children(os.getpid()) for pid in children(master))
        before = [anonymous(pid) for pid in workers]
        ask(port, today, REQUESTS)
        after = [anonymous(pid) for pid in workers]
        what = f"memory of a web process, {REQUESTS:,} requests to all"
        return [(what, grown(*sizes)) for sizes in zip(before, after, strict=True)]


def ask(port: int, today: date, count: int) -> None:
    """Runners and the desk, whose pages ask for other days each time."""

    desks = [diary.signed_in(port) for _ in range(CLIENTS)]

    def work(number: int) -> Iterator[bool]:
        visitor, desk = load.Visitor(port), desks[number]
        for path in islice(cycle(paths_of(today, number)), count // CLIENTS):
            who = desk if path.startswith(("/desk/", "/diary/")) else visitor
            status, _, _ = who.ask(path)
            assert status == 200, (status, path)
            yield True

    load.together(CLIENTS, work)


def paths_of(today: date, number: int) -> list[str]:
    days = [today + timedelta(days=2 + (number * 7 + n) % 50) for n in range(50)]
    return [
        path
        for day in days
        for path in (
            "/",
            f"/book/{SLUG}/?day={day}",
            f"/api/openings?treatment={SLUG}&from={day}&days=7",
            "/plan/",
            f"/diary/{day}/feed/",
            "/desk/",
        )
    ]


def of_a_sender(folder: Path) -> list[tuple[str, str]]:
    loop = [PYTHON, "manage.py", "send_mail_loop", "--after", "0", "--every", "0.05"]
    return while_mailing(folder, {"a sender": loop})


def of_a_worker(folder: Path) -> list[tuple[str, str]]:
    """With all that it does beside mail, sixty times as often as in a clinic."""
    celery = [PYTHON, "-m", "celery", "--app", "tests.benchmarks.quick_clock"]
    alone = ["--pool", "solo", "--without-mingle", "--without-gossip"]
    clock = ["--schedule", str(folder / "beat-schedule"), "--pidfile="]
    quietly = ["--loglevel", "ERROR"]
    return while_mailing(
        folder,
        {
            "a Celery worker": [*celery, "worker", *alone, *quietly],
            "Celery’s clock": [*celery, "beat", *clock, *quietly],
        },
    )


def while_mailing(folder: Path, programs: dict[str, list[str]]) -> list[tuple[str, str]]:
    with ExitStack() as started:
        port, server = started.enter_context(mails.sink(folder))
        env = {**os.environ, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
        children = []
        for name, command in programs.items():
            log = folder / f"{name.replace(' ', '-')}.log"
            children.append(program(name, command, log=log, env=env))
            started.callback(children[-1].stop)
        started.enter_context(none_may_die([server, *children]))
        send(MAILS // WARMING_UP)
        before = [anonymous(child.process.pid) for child in children]
        send(MAILS)
        after = [anonymous(child.process.pid) for child in children]
    what = [f"memory of {name}, {MAILS:,} mails" for name in programs]
    return list(zip(what, map(grown, before, after), strict=True))


def send(count: int) -> None:
    mails.owe("due", count, datetime.now(UTC))
    until = time.monotonic() + SECONDS_A_MAIL * count + patience.seconds()
    while Mail.objects.filter(state=MailState.SCHEDULED).exists():
        assert time.monotonic() < until, "the sender sends nothing"
        time.sleep(0.5)


def children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in told for child in one.read_text().split()]


def anonymous(pid: int) -> float:
    """MB that are no file's."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [found] = [line.split()[1] for line in lines if line.startswith("RssAnon:")]
    return int(found) / 1024


def grown(before: float, after: float) -> str:
    return f"{before:.1f} MB → {after:.1f} MB, {(after / before - 1) * 100:+.1f} %"
