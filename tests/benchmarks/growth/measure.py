"""Every page and every periodic task of the old clinic beside those of the young one, by turns."""

import logging
import os
import pickle
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.core.management import call_command

django.setup()

from django.db import transaction  # noqa: E402
from django.test import Client as Browser  # noqa: E402

from bookings.models import Client  # noqa: E402
from tests.benchmarks.growth import tables, tasks, years  # noqa: E402
from tests.benchmarks.growth.clinics import Clinics  # noqa: E402
from tests.benchmarks.growth.cost import Cost, cost_of, plan_of  # noqa: E402
from tests.benchmarks.growth.pages import (  # noqa: E402
    REPORTS,
    addresses,
    asking,
    is_named,
    pages_of,
)
from tests.benchmarks.sizes import TOY, size  # noqa: E402
from tests.roles.world import World, make_world  # noqa: E402

YOUNG, OLD = "young", "old"
ROUNDS = size(5, toy=1)
AT_MOST = 1.5
LONG = 2000.0  # milliseconds
NOTICED = 5.0  # milliseconds: of less than that more, nobody knows what it is
KEEP = bool(os.environ.get("KEEP"))
KEPT = Path(os.environ["STATE"]) / "worlds.pickle"
ONLY_PAGES, ONLY_TASKS = os.environ.get("PAGES", ""), os.environ.get("TASKS", "")
Work = Callable[[], object]


class Compared(NamedTuple):
    name: str
    young: list[Cost]
    old: list[Cost]

    def of(self, costs: list[Cost]) -> float:
        return statistics.median(one.worked for one in costs)

    @property
    def ratio(self) -> float:
        return self.of(self.old) / self.of(self.young)

    @property
    def has_grown(self) -> bool:
        """Not by a statement more or less, or by what no clock can tell."""
        more = self.of(self.old) - self.of(self.young)
        return self.ratio > AT_MOST and more > NOTICED

    def line(self) -> str:
        young, old = self.young[-1], self.old[-1]
        return (
            f"{self.name:<60} {self.of(self.young):8.1f} {self.of(self.old):8.1f} ms"
            f" x{self.ratio:.2f}  {young.statements}/{old.statements} statements"
        )


def made(clinics: Clinics) -> dict[str, World]:
    """The world of each, by the clinic's name; as it was kept, if it was (KEEP)."""
    if KEPT.exists():
        for name in clinics.made:
            with clinics.of(name):
                call_command("migrate", verbosity=0)
        kept = pickle.loads(KEPT.read_bytes())  # noqa: S301 - our own
        return {name: _as_it_was(*parts) for name, parts in kept.items()}
    today = datetime.now(UTC).date()
    worlds = {}
    for name, days in ((YOUNG, years.QUARTER), (OLD, years.TEN_YEARS)):
        began = time.perf_counter()
        with clinics.of(name):
            worlds[name] = make_world()
            years.grow(worlds[name], today, days=days, say=_say if name == OLD else _hush)
        print(f"the {name} clinic was loaded in {time.perf_counter() - began:.0f} s", flush=True)
    if KEEP:
        cookies = {name: {who: browser.cookies for who, browser in world.browsers.items()}
                   for name, world in worlds.items()}  # fmt: skip
        kept = {name: (cookies[name], one.ana, one.arguments) for name, one in worlds.items()}
        KEPT.write_bytes(pickle.dumps(kept))
    return worlds


def _as_it_was(cookies: dict[str, Any], ana: Client, arguments: dict[str, str]) -> World:
    browsers = {who: Browser() for who in cookies}
    for who, browser in browsers.items():
        browser.cookies = cookies[who]
    return World(browsers, ana, arguments)


def _say(what: str, seconds: float) -> None:
    print(f"  {what}: {seconds:.1f} s", flush=True)


def _hush(_what: str, _seconds: float) -> None:
    """Of the small one nobody needs to know."""


