"""Pages over HTTP beside the floor, by turns, so that what else the machine does meets both alike.

Each is told with its median against the floor's, and with what the web server's processes worked
at it against what they worked at the floor: the second holds on a busy machine as well.
"""

import itertools
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bookings.models import Appointment, Therapist
from clinic.demo.data.clinic import PRICE_LIST
from tests import factories
from tests.benchmarks import diary as diary_of
from tests.benchmarks import full_day, load, seed
from tests.benchmarks.serving import Served, served
from tests.benchmarks.sizes import size
from tests.benchmarks.spreading import spread
from tests.reading import present

ROUNDS, EACH = size(20, toy=1), size(10, toy=2)
FLOOR, SLUG = "/one-query", "sports-massage-60"
PEOPLE, STORED = size(8, toy=3), size(50_000, toy=300)
EVERYBODY, DAYS, ALL_STORED = size(50, toy=3), size(14, toy=5), size(200_000, toy=300)
WEEKS_TO_THE_RACE = 12
Line = tuple[str, str]


def measure(folder: Path, today: date) -> list[Line]:
    parts = (_openings, _of_runners, _diary, _of_a_therapist)
    return [line for part in parts for line in part(folder, today)]


def _openings(folder: Path, today: date) -> list[Line]:
    seed.empty_the_clinic()
    last = today + timedelta(days=60)
    seed.make_busy_clinic(therapists=EVERYBODY, appointments=ALL_STORED, last_day=last)
    first = itertools.cycle([today + timedelta(days=2 + n) for n in range(20)])
    what = f"openings, {EVERYBODY} therapists x {DAYS} days"
    with served(folder) as server:
        paths = (f"/api/openings?treatment={SLUG}&from={day}&days={DAYS}" for day in first)
        return [_beside_the_floor(server, what, paths, load.Visitor(server.port))]


def _of_runners(folder: Path, today: date) -> list[Line]:
    """Of somebody who has told of nothing, and of somebody whose race is in the session."""
    seed.empty_the_clinic()
    last = today + timedelta(days=60)
    usual = seed.make_busy_clinic(therapists=PEOPLE, appointments=STORED, last_day=last)
    _price_list(usual)
    with served(folder) as server:
        newcomer, runner = load.Visitor(server.port), load.Visitor(server.port)
        _tell_of_a_race(runner, today + timedelta(weeks=WEEKS_TO_THE_RACE))
        asked = (
            ("home", "/", newcomer),
            ("home of a runner with a race", "/", runner),
            ("picker", f"/book/{SLUG}/", newcomer),
            ("picker of a runner with a race", f"/book/{SLUG}/", runner),
            ("plan", "/plan/", runner),
        )
        return [
            _beside_the_floor(
                server, f"{what}, {PEOPLE} therapists", itertools.repeat(path), visitor
            )
            for what, path, visitor in asked
        ]


def _price_list(usual) -> None:
    """As the demo's clinic has it, all of it done by everybody."""
    for position, (name, minutes, buffer, price, _, kinds, need, words) in enumerate(PRICE_LIST):
        fields = {"session_kinds": kinds, "need": need, "description": words, "position": position}
        if name == usual.name:
            type(usual).objects.filter(pk=usual.pk).update(**fields)
        else:
            fields |= {"minutes": minutes, "buffer_minutes": buffer, "price": price}
            factories.make_treatment(name, therapists=Therapist.objects.all(), **fields)


def _tell_of_a_race(visitor: load.Visitor, day: date) -> None:
    _, page, _ = visitor.ask("/plan/")
    told = {
        "csrfmiddlewaretoken": present(load.CSRF.search(page))[1].decode(),
        "race_date_day": day.day,
        "race_date_month": day.month,
        "race_date_year": day.year,
        "distance": "marathon",
        "long_run_weekday": 6,
    }
    status, _, _ = visitor.ask("/plan/", told)
    assert status == 302, status


def _diary(folder: Path, today: date) -> list[Line]:
    """As it is asked for again and again, and after each change of one of its visits."""
    seed.empty_the_clinic()
    day = diary_of.make_full_day(today)
    what = f"a day of the diary, {diary_of.THERAPISTS} x {diary_of.OF_THE_DAY}"
    start = datetime.combine(day, datetime.min.time(), UTC)
    visit = Appointment.objects.filter(starts_at__gte=start)[:1].get()
    path = f"/diary/{day}/feed/"

    def changing() -> Iterator[str]:
        for number in itertools.count(1):
            Appointment.objects.filter(pk=visit.pk).update(late_minutes=number % 60)
            yield path

    with served(folder) as server:
        desk = diary_of.signed_in(server.port)
        return [
            _beside_the_floor(server, f"{what}, as it was", itertools.repeat(path), desk),
            _beside_the_floor(server, f"{what}, drawn anew", changing(), desk),
        ]


def _of_a_therapist(folder: Path, today: date) -> list[Line]:
    seed.empty_the_clinic()
    login = full_day.make_full_day(today)
    what = f"/today/, {full_day.VISITS} visits, {full_day.NOTES} notes each"
    with served(folder) as server:
        therapist = diary_of.signed_in(server.port, login)
        return [_beside_the_floor(server, what, itertools.repeat("/today/"), therapist)]


def _beside_the_floor(
    server: Served, what: str, paths: Iterator[str], visitor: load.Visitor
) -> Line:
    anybody = load.Visitor(server.port)
    visitor.wire = None  # the server has closed what was idle meanwhile

    def page() -> list[float]:
        return load.latencies(server.port, itertools.islice(paths, EACH), visitor)

    def floor() -> list[float]:
        return load.latencies(server.port, [FLOOR] * EACH, anybody)

    print(f"Measuring {what} …")
    for warming_up in (page, floor):
        warming_up()
    rounds = [(_worked(server, page), _worked(server, floor)) for _ in range(ROUNDS)]
    sides = list(zip(*rounds, strict=True))
    taken, least = ([ms for (all_ms, _) in side for ms in all_ms] for side in sides)
    worked, at_least = (sum(seconds for (_, seconds) in side) for side in sides)
    ratio = statistics.median(taken) / statistics.median(least)
    each = 1000 * worked / len(taken)
    return (
        f"{what}: over HTTP",
        f"{spread(taken)}; floor {spread(least)}; x{ratio:.1f}; {each:.1f} ms of the server’s"
        f" processor each, x{worked / max(at_least, 0.01):.1f}",
    )


def _worked(server: Served, ask: Callable[[], list[float]]) -> tuple[list[float], float]:
    before = server.worked()
    return ask(), server.worked() - before
