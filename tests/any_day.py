"""Runs the tests that read a clock, with today set to each of the days that are likely to matter.

    python -m tests.any_day [--some COMMIT] [pytest's arguments]

With --some it is three of the days, chosen by the commit, and the quicker half of the tests. What
each day said is kept in .state/any-day. The days run side by side, one for each core; each has
servers and a database of its own, which costs little beside its tests.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from random import Random

DAYS = {
    "2026-10-24T23:59:30": "a moment before the day on which the clocks go back",
    "2026-10-25T00:30": "the clocks go back in an hour and a half",
    "2026-10-25T23:59:30": "the end of a day of 25 hours",
    "2026-11-28T09:00": "a Saturday",
    "2026-11-30T23:59:30": "a moment before the end of a month, a Monday",
    "2026-12-31T23:59:30": "a moment before the end of a year, a Thursday",
    "2027-01-01T00:00": "the first moment of a year, a Friday",
    "2027-02-28T12:00": "the last day of a short month, a Sunday",
    "2027-03-27T23:59:30": "a moment before the day on which the clocks go forward",
    "2027-03-28T00:30": "the clocks go forward in half an hour",
    "2027-03-28T09:00": "the clocks have gone forward",
    "2027-05-31T23:59:30": "a moment before midnight in summer, a Monday, the end of a month",
    "2027-07-14T09:00": "a Wednesday in summer",
    "2028-02-29T09:00": "29 February, a Tuesday",
}
FOLDERS = ("actions", "admin", "api", "attacks", "clinic", "desk", "mail", "models", "queries",
           "roles", "runner", "therapists", "web")  # fmt: skip
QUICKER = ("actions/scheduling", "api", "mail/test_training_mails.py", "therapists/scheduling",
           "web/scheduling", "web/training/test_plan.py", "web/training/test_race_change.py")  # fmt: skip
ROOT = Path(__file__).parents[1]
LOGS = ROOT / ".state/any-day"


def told(day: str) -> str:
    return f"{datetime.fromisoformat(day):%a %d %b %Y %H:%M:%S}, {DAYS[day]}"


def tried(day: str, arguments: list[str]) -> bool:
    """Runs the tests on that day, and says in a line how they went."""
    log, began = LOGS / f"{day.replace(':', '')}.log", time.monotonic()
    with log.open("w") as output:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-m", "not fixed_clock and not real_clock",
             *arguments],
            cwd=ROOT, env={**os.environ, "TODAY": day}, stdout=output, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
    lines = log.read_text().splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    print(f"{told(day)}: {lines[-1]} ({time.monotonic() - began:.0f} s)", *failed, sep="\n    ")
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--some", metavar="COMMIT")
    asked, arguments = parser.parse_known_args()
    days = Random(asked.some).sample(list(DAYS), 3) if asked.some else list(DAYS)
    if not any((ROOT / one.partition("::")[0]).exists() for one in arguments):
        arguments += [f"tests/{one}" for one in (QUICKER if asked.some else FOLDERS)]
    LOGS.mkdir(parents=True, exist_ok=True)
    if asked.some:
        print("Today is", "; ".join(map(told, days)))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        went_well = list(pool.map(lambda day: tried(day, arguments), days))
    print(f"{sum(went_well)} of {len(days)} days are green.")
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
