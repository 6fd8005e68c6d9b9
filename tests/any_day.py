"""Runs the tests that read a clock, with today set to each of the days that are likely to matter.

    python -m tests.any_day [--processes] [--some COMMIT] [--every-case] [pytest's arguments]

Those that start programs of their own, browsers and servers, are run with --processes: one day
after the other, with the clock of every program faked (tests/servers.py).

Of a test with many cases a day has a few, and each day others; --every-case takes all.
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
    "2027-06-01T00:30": "half past midnight in summer, when it is still May in UTC",
    "2027-07-14T09:00": "a Wednesday in summer",
    "2028-02-29T09:00": "29 February, a Tuesday",
}
DAYS_OF_PROCESSES = {
    "2026-11-28T09:00": "a Saturday",
    "2027-03-28T00:30": "the clocks go forward in half an hour, a Sunday",
    "2026-10-25T00:30": "the clocks go back in an hour and a half, a Sunday",
    "2026-12-31T23:30": "half an hour before the end of a year, a Thursday",
    "2028-02-29T09:00": "29 February, a Tuesday",
}
PROCESSES = ("browser", "faults", "clinic/demo", "clinic/operations")
FOLDERS = ("actions", "admin", "api", "attacks", "clinic", "desk", "mail", "models", "office",
           "queries", "roles", "runner", "therapists", "web")  # fmt: skip
QUICKER = ("api", "mail/test_training_mails.py", "web/scheduling", "web/training/test_plan.py")
CASES = "3"
SAME_ON_ANY_DAY = "tests/attacks/test_every_form.py"  # odd texts: a third of the time
ROOT = Path(__file__).parents[1]
LOGS = ROOT / ".state/any-day"


def told(day: str) -> str:
    words = {**DAYS, **DAYS_OF_PROCESSES}[day]
    return f"{datetime.fromisoformat(day):%a %d %b %Y %H:%M:%S}, {words}"


def tried(day: str, today: dict[str, str], arguments: list[str]) -> bool:
    """Runs the tests on that day, and says in a line how they went."""
    log, began = LOGS / f"{day.replace(':', '')}.log", time.monotonic()
    with log.open("w") as output:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *arguments],
            cwd=ROOT, env={**os.environ, **today}, stdout=output, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
    lines = log.read_text().splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    ending = next((line for line in reversed(lines) if " in " in line), lines[-1])
    print(f"{told(day)}: {ending} ({time.monotonic() - began:.0f} s)", *failed, sep="\n    ")
    return done.returncode == 0


def in_this_process(days: list[str], cases: str, arguments: list[str]) -> list[bool]:
    arguments = ["-m", "not fixed_clock and not real_clock", *arguments]
    arguments += [] if SAME_ON_ANY_DAY in arguments else ["--deselect", SAME_ON_ANY_DAY]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        today = [{"TODAY": day, "CASES": cases} for day in days]
        return list(pool.map(lambda one: tried(one["TODAY"], one, arguments), today))


def in_processes(days: list[str], arguments: list[str]) -> list[bool]:
    arguments = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", *arguments]
    return [tried(day, {"FAKE_TODAY": day}, arguments) for day in days]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--some", metavar="COMMIT")
    parser.add_argument("--processes", action="store_true")
    parser.add_argument("--every-case", action="store_true")
    data, arguments = parser.parse_known_args()
    days = list(DAYS_OF_PROCESSES if data.processes else DAYS)
    if data.some == "":
        parser.error("--some wants a commit")
    if data.some:
        days = Random(data.some).sample(days, 3)
        print("Today is", "; ".join(map(told, days)))
    if not any((ROOT / one.partition("::")[0]).exists() for one in arguments):
        folders = PROCESSES if data.processes else QUICKER if data.some else FOLDERS
        arguments += [f"tests/{one}" for one in folders]
    LOGS.mkdir(parents=True, exist_ok=True)
    cases = "" if data.every_case else CASES
    went_well = (
        in_processes(days, arguments) if data.processes else in_this_process(days, cases, arguments)
    )
    print(f"{sum(went_well)} of {len(days)} days are green.")
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
