"""The demo's races: a few weeks behind and four months ahead, so that every phase has somebody."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import cycle

from django.db import connection
from django.db.models import F

from bookings.core.training import DayKind, Schedule, TrainingDay
from bookings.models import (
    Change,
    Client,
    Distance,
    ListedDistance,
    ListedRace,
    Outcome,
    OwnPlan,
    Priority,
    Race,
)
from bookings.models.records.history import MAY_FORGET
from bookings.models.training.own_plans import as_rows
from bookings.queries.training.listed import folded_name

RUNNERS_WEEKS_TO_GO = 13
DISTANCES = [
    Distance.MARATHON, Distance.MARATHON, Distance.HALF, Distance.MARATHON, Distance.ULTRA,
    Distance.HALF, Distance.TEN_KM,
]  # fmt: skip
WEEKS_TO_GO = range(-4, 17)
KNOWN_FOR = timedelta(weeks=26)
WITHOUT_A_RACE = 6  # of so many, one only likes to run
NAMES = {
    Distance.TEN_KM: ("Towpath 10", "Park Gates 10", "Mill Lane 10", "Weir 10"),
    Distance.HALF: (
        "Two Bridges Half", "Orchard Half", "Lighthouse Half", "Abbey Half", "Meadow Half",
        "Railway Half",
    ),
    Distance.MARATHON: (
        "Reservoir Marathon", "Canal Marathon", "Viaduct Marathon", "Heath Marathon",
        "Old Town Marathon", "Five Parks Marathon", "Estuary Marathon", "Ring Road Marathon",
        "Castle Marathon", "Coast Path Marathon", "Vineyard Marathon", "Three Hills Marathon",
        "Market Marathon", "Airfield Marathon",
    ),
    Distance.ULTRA: (
        "Chalk Hills Ultra", "Long Ridge Ultra", "Moorland Ultra", "Two Valleys Ultra",
    ),
}  # fmt: skip


def races_of(clients: Sequence[Client], *, today: date) -> Iterator[Race]:
    """The first client trains for a marathon with a half on the way; most others have one race."""
    runner, *others = clients
    names = {distance: iter(named) for distance, named in NAMES.items()}
    sunday = today + timedelta(days=6 - today.weekday())
    goal = sunday + timedelta(weeks=RUNNERS_WEEKS_TO_GO)
    half = goal - timedelta(weeks=6)
    yield _race(runner, (next(names[Distance.MARATHON]), goal, Distance.MARATHON), today)
    on_the_way = _race(runner, (next(names[Distance.HALF]), half, Distance.HALF), today)
    on_the_way.priority = Priority.B
    yield on_the_way
    days = [today - timedelta(days=1), *(sunday + timedelta(weeks=n) for n in WEEKS_TO_GO)]
    # One race on each. A short one some weeks ago asks for nothing any more.
    distances = (
        distance if day > today else Distance.MARATHON
        for day, distance in zip(days, cycle(DISTANCES), strict=False)
    )
    held = [(next(names[one]), day, one) for day, one in zip(days, distances, strict=True)]
    training = [client for place, client in enumerate(others) if place % WITHOUT_A_RACE]
    for client, race in zip(training, cycle(held), strict=False):
        yield _race(client, race, today)


LISTED_IN_WEEKS, RUNNERS_OF_IT = 5, 12
LISTED, TOWN, GUN = "Harbour Marathon", "Whitby", time(9, 30)
TYPED = "harbour marathon, whitby"


def make_list(clients: Sequence[Client], races: Iterable[Race], *, today: date) -> list[Race]:
    """The races that can be chosen, as all of those have been. A dozen of those who only like to
    run have chosen one more; two have typed it."""
    for race in races:
        race.listed = _listed(race.name, "", race.race_date, race.distance)
    Race.objects.bulk_update(races, ["listed"])
    sunday = today + timedelta(days=6 - today.weekday())
    day = sunday + timedelta(weeks=LISTED_IN_WEEKS)
    harbour = _listed(LISTED, TOWN, day, Distance.MARATHON, start=GUN)
    free = [client for place, client in enumerate(clients[1:]) if place % WITHOUT_A_RACE == 0]
    marathon = {"race_date": day, "distance": Distance.MARATHON}
    chosen = [
        Race(client=one, name=LISTED, listed=harbour, **marathon) for one in free[:RUNNERS_OF_IT]
    ]
    typed = [Race(client=one, name=TYPED, **marathon) for one in free[RUNNERS_OF_IT:][:2]]
    return Race.objects.bulk_create([*chosen, *typed])


def _listed(
    name: str, town: str, day: date, distance: str, start: time | None = None
) -> ListedDistance:
    race, _ = ListedRace.objects.get_or_create(name=name, town=town, folded=folded_name(name, town))
    held = {"race_date": day, "start": start}
    return race.distances.get_or_create(distance=distance, defaults=held)[0]


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


def _race(client: Client, race: tuple[str, date, Distance], today: date) -> Race:
    name, day, distance = race
    return Race(
        client=client,
        race_date=day,
        distance=distance,
        name=name,
        outcome=Outcome.FINISHED if day < today else Outcome.EXPECTED,
    )
