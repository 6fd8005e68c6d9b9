"""The training phases of many clients as the database can join with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from django.db.models import Q

from bookings.core import training
from bookings.core.training.races import LONGEST_PLAN_DAYS
from bookings.models import Clinic, Race
from bookings.queries.training import protocol

NO_RACE = ""
PlansTold = dict[str, list]
NONE_TOLD: PlansTold = {name: [] for name in ("whose", "plan", "plans", "edges", "phases", "races")}


def race_key(race: training.Race) -> str:
    """Runners of one race have typed it each for themselves: it is one by its day and name."""
    return f"{race.race_date.isoformat()} {' '.join(race.name.split())}"


def plans_told(clients: Collection[int], first: date, last: date, clinic: Clinic) -> PlansTold:
    """The phases on the days in [first, last], once for all who train alike; two queries.

    `whose` plan is which; of each of the plans when its stretches begin, their phases and races.
    """
    rules = protocol.current()
    numbers: dict[tuple[training.Race, ...], int] = {}
    told: PlansTold = {name: [] for name in NONE_TOLD}
    for client, races in _races(clients, first, last, rules):
        told["whose"].append(client)
        told["plan"].append(numbers.setdefault(races, len(numbers)))
    begin = cache(lambda day: int(clinic.begin_of(day).timestamp()))
    for number, races in enumerate(numbers):
        whole = training.Timeline.of(races, rules).segments(first, last + timedelta(days=1))
        told["plans"].append(number)
        told["edges"].append(as_array(begin(one.start) for one in whole))
        told["phases"].append(as_array(one.phase.value for one in whole))
        keys = (race_key(one.race) if one.race else NO_RACE for one in whole)
        told["races"].append(as_array(keys))
    return told


def as_array(values: Iterable[object]) -> str:
    """As the database writes one: read far faster than a list of constants."""
    quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in values)
    return "{" + ",".join(f'"{one}"' for one in quoted) + "}"


def _races(
    clients: Collection[int], first: date, last: date, rules: training.Protocol
) -> Iterator[tuple[int, tuple[training.Race, ...]]]:
    """Of each client those whose phases may touch the days."""
    after = max(one.return_last_day for one in rules.distances.values()) + 1
    ahead = Q(race_date__lte=last + timedelta(days=LONGEST_PLAN_DAYS)) | Q(training_start__lte=last)
    near = Race.objects.filter(ahead, race_date__gte=first - timedelta(days=after))
    by_client = defaultdict(list)
    for race in near.filter(client__in=list(clients)):
        by_client[race.client_id].append(race.in_training)
    for client, races in by_client.items():
        yield client, tuple(races)
