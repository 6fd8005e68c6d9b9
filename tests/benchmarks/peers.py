"""Taper beside django-appointment: the same clinic, PostgreSQL, web server and visitors."""

import csv
import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bookings.models import Appointment, Clinic, Therapist
from tests.benchmarks import load, seed
from tests.benchmarks.serving import serving
from tests.benchmarks.sizes import TOY, size

HERE = Path(__file__).parent
FIGURES = HERE / "peers.json"
SLUG, LONDON = "sports-massage-60", ZoneInfo("Europe/London")
DAYS, VISITORS, AT_ONE_SLOT = size(14, toy=3), size(8, toy=2), size(50, toy=4)
OURS, THEIRS = size(40, toy=2), int(os.environ.get("PEER_ROUNDS", size(5, toy=1)))
BOOKINGS = int(os.environ.get("BOOKINGS", size(160, toy=6)))
SIZES = json.loads(os.environ.get("SIZES", "[[2, 200]]" if TOY else "[[5, 10000], [50, 200000]]"))
SEEDED_DAYS = 60  # Behind them every diary is empty.
CODE = """
SELECT code FROM appointment_emailverificationcode c JOIN auth_user u ON u.id = c.user_id
 WHERE u.email = %s ORDER BY c.id DESC LIMIT 1
"""


@dataclass
class Peer:
    """Its site as seeded; `known` is what its driver said of it."""

    folder: Path
    known: dict

    @staticmethod
    def place() -> dict[str, str]:
        return {
            "PEER_HOST": settings.DATABASES["default"]["HOST"],
            "PEER_USER": settings.DATABASES["default"]["USER"],
            "PEER_NAME": "peer",
            "DJANGO_SETTINGS_MODULE": "settings",
        }

    def serving(self):
        return serving(
            self.folder,
            "django.core.wsgi:get_wsgi_application()",
            python=os.environ["PEER_PYTHON"],
            env=self.place(),
            more=("--chdir", str(HERE / "peer"), "--config", str(HERE / "peer/gunicorn.conf.py")),
        )


def driver(*arguments: object) -> dict:
    """What the peer's own process answers; fails with what it said."""
    command = [os.environ["PEER_PYTHON"], str(HERE / "peer/driver.py"), *map(str, arguments)]
    env = {**os.environ, **Peer.place()}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: Path, today: date) -> list[tuple[str, str]]:
    """Both, or Taper alone where nobody has installed the peer (PEER_PYTHON names its own)."""
    if "PEER_PYTHON" not in os.environ:
        return _alone(folder, today)
    _make_the_peers_database()
    figures: list[dict] = []
    for number, (therapists, appointments) in enumerate(SIZES):
        print(f"Seeding {therapists} therapists, {appointments:,} appointments …")
        _empty()
        peer = _seed_both(folder, today, therapists, appointments)
        size = f"{therapists} therapists, {appointments:,} appointments"
        figures += _reading(peer, today, size)
        if number == 0:
            figures += _writing(peer, today, size)
        if not TOY:
            FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    return [(one["what"], _told(one)) for one in figures]


def _alone(folder: Path, today: date) -> list[tuple[str, str]]:
    therapists, appointments = SIZES[0]
    _seed_ours(today, therapists, appointments)
    with serving(folder) as port:
        every_start, next_day, starts = _our_reading(port, today + timedelta(days=2))
        requests, queries = _our_walk(_empty_day(today))
        a_second, overlaps = _our_bookings(port, _empty_day(today))
    size_of_it = f"{therapists} therapists, {appointments:,} appointments, without the peer"
    return [
        (f"{len(starts):,} free starts in {DAYS} days: {size_of_it}", f"{every_start:,} ms"),
        (f"next free day: {size_of_it}", f"{next_day:,} ms"),
        ("from slot to confirmed", f"{requests} requests, {queries} queries"),
        (f"{BOOKINGS} bookings by {VISITORS} visitors", f"{a_second:,} a second"),
        (f"{AT_ONE_SLOT} visitors at one slot", f"{overlaps} overlaps"),
    ]


def _told(one: dict) -> str:
    ours, theirs, unit = one["taper"], one["peer"], one["unit"]
    low, high = sorted((ours, theirs))
    ratio = f"; x{high / low:.1f}" if low and high > low else ""
    said = f"Taper {ours:,} {unit}".strip(), f"django-appointment {theirs:,} {unit}".strip()
    return f"{', '.join(said)}{ratio} ({one['how']})"