def pages(clinics: Clinics, worlds: dict[str, World]) -> list[Compared]:
    with clinics.of(YOUNG), undone():
        found = list(pages_of(worlds[YOUNG], ONLY_PAGES))
    print(f"{len(found)} pages are shown to whoever asks; others are only sent to.", flush=True)
    urls = {clinic: addresses(world) for clinic, world in worlds.items()}

    def works(name: str, who: str, query: str) -> dict[str, Work]:
        return {
            clinic: asking(world.browsers[who], name, urls[clinic][name] + query)
            for clinic, world in worlds.items()
        }

    return [compared(clinics, name + query, works(name, who, query)) for name, who, query in found]


def compared(clinics: Clinics, name: str, works: dict[str, Work]) -> Compared:
    """The first round fills what is kept, and is the only one of what takes long."""
    found = Compared(name, [], [])
    for number in range(ROUNDS + 1):
        for clinic, costs in ((YOUNG, found.young), (OLD, found.old)):
            with clinics.of(clinic) as database, undone():
                cost = cost_of(works[clinic], database)
            if number == 1:
                costs.clear()
            costs.append(cost)
        if max(found.of(found.young), found.of(found.old)) > LONG:
            break
    print(found.line(), flush=True)
    return found


class undone(transaction.Atomic):  # noqa: N801 - it is used as a function
    """Pages write, too: who was there last, and who has looked at health data."""

    def __init__(self) -> None:
        super().__init__(using=None, savepoint=False, durable=False)

    def __exit__(self, *raised: Any) -> None:
        if raised[0] is None:
            transaction.set_rollback(True)
        super().__exit__(*raised)


def periodic(clinics: Clinics) -> list[Compared]:
    """Each for real, several times: the first run does what was left over, for the others too."""
    found = []
    for name, work in tasks.tasks():
        if not is_named(name, ONLY_TASKS):
            continue
        one = Compared(name, [], [])
        first = []
        for number in range(ROUNDS + 1):
            for clinic, costs in ((YOUNG, one.young), (OLD, one.old)):
                with clinics.of(clinic) as database:
                    cost = cost_of(work, database)
                if number or ROUNDS == 1:
                    costs.append(cost)
                else:
                    first.append(f"{clinic} {cost.worked:.0f} ms, {cost.statements} statements")
            if max(cost.worked for cost in [*one.young, *one.old] or [cost]) > LONG and number:
                break
        print(one.line(), "; the first: " + "; ".join(first), flush=True)
        found.append(one)
    return found


def report(clinics: Clinics, found: list[Compared]) -> bool:
    """False where something grows that should not."""
    grown = [one for one in found if one.has_grown]
    for one in sorted(grown, key=lambda one: -one.ratio):
        taken, sql, params = max((cost.slowest for cost in one.old), key=lambda slow: slow[0])
        print(
            f"\n{one.line()}\n  slowest statement {taken:.0f} ms: {sql[:1500]}\n  {params!r:.300}"
        )
        with clinics.of(OLD) as database:
            print(plan_of(sql, params, database))
    bad = [one.name for one in grown if not one.name.startswith(REPORTS)]
    print(f"\n{len(found)} compared; over {AT_MOST} x but for reports: {', '.join(bad) or 'none'}")
    return not bad


def main() -> int:
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    clinics = Clinics(YOUNG, OLD)
    try:
        clinics.make(anew=not KEPT.exists())
        worlds = made(clinics)
        with clinics.of(OLD):
            print("\n".join(tables.told_of_tables()), flush=True)
        found = pages(clinics, worlds) if ONLY_PAGES != "-" else []
        found += periodic(clinics) if ONLY_TASKS != "-" else []
        is_well = report(clinics, found)
        with clinics.of(OLD):
            print("After the sweeps:", *tables.told_of_tables(), sep="\n")
        return 0 if is_well or TOY else 1
    finally:
        if not KEEP:
            clinics.drop()


if __name__ == "__main__":
    sys.exit(main())
