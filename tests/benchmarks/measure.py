"""Openings and bookings, measured beside their floors; run by `python -m tests.benchmarks`."""

import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()

from bookings.models import Appointment, Clinic  # noqa: E402 - models need Django set up
from bookings.queries.scheduling.diary import diary_facts  # noqa: E402
from tests.benchmarks import (  # noqa: E402
    backups,
    beside,
    clients,
    full_day,
    load,
    mails,
    memory,
    pages,
    peers,
    reports,
    seed,
    waiting,
    writers,
)
from tests.benchmarks import diary as diary_of  # noqa: E402
from tests.benchmarks.serving import serving  # noqa: E402
from tests.benchmarks.sizes import TOY, size  # noqa: E402
from tests.benchmarks.spreading import spread  # noqa: E402

RESULTS = Path(__file__).parent / "RESULTS.md"
REQUESTS, WARMING_UP, ROUNDS = size(200, toy=5), size(10, toy=1), size(50, toy=2)
CLIENTS, STORMERS = size(8, toy=2), size(16, toy=2)
BOOKINGS_OF_EACH = size(25, toy=3)
ATTEMPTS = int(os.environ.get("ATTEMPTS", size(10_000, toy=20)))
OPENINGS = size(100, toy=8)
CLINICS = ((3, 5, 300),) if TOY else ((50, 14, 200_000), (8, 31, 50_000))
SLUG = "sports-massage-60"


def measure(folder: Path) -> list[tuple[str, str]]:
    """All of it, or only the part that ONLY names."""
    parts = {
        "openings": openings,
        "bookings": bookings,
        "days": full_day.measure,
        "mails": mails.sending,
        "claims": mails.claims,
        "clients": clients.measure,
        "waiting": waiting.measure,
        "diary": day_feed,
        "pages": pages.measure,
        "calls": calls,
        "backups": backups.measure,
        "reports": reports.measure,
        "beside": beside.measure,
        "memory": memory.measure,
        "peers": peers.measure,
    }
    slow = ("peers", "reports", "beside", "memory")  # which at full size take their time
    usual = [part for part in parts if part not in slow or TOY]
    chosen = os.environ.get("ONLY", " ".join(usual)).split()
    today = datetime.now(UTC).date()
    lines: list[tuple[str, str]] = []
    for part in chosen:
        seed.empty_the_clinic()
        lines += parts[part](folder, today)
    return lines


def openings(folder: Path, today: date) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for therapists, days, appointments in CLINICS:
        seed.empty_the_clinic()
        treatment = seed.make_busy_clinic(
            therapists=therapists,
            appointments=appointments,
            last_day=today + timedelta(days=60),
        )
        what = f"openings, {therapists} therapists x {days} days, {appointments:,} stored"
        print(f"Measuring {what} …")
        with serving(folder) as port:
            lines += openings_over_http(port, today, days, what)
            lines.append(desks_first_page(port))
        lines.append((f"{what}: the core alone", core_alone(treatment, today, days)))
    return lines


def openings_over_http(port: int, today: date, days: int, what: str) -> list:
    first = [today + timedelta(days=2 + n % 20) for n in range(REQUESTS)]
    paths = [f"/api/openings?treatment={SLUG}&from={day}&days={days}" for day in first]
    load.latencies(port, [paths[0], "/one-query"] * WARMING_UP)
    data, floor = load.latencies(port, paths), load.latencies(port, ["/one-query"] * REQUESTS)
    ratio = statistics.median(data) / statistics.median(floor)
    return [
        (f"{what}: over HTTP", f"{spread(data)}"),
        ("floor: a view with one indexed SELECT, over HTTP", f"{spread(floor)}; x{ratio:.1f}"),
    ]


def desks_first_page(port: int) -> tuple[str, str]:
    """It asks of every visit to come whether it could still stand where it does."""
    to_come = Appointment.objects.filter(status="booked", starts_at__gt=timezone.now()).count()
    desk = diary_of.signed_in(port)
    load.latencies(port, ["/desk/"], desk)
    taken = load.latencies(port, ["/desk/"] * ROUNDS, desk)
    return f"the desk's first page, {to_come:,} visits to come: over HTTP", spread(taken)


def calls(folder: Path, today: date) -> list[tuple[str, str]]:
    print("Measuring a call at a full clinic …")
    path = diary_of.make_full_clinic(today)
    what = f"“thu 17:45”, {diary_of.CALLED} therapists, full for {diary_of.FULL_DAYS} days"
    as_typed = {"HX-Request": "true", "HX-Target": "times"}
    asked = {f"{what}: the list as it is typed": as_typed, f"{what}: the page": {}}
    lines = []
    with serving(folder) as port:
        for name, headers in asked.items():
            desk = diary_of.signed_in(port)
            desk.headers = headers
            load.latencies(port, [path] * WARMING_UP, desk)
            taken = load.latencies(port, [path] * ROUNDS, desk)
            worked = spread(diary_of.worked_for(path, ROUNDS, headers))
            lines.append((f"{name}, over HTTP", f"{spread(taken)}; user time {worked}"))
    return lines