def _make_the_peers_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS peer")
        cursor.execute("CREATE DATABASE peer")


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE bookings_client, bookings_therapist, bookings_room, bookings_treatment"
            " CASCADE"
        )


def _seed_ours(today: date, therapists: int, appointments: int) -> None:
    last = today + timedelta(days=SEEDED_DAYS)
    seed.make_busy_clinic(therapists=therapists, appointments=appointments, last_day=last)
    Clinic.objects.update(start_step_minutes=30)


def _seed_both(folder: Path, today: date, therapists: int, appointments: int) -> Peer:
    _seed_ours(today, therapists, appointments)
    number = {
        pk: n for n, pk in enumerate(Therapist.objects.order_by("pk").values_list("pk", flat=True))
    }
    facts = folder / "facts.csv"
    with facts.open("w", newline="") as file:
        rows = Appointment.objects.values_list("therapist_id", "starts_at", "ends_at")
        for therapist, start, end in rows.iterator():
            here, there = start.astimezone(LONDON), end.astimezone(LONDON)
            csv.writer(file).writerow([number[therapist], here.date(), here.time(), there.time()])
    known = driver("seed", therapists, facts)
    assert known["appointments"] == appointments, known
    return Peer(folder, known)


def _reading(peer: Peer, today: date, size: str) -> list[dict]:
    print(f"Reading, {size} …")
    first = today + timedelta(days=2)
    rounds = max(1, THEIRS * 5 // len(peer.known["staff"]))  # fewer where each takes long
    with serving(peer.folder) as port:
        ours, our_next, our_starts = _our_reading(port, first)
    with peer.serving() as port:
        paths = _their_paths(peer, first)
        theirs = _rounds(port, paths, rounds)
        their_starts = _their_starts(port, paths)
        theirs_next = _rounds(port, _their_next(peer), rounds)
    assert our_starts == their_starts, (len(our_starts), len(their_starts))
    one = driver("one", paths[0])
    how = f"median of {OURS} and {rounds}; {{ours}} and {{theirs}} requests an answer"
    each = f"one of its requests within its process: {one['queries']} queries, {one['ms']} ms"
    return [
        {
            "what": f"every free 60-minute start, any therapist, {DAYS} days: {size}",
            "taper": ours,
            "peer": theirs,
            "unit": "ms",
            "how": f"{how.format(ours=1, theirs=len(paths))}; the same {len(our_starts):,} starts "
            f"from both; {each}",
        },
        {
            "what": f"next free day: {size}",
            "taper": our_next,
            "peer": theirs_next,
            "unit": "ms",
            "how": how.format(ours="1 (its whole page)", theirs=len(peer.known["staff"])),
        },
    ]


def _our_reading(port: int, first: date) -> tuple[float, float, list[str]]:
    """Milliseconds of every free start from that day on, and of the next free day; the starts."""
    path = f"/api/openings?treatment={SLUG}&from={first}&days={DAYS}"
    every_start = _rounds(port, [path], OURS)
    return every_start, _rounds(port, [f"/book/{SLUG}/"], OURS), _our_starts(port, path)


def _rounds(port: int, paths: list[str], how_many: int) -> float:
    """The median of what all of them take together, over one connection, warm."""
    visitor = load.Visitor(port, headers={"X-Requested-With": "XMLHttpRequest"})
    load.latencies(port, paths[:10] * 2, visitor)
    taken = [sum(load.latencies(port, paths, visitor)) for _ in range(how_many)]
    return round(statistics.median(taken), 1)


def _their_paths(peer: Peer, first: date) -> list[str]:
    """It knows no “any therapist”: each therapist and day is asked for, as its own page does."""
    return [
        f"/appointment/ajax/available_slots/?selected_date={first + timedelta(days=day)}"
        f"&staff_member={member}&service_id={peer.known['service']}"
        for member in peer.known["staff"]
        for day in range(DAYS)
    ]


def _their_next(peer: Peer) -> list[str]:
    path = f"/appointment/ajax/request_next_available_slot/{peer.known['service']}/"
    return [f"{path}?staff_member={member}" for member in peer.known["staff"]]


def _our_starts(port: int, path: str) -> list[str]:
    answer = json.loads(load.Visitor(port).ask(path)[1])["openings"]
    return sorted(
        datetime.fromisoformat(one["start"]).astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S")
        for one in answer
        for _ in one["therapists"]
    )


def _their_starts(port: int, paths: list[str]) -> list[str]:
    visitor = load.Visitor(port, headers={"X-Requested-With": "XMLHttpRequest"})
    answers = (json.loads(visitor.ask(path)[1]) for path in paths)
    return sorted(start for answer in answers for start, _ in answer["available_slots"])


def _writing(peer: Peer, today: date, size: str) -> list[dict]:
    print("Booking …")
    empty = _empty_day(today)
    requests, queries = _our_walk(empty)
    walked = driver("walk", empty, "09:00")
    with serving(peer.folder) as port:
        ours = _our_bookings(port, empty)
        ours_whole = _ours_to_the_end(port, empty)
    theirs, theirs_whole = _their_bookings(peer, empty), _theirs_to_the_end(peer, empty)
    newcomer = "a newcomer, from pressing a slot to the page that confirms"
    each = f"{BOOKINGS} bookings over HTTP by {VISITORS} visitors"
    posts = f"{each}, POSTs only (Taper's first answers with the form itself)"
    whole = f"{each}, all that a browser asks from pressing a slot to the page that confirms"
    storm = f"{AT_ONE_SLOT} visitors, one therapist's slot"
    return [
        _figure("requests from slot to confirmed", requests, walked["requests"], "", newcomer),
        _figure("SQL queries from slot to confirmed", queries, walked["queries"], "", newcomer),
        _figure(
            f"bookings a second (more is better): {size}", ours[0], theirs[0], "a second", posts
        ),
        _figure(
            f"bookings a second with the pages between (more is better): {size}",
            ours_whole,
            theirs_whole,
            "a second",
            whole,
        ),
        _figure(f"overlapping rows after {AT_ONE_SLOT} at once", ours[1], theirs[1], "rows", storm),
    ]


def _empty_day(today: date) -> date:
    return today + timedelta(days=SEEDED_DAYS + 3)


def _figure(what: str, taper: float, peer: float, unit: str, how: str) -> dict:
    return {"what": what, "taper": taper, "peer": peer, "unit": unit, "how": how}


def _our_walk(day: date) -> tuple[int, int]:
    browser, start = Browser(SERVER_NAME="localhost"), f"{day}T09:00:00+00:00"
    chosen = {"start": start, "therapist": Therapist.objects.order_by("pk")[0].slug}
    person = {"name": "Ana Walk", "email": "walk@example.com", "key": "0" * 32}
    with CaptureQueriesContext(connection) as data:
        browser.post(f"/book/{SLUG}/hold/", chosen)
        confirmed = browser.post(f"/book/{SLUG}/details/", {**chosen, **person})["Location"]
        page = browser.get(confirmed)
    assert page.status_code == 200, page
    return 3, len(data)


def _slots(day: date, *, later: bool = False) -> list[datetime]:
    """Two at a time, two hours apart, on days when nobody is booked yet."""
    ahead = 2 + later * (BOOKINGS // 12 + 1)
    eight = datetime.fromisoformat(f"{day + timedelta(days=ahead)}T08:00:00+00:00")
    return [
        eight + timedelta(days=number // 12, hours=2 * (number % 12 // 2))
        for number in range(BOOKINGS)
    ]


def _our_bookings(port: int, day: date) -> tuple[float, int]:
    starts = [start.isoformat() for start in _slots(day)]
    storm = f"{day + timedelta(days=1)}T09:00:00+00:00"
    member = Therapist.objects.order_by("pk")[0].slug

    def prepare(number: int) -> list:
        mine = starts[number::VISITORS]
        return [(load.on_the_picker(port, SLUG, start), start) for start in mine]

    def work(prepared: list) -> Iterator[bool]:
        return (load.hold_and_confirm(visitor, SLUG, start) for visitor, start in prepared)

    def at_the_door(_number: int) -> load.Visitor:
        return load.on_the_picker(port, SLUG, storm)

    def confirm(visitor: load.Visitor) -> Iterator[int]:
        yield load.confirm(visitor, SLUG, storm, member)

    answers, taken = load.together(VISITORS, work, prepare=prepare)
    assert answers[True] == BOOKINGS, answers
    answers_of_storm, _ = load.together(AT_ONE_SLOT, confirm, prepare=at_the_door)
    print(f"Taper, one slot: {dict(answers_of_storm)}")
    there = Appointment.objects.filter(therapist__slug=member, starts_at=storm, status="booked")
    return round(answers[True] / taken, 1), there.count() - 1


def _ours_to_the_end(port: int, day: date) -> float:
    starts = [start.isoformat() for start in _slots(day, later=True)]

    def prepare(number: int) -> list:
        mine = starts[number::VISITORS]
        return [(load.on_the_picker(port, SLUG, start), start) for start in mine]

    def work(prepared: list) -> Iterator[bool]:
        for visitor, start in prepared:
            yield load.hold_and_confirm(visitor, SLUG, start, to_the_end=True)

    answers, taken = load.together(VISITORS, work, prepare=prepare)
    assert answers[True] == BOOKINGS, answers
    return round(answers[True] / taken, 1)


def _theirs_to_the_end(peer: Peer, day: date) -> float:
    days = _slots(day, later=True)
    slots = [(start, peer.known["staff"][n % 2]) for n, start in enumerate(days)]

    def prepare(number: int) -> list:
        return [(_their_visitor(port, peer), slot) for slot in slots[number::VISITORS]]

    def work(prepared: list) -> Iterator[bool]:
        with _peers_database() as raw, raw.cursor() as cursor:
            for number, (visitor, slot) in enumerate(prepared):
                who = f"whole-{os.getpid()}-{number}"
                yield _book_there(visitor, peer, slot, cursor, who, to_the_end=True)

    with peer.serving() as port:
        answers, taken = load.together(VISITORS, work, prepare=prepare)
    assert answers[True] == BOOKINGS, answers
    return round(answers[True] / taken, 1)


def _their_bookings(peer: Peer, day: date) -> tuple[float, int]:
    slots = [(start, peer.known["staff"][n % 2]) for n, start in enumerate(_slots(day))]
    storm_day = day + timedelta(days=1)
    storm = (datetime.fromisoformat(f"{storm_day}T09:00:00+00:00"), peer.known["staff"][0])

    def prepare(number: int) -> list:
        return [(_their_visitor(port, peer), slot) for slot in slots[number::VISITORS]]

    def work(prepared: list) -> Iterator[bool]:
        with _peers_database() as raw, raw.cursor() as cursor:
            for number, (visitor, slot) in enumerate(prepared):
                yield _book_there(visitor, peer, slot, cursor, f"{os.getpid()}-{number}")

    with peer.serving() as port:
        answers, taken = load.together(VISITORS, work, prepare=prepare)
        assert answers[True] == BOOKINGS, answers
        answers_of_storm, _ = load.together(
            AT_ONE_SLOT, work, prepare=lambda _: [(_their_visitor(port, peer), storm)]
        )
    print(f"django-appointment, one slot: {dict(answers_of_storm)}")
    return round(answers[True] / taken, 1), driver("overlaps", storm_day)["overlaps"]


def _peers_database():
    at = Peer.place()
    raw = psycopg2.connect(host=at["PEER_HOST"], user=at["PEER_USER"], dbname=at["PEER_NAME"])
    raw.autocommit = True
    return raw


def _their_visitor(port: int, peer: Peer) -> load.Visitor:
    """A newcomer who has the booking page open."""
    visitor = load.Visitor(port)
    status, _, _ = visitor.ask(f"/appointment/request/{peer.known['service']}/")
    assert status == 200, status
    return visitor


def _book_there(
    visitor: load.Visitor,
    peer: Peer,
    slot: tuple,
    cursor,
    who: str,
    *,
    to_the_end: bool = False,
) -> bool:
    """Its three POSTs; the code that it mails is read from its table, which is quicker. And each
    page that it leads to, where all of it counts."""
    start, member = slot
    email = f"{who}@example.com"
    times = {"start_time": f"{start:%H:%M}", "end_time": f"{start + timedelta(minutes=60):%H:%M}"}
    chosen = {"date": start.date(), "service": peer.known["service"], "staff_member": member}
    person = {"name": "Ana Demo", "email": email, "phone_0": "GB", "phone_1": "7400123456"}
    person["payment_type"] = "full"
    token = {"csrfmiddlewaretoken": visitor.cookies["csrftoken"]}

    def sent(to: str, form: dict) -> str:
        """Where it leads; nothing where it was refused."""
        status, _, leads_to = visitor.ask(to, {**token, **form})
        if status != 302 or (to_the_end and visitor.ask(leads_to)[0] != 200):
            return ""
        return leads_to

    to_details = sent("/appointment/request-submit/", {**chosen, **times})
    to_code = to_details and sent(to_details, person)
    if not to_code:
        return False
    cursor.execute(CODE, [email])
    return bool(sent(to_code, {"code": cursor.fetchone()[0]}))
