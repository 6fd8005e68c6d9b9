"""The demo's races: a few weeks behind and four months ahead, so that every phase has somebody."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import cycle

from django.db import connection
from django.db.models import F

from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models import Change, Client, Distance, Outcome, OwnPlan, Priority, Race
from bookings.models.records.history import MAY_FORGET
from bookings.models.training.own_plans import as_rows

RUNNERS_WEEKS_TO_GO = 13
DISTANCES = [
    Distance.MARATHON, Distance.MARATHON, Distance.HALF, Distance.MARATHON, Distance.ULTRA,
    Distance.HALF, Distance.TEN_KM,
]  # fmt: skip
WEEKS_TO_GO = range(-4, 17)
KNOWN_FOR = timedelta(weeks=26)
WITHOUT_A_RACE = 6  # of so many, one only likes to run
SPRING, AUTUMN = range(3, 6), range(9, 12)
NAMES = {
    Distance.TEN_KM: "Towpath 10",
    Distance.HALF: "Two Bridges Half",
    Distance.ULTRA: "Chalk Hills Ultra",
}


def races_of(clients: Sequence[Client], *, today: date) -> Iterator[Race]:
    """The first client trains for a marathon with a half on the way; most others have one race."""
    runner, *others = clients
    sunday = today + timedelta(days=6 - today.weekday())
    goal = sunday + timedelta(weeks=RUNNERS_WEEKS_TO_GO)
    yield _race(runner, goal, Distance.MARATHON, today)
    on_the_way = _race(runner, goal - timedelta(weeks=6), Distance.HALF, today)
    on_the_way.priority = Priority.B
    yield on_the_way
    days = [today - timedelta(days=1), *(sunday + timedelta(weeks=n) for n in WEEKS_TO_GO)]
    training = [client for place, client in enumerate(others) if place % WITHOUT_A_RACE]
    for client, day, distance in zip(training, cycle(days), cycle(DISTANCES), strict=False):
        # A short race some weeks ago asks for nothing any more.
        yield _race(client, day, distance if day > today else Distance.MARATHON, today)


def own_plan_of(client: Client, *, hard: int, today: date, now: datetime) -> OwnPlan:
    """Twelve weeks around today, hard on that weekday and with a long run on Saturday."""
    kinds = {0: DayKind.REST, hard: DayKind.HARD, 5: DayKind.LONG}
    days = [today + timedelta(days=n) for n in range(-14, 70)]
    schedule = Schedule(
        tuple(TrainingDay(day, kinds.get(day.weekday(), DayKind.EASY), km=10) for day in days)
    )
    return OwnPlan(client=client, read_at=now, days=as_rows(schedule))


def were_entered_long_ago() -> None:
    """By what the history says of them, so that the forecast has something to learn from."""
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
        Change.objects.filter(table=Race._meta.db_table).update(at=F("at") - KNOWN_FOR)
        cursor.execute("SET LOCAL taper.forgetting = 'off'")


def _race(client: Client, day: date, distance: Distance, today: date) -> Race:
    return Race(
        client=client,
        race_date=day,
        distance=distance,
        name=NAMES.get(distance) or _marathon(day),
        outcome=Outcome.FINISHED if day < today else Outcome.EXPECTED,
    )


def _marathon(day: date) -> str:
    if day.month in SPRING:
        return "Spring Marathon"
    return "Autumn Marathon" if day.month in AUTUMN else "Reservoir Marathon"