def day_feed(folder: Path, today: date) -> list[tuple[str, str]]:
    print("Measuring the desk's day …")
    path = f"/diary/{diary_of.make_full_day(today)}/feed/"
    queries = diary_of.queries_of(path)
    with serving(folder) as port:
        desk = diary_of.signed_in(port)
        load.latencies(port, [path] * WARMING_UP, desk)
        taken = load.latencies(port, [path] * REQUESTS, desk)
        floor = load.latencies(port, ["/one-query"] * REQUESTS)
    what = (
        f"a day of the diary, {diary_of.THERAPISTS} therapists, {diary_of.OF_THE_DAY}"
        f" appointments, {diary_of.STORED:,} stored: over HTTP"
    )
    ratio = statistics.median(taken) / statistics.median(floor)
    worked = spread(diary_of.worked_for(path, ROUNDS, {}))
    return [
        (what, f"{spread(taken)}; user time {worked}; {queries} queries with signing in"),
        ("floor: a view with one indexed SELECT, over HTTP", f"{spread(floor)}; x{ratio:.1f}"),
    ]


def core_alone(treatment, today: date, days: int) -> str:
    facts = diary_facts(
        Clinic.objects.the(), first=today, days=days, treatments=[treatment], now=datetime.now(UTC)
    )
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        facts.starts(treatment)
        taken.append((time.perf_counter() - began) * 1000)
    return spread(taken)


def bookings(folder: Path, today: date) -> list[tuple[str, str]]:
    treatment = seed.make_busy_clinic(
        therapists=CLIENTS, appointments=size(20_000, toy=200), last_day=today
    )
    starts = free_starts(today, days=size(60, toy=4), hours=range(8, 19, 2), each=2)
    first = CLIENTS * BOOKINGS_OF_EACH
    print("Measuring bookings …")
    with serving(folder) as port:
        over_http = bookings_per_second_over_http(port, starts[:first])
        beside_the_floor = writers.measure(treatment, starts[first:])
        stormed = storm(port, today)
    return [
        (f"bookings over HTTP (hold, confirm), {CLIENTS} clients", over_http),
        *beside_the_floor,
        (
            f"{ATTEMPTS:,} attempts on {OPENINGS} openings over HTTP, {STORMERS} processes",
            stormed,
        ),
    ]


def bookings_per_second_over_http(port: int, starts: list[datetime]) -> str:
    def prepare(number: int) -> list:
        own = [start.isoformat() for start in starts[number::CLIENTS]]
        return [(load.on_the_picker(port, SLUG, start), start) for start in own]

    def work(prepared: list) -> Iterator[bool]:
        return (load.hold_and_confirm(visitor, SLUG, start) for visitor, start in prepared)

    return per_second(*load.together(CLIENTS, work, prepare=prepare))


def storm(port: int, today: date) -> str:
    """How many were booked, refused kindly, and anything else."""
    seed.empty_the_clinic()
    seed.make_busy_clinic(therapists=1, appointments=1, last_day=today)
    starts = free_starts(today, days=22, hours=range(9, 18, 2), each=1)[:OPENINGS]
    print("Measuring a storm of attempts …")

    def prepare(number: int) -> tuple:
        chance = Random(number)
        wanted = [chance.choice(starts).isoformat() for _ in range(ATTEMPTS // STORMERS)]
        return load.on_the_picker(port, SLUG, wanted[0]), wanted

    def work(prepared: tuple) -> Iterator[int]:
        visitor, wanted = prepared
        return (load.confirm(visitor, SLUG, start) for start in wanted)

    answers, taken = load.together(STORMERS, work, prepare=prepare)
    booked = Appointment.objects.filter(booking_key__isnull=False).count()
    return (
        f"answers {dict(sorted(answers.items()))} in {taken:.0f} s; {booked} booked; "
        f"{overlaps()} overlaps"
    )


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b"
            " ON a.id < b.id AND a.therapist_id = b.therapist_id"
            " AND a.starts_at < b.blocked_until AND b.starts_at < a.blocked_until"
            " WHERE a.status NOT IN ('cancelled', 'expired')"
            " AND b.status NOT IN ('cancelled', 'expired')"
        )
        return cursor.fetchone()[0]


def free_starts(today: date, *, days: int, hours: range, each: int) -> list[datetime]:
    """Starts two hours apart, so that one therapist's visits never meet; each `each` times."""
    first = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return [
        first + timedelta(days=day, hours=hour)
        for day in range(2, days)
        for hour in hours
        for _ in range(each)
    ]


def per_second(answers: Counter, taken: float) -> str:
    """Only what succeeded counts; anything else is said."""
    others = {answer: how_many for answer, how_many in answers.items() if answer is not True}
    return f"{answers[True] / taken:.0f} per second" + (f"; {others}" if others else "")


def report(lines: list[tuple[str, str]]) -> None:
    width = max(len(what) for what, _ in lines)
    for what, figure in lines:
        print(f"{what:<{width}}  {figure}")
    if TOY:
        return  # Such figures say nothing but that the benchmarks run.
    table = "\n".join(f"| {what} | {figure} |" for what, figure in lines)
    heading = f"## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}"
    with RESULTS.open("a") as results:
        results.write(f"\n{heading}\n\n| what | figure |\n| --- | --- |\n{table}\n")


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    report(measure(Path(sys.argv[1])))
