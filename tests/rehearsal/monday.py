"""A Monday's load on a clinic of six therapists, and what it needs of the machine."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.rehearsal.docker.compose import ROOT, read_env
from tests.rehearsal.docker.in_roots import CGROUP
from tests.rehearsal.page import TAPER, Typist
from tests.rehearsal.visitor import Visitor

TOKEN = "a-token-for-the-figures"
DESK = ("/desk/", "/diary/", "/desk/mails/", "/office/")
RUNNERS = ("/", "/book/sports-massage-60/", "/protocol/", "/book/sports-massage-30/")
MB = 1 << 20
ROUNDS, DESKS, STRANGERS, SECONDS_BETWEEN = 25, 3, 3, 0.3


def is_held(typist: Typist, site: str, owner: Visitor) -> None:
    print("— A Monday: six therapists, three at desks, three strangers …", flush=True)
    _grow(typist)
    for _ in range(4):  # each process has read what it needs
        walk(owner)
    took: dict[str, list[float]] = {"desk": [], "runner": [], "booking": []}
    began = time.monotonic()
    with ThreadPoolExecutor(DESKS + STRANGERS) as people:
        all_of_them = [people.submit(_desk, owner, took) for _ in range(DESKS)]
        all_of_them += [people.submit(_stranger, site, n, took) for n in range(STRANGERS)]
    for one in all_of_them:
        one.result()
    _say(took, time.monotonic() - began)
    memory()


def walk(owner: Visitor) -> None:
    for path in (*DESK, *RUNNERS):
        assert owner.get(path)[0] == 200, path


def _desk(owner: Visitor, took: dict[str, list[float]]) -> None:
    for number in range(ROUNDS):
        _timed(took["desk"], owner.get, DESK[number % len(DESK)])


def _stranger(site: str, number: int, took: dict[str, list[float]]) -> None:
    for turn in range(ROUNDS):
        visitor = Visitor(site)
        _timed(took["runner"], visitor.get, RUNNERS[turn % len(RUNNERS)])
        if turn % 5 == 0:
            _timed(took["booking"], visitor.book, "Mo Demo", f"m{number}-{turn}@example.com")


def _timed(into: list[float], ask: Callable, *what: str) -> None:
    time.sleep(SECONDS_BETWEEN)
    began = time.monotonic()
    answer = ask(*what)
    assert answer[0] == 200 or ask.__name__ == "book", answer
    into.append((time.monotonic() - began) * 1000)


def _say(took: dict[str, list[float]], seconds: float) -> None:
    asked = sum(map(len, took.values()))
    print(f"  {asked} requests and bookings in {seconds:.0f} s, on one processor")
    for who, times in took.items():
        twentieths = statistics.quantiles(times, n=20)
        middle = f"p50 {statistics.median(times):5.0f} ms   p95 {twentieths[-1]:5.0f} ms"
        print(f"  {who:<8} {middle}   ({len(times)})")


def memory() -> None:
    """Of each container: what its processes hold (what they share, in parts), what of it is no
    file, its limit, and how many processes the kernel has ended over that: none, or it fails.
    """
    total = [0.0] * 4
    print("  service      PSS MB   own MB   limit MB   killed")
    for group in sorted(CGROUP.iterdir()):
        if not group.is_dir() or group.name.endswith("-run"):
            continue
        pss = sum(map(_pss, (group / "cgroup.procs").read_text().split())) / 1024
        figures = [pss, _of(group, "memory.stat", "total_rss") / MB]
        figures += [int((group / "memory.limit_in_bytes").read_text()) / MB]
        figures += [_of(group, "memory.oom_control", "oom_kill")]
        print(f"  {group.name:<10} " + " ".join(f"{one:8.0f}" for one in figures))
        total = [one + more for one, more in zip(total, figures, strict=True)]
    print(f"  {'together':<10} " + " ".join(f"{one:8.0f}" for one in total))
    assert not total[-1], "the kernel has ended processes: a limit is too small"


def _of(group: Path, file: str, name: str) -> float:
    words = (line.split() for line in (group / file).read_text().splitlines())
    return next(float(value) for key, value in words if key == name)


def _pss(pid: str) -> int:
    """Kilobytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _grow(typist: Typist) -> None:
    """Five more therapists and three months of visits, straight into the database."""
    env = read_env((typist.there(TAPER) / ".env").read_text())
    url = f"postgres://taper:{env['POSTGRES_PASSWORD']}@127.0.0.1:5432/taper"
    names = ("SECRET_KEY", "HEALTH_KEYS", "FACTOR_KEYS", "BACKUP_KEY", "PUSH_KEY", "SITE_URL")
    chosen = {name: env[name] for name in names}
    subprocess.run(
        [sys.executable, "-m", "tests.rehearsal.six_therapists"],
        cwd=ROOT,
        env={
            **os.environ,
            **chosen,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
        },
        check=True,
    )
