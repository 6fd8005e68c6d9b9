"""A gap against everybody who waits, and a booking beside somebody who joins again and again."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex

from django.utils import timezone

from bookings.actions.clients.details import NewClient
from bookings.actions.waiting_list import entries
from bookings.actions.waiting_list.entries import JoinRequest, WaitTerms
from bookings.core.intervals import Interval
from bookings.models import Client, Clinic, FreedBy, FreedTime, Treatment, WaitlistEntry
from bookings.queries.waiting_list.matches import gap_of
from tests.benchmarks import seed
from tests.benchmarks.beside import burn, by_turns, slower
from tests.benchmarks.clients import PEOPLE, PERSON
from tests.benchmarks.sizes import size
from tests.benchmarks.spreading import spread

HOW_MANY, ROUNDS = size(1_000, toy=20), size(40, toy=2)
AHEAD = timedelta(days=7)
LONGEST_WAIT = 30  # days
A_SECOND = 1


def measure(_folder: Path, today: date) -> list[tuple[str, str]]:
    """As they are in a season: each wants some days of the week, at some times, for some weeks."""
    seed.make_busy_clinic(therapists=3, appointments=300, last_day=today + timedelta(days=20))
    seed.insert(Client, {**PERSON, "wants_news": "true"}, PEOPLE, people=HOW_MANY)
    clinic, now = Clinic.objects.the(), timezone.now()
    treatments = list(Treatment.objects.bookable_online())
    WaitlistEntry.objects.bulk_create(
        WaitlistEntry(
            client=client,
            treatment=treatments[number % len(treatments)],
            weekdays=[number % 5, (number + 2) % 5] if number % 2 else [],
            parts=[number % 3] if number % 4 == 0 else [],
            first_day=today + timedelta(days=number % 14),
            last_day=today + timedelta(days=14 + number % 14),
            joined_at=now - timedelta(days=number % LONGEST_WAIT),
            by="runner",
            key=str(number),
        )
        for number, client in enumerate(Client.objects.filter(wants_news=True))
    )
    print("Measuring the waiting list …")
    start = clinic.begin_of(today + AHEAD) + timedelta(hours=10)
    during = Interval(start, start + timedelta(hours=4))
    FreedTime.objects.create(
        starts_at=start, ends_at=during.end, cause=FreedBy.VISIT, freed_at=now, due_at=now
    )
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        gap = gap_of(clinic, during, at_once=True, now=now)
        found = gap and gap.next_in_line(clinic.day_of(start))
        taken.append((time.perf_counter() - began) * 1000)
    assert found or not gap
    first = (f"who comes first for a gap of four hours, {HOW_MANY:,} waiting", spread(taken))
    return [first, *_beside_joins(treatments[0], today)]


def _beside_joins(treatment: Treatment, today: date) -> list[tuple[str, str]]:
    """By turns with nobody beside it, and with what any second busy process costs here."""
    join = partial(_join, treatment, today)
    works = {
        "a join each second": partial(_now_and_then, join),
        "joins without a pause": join,
        "a statement that reads no table": burn,
    }
    alone, beside = by_turns(works, today)
    what = f"a booking through the action, {HOW_MANY:,} waiting"
    return [
        (f"{what}: alone", spread(alone)),
        *((f"{what}: beside {name}", slower(taken, alone)) for name, taken in beside.items()),
    ]


def _now_and_then(work: Callable[[], None]) -> None:
    work()
    time.sleep(A_SECOND)


def _join(treatment: Treatment, today: date) -> None:
    """A newcomer, for the days on which others book meanwhile."""
    somebody = token_hex(8)
    terms = WaitTerms(first_day=today + timedelta(days=62), last_day=today + timedelta(days=262))
    request = JoinRequest(
        client=NewClient(name="New Comer", email=f"{somebody}@example.com", phone=""),
        treatment=treatment,
        wanted=terms,
        key=somebody,
        by="runner",
    )
    entries.join(request, now=timezone.now())
