"""`make monday`: a Monday after the marathon on this machine, then twice as much, then as before.

MINUTES (10) is how long the first lasts; the second lasts half of it, and the last a minute.
RUNNERS (200) browse, plan and book beside two desks and six therapists, against a demo of its own
with its worker, beat and mail server. Ends with 1 where anything failed, overlapped or was late.
"""

import csv
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connection

from clinic.demo.logins import DEMO_PASSWORD
from clinic.demo.processes import Child, wait_until

HERE = Path(__file__).parent
LOCUST = Path(os.environ.get("LOCUST", ".venv-locust/bin/locust"))
MINUTES = float(os.environ.get("MINUTES", "10"))
RUNNERS = int(os.environ.get("RUNNERS", "200"))
STAFF = 8
PATIENCE = 300  # seconds
# Each runner says to come from elsewhere; the desk's and the therapists' limits are not the point.
LIFTED = {
    **{f"LIMIT_{one}": "" for one in ("ACCOUNTS", "PAGES", "API", "BOOKING", "HOLDS")},
    "LIMIT_SIGNING_IN": "false",
    "TRUSTED_PROXIES": "1",
    "HOLDS_PER_HOUR_PER_ADDRESS": "1000000",
    "HOLDS_AT_ONCE_PER_ADDRESS": "100000",
}
OVERLAPS = """
    SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b
        ON a.id < b.id AND (a.therapist_id = b.therapist_id OR a.room_id = b.room_id)
       AND a.starts_at < b.blocked_until AND b.starts_at < a.blocked_until
     WHERE a.status NOT IN ('cancelled', 'expired') AND b.status NOT IN ('cancelled', 'expired')
"""
# The owner lets as many book in an hour as come.
MANY_NEWCOMERS = "UPDATE bookings_clinic SET unproved_per_hour = 0"
BOOKED = "SELECT count(*) FROM bookings_client WHERE name LIKE 'Monday %'"
LATE = """
    SELECT count(*), coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY late), 0),
           coalesce(max(late), 0)
      FROM (SELECT extract(epoch FROM sent_at - greatest(due_at, created_at)) late
              FROM bookings_mail
             WHERE sent_at > (SELECT min(created_at) FROM bookings_client
                               WHERE name LIKE 'Monday %')) sent
"""
WAITING = """
    SELECT count(*) FROM bookings_mail
     WHERE state IN ('scheduled', 'sending') AND due_at < now() - interval '2 minutes'
"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="taper-monday-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        with site(Path(folder)) as url:
            wrong = play(url, Path(folder), "a Monday", RUNNERS, MINUTES)
            play(url, Path(folder), "twice as many", 2 * RUNNERS, MINUTES / 2)
            wrong += play(url, Path(folder), "as before", RUNNERS, 1)
            return 1 if wrong + looked_into_the_books() else 0


@contextmanager
def site(state: Path) -> Iterator[str]:
    """The demo's address; its servers, worker and mails are its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    env = {**os.environ, **LIFTED, "PORT": str(port), "STATE": str(state)}
    log = state / "demo.log"
    demo = Child.start("the demo", [sys.executable, "-m", "clinic.demo"], log=log, env=env)
    try:
        runs = wait_until(
            lambda: "Taper is running" in log.read_text(), seconds=PATIENCE, alive=demo.is_running
        )
        assert runs, log.read_text()
        read_from(state)
        with connection.cursor() as cursor:
            cursor.execute(MANY_NEWCOMERS)
        yield f"http://localhost:{port}"
    finally:
        demo.stop()


def play(url: str, folder: Path, what: str, runners: int, minutes: float) -> int:
    """Prints each page's figures; returns how many requests failed."""
    print(f"\n{what}: {runners} runners, {minutes:g} minutes", flush=True)
    people, figures = str(runners + STAFF), folder / "figures"
    subprocess.run(
        [LOCUST, "--headless", "--locustfile", HERE / "people.py", "--host", url,
         "--users", people, "--spawn-rate", people, "--run-time", f"{int(minutes * 60)}s",
         "--csv", figures, "--only-summary", "--loglevel", "ERROR", "--exit-code-on-error", "0"],
        env={**os.environ, "MONDAY_PASSWORD": DEMO_PASSWORD, "MONDAY_RUNNERS": str(runners)},
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    with Path(f"{figures}_stats.csv").open(newline="") as rows:
        pages = list(csv.DictReader(rows))
    print("| page | requests | failed | p50 ms | p95 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for page in sorted(pages, key=lambda row: (row["Name"] == "Aggregated", row["Name"])):
        name = page["Name"] + (", asked to wait" if page["Type"].startswith("ASKED") else "")
        cells = [page[one] for one in ("Request Count", "Failure Count", "50%", "95%", "99%")]
        print(f"| {name} | {' | '.join(cells)} |")
    with Path(f"{figures}_failures.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            print(f"failed: {row['Name']}: {row['Error'][:160]} ({row['Occurrences']})")
    return sum(int(page["Failure Count"]) for page in pages if page["Name"] == "Aggregated")


def read_from(state: Path) -> None:
    """The database of the demo there."""
    kept = (state / "environment").read_text().splitlines()
    os.environ.update(dict(line.split("=", 1) for line in kept))
    django.setup()


def looked_into_the_books() -> int:
    """Prints what became of bookings and mails; returns how much of it is wrong."""

    def answer(sql: str) -> tuple:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()

    [overlaps], [booked], [waiting] = answer(OVERLAPS), answer(BOOKED), answer(WAITING)
    sent, late, latest = answer(LATE)
    print(f"\n{booked} booked, {overlaps} overlaps; {sent} mails sent, 95 % of them within "
          f"{late:.1f} s of being due, the last {latest:.1f} s; {waiting} still wait")  # fmt: skip
    return overlaps + waiting


if __name__ == "__main__":
    sys.exit(main())
