"""The training phases of many clients as the database can join with them.

Races of one client that are far apart have no say in one another's phases. So a client's races
are taken in bunches, of which many clients have the same: each is worked out and told once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db.models import Q

from bookings.core import training
from bookings.core.training.phases import spans_of
from bookings.core.training.races import LONGEST_PLAN_DAYS
from bookings.models import Clinic, Race
from bookings.queries.training import protocol

NO_RACE = ""
FIELDS = ("race_date", "distance", "priority", "name", "training_start", "weeks", "outcome",
          "dnf_km")  # fmt: skip
RaceTold = tuple[Any, ...]  # of one race, its FIELDS: cheaper to compare than a Race
Reach = tuple[date, date]
Bunch = tuple[RaceTold, ...]
PhasesTold = dict[str, list]


def race_key(race: training.Race) -> str:
    """Runners of one race have typed it each for themselves: it is one by its day and name."""
    return f"{race.race_date.isoformat()} {' '.join(race.name.split())}"


def phases_told(first: date, last: date, clinic: Clinic) -> PhasesTold:
    """The phases of everybody on the days in [first, last]; two queries.

    Of each client (`whose`) when their `bunches` begin; of each bunch when its stretches do
    (`told_edges`), their phases and races.
    """
    telling = Telling(protocol.current(), cache(lambda day: int(clinic.begin_of(day).timestamp())))
    told: PhasesTold = {"whose": [], "bunches_begin": [], "bunches": []}
    for client, races in _races(first, last, telling.rules).items():
        bunches = list(telling.bunches_of(races))
        told["whose"].append(client)
        told["bunches_begin"].append(as_array(begin for begin, _number in bunches))
        told["bunches"].append(as_array(number for _begin, number in bunches))
    return {**told, **telling.every_bunch()}


@dataclass
class Telling:
    """Numbers bunches as they come; `begin` is the second with which a day begins."""

    rules: training.Protocol
    begin: Any
    numbers: dict[Bunch, int] = field(default_factory=dict)
    _reaches: dict[RaceTold, Reach | None] = field(default_factory=dict)

    def bunches_of(self, races: list[RaceTold]) -> Iterator[tuple[int, int]]:
        """When each begins, and its number."""
        reaches = [(reach, race) for race in races if (reach := self._reach(race))]
        reaches.sort(key=lambda one: one[0])
        bunch: list[RaceTold] = []
        begins = ends = date.min
        for (start, end), race in reaches:
            if bunch and start >= ends:
                yield self._numbered(begins, bunch)
                bunch = []
            begins, ends = (begins, max(ends, end)) if bunch else (start, end)
            bunch.append(race)
        if bunch:
            yield self._numbered(begins, bunch)

    def every_bunch(self) -> PhasesTold:
        told: PhasesTold = {"numbers": [], "told_edges": [], "phases": [], "races": []}
        for bunch, number in self.numbers.items():
            stretches = training.Timeline.of([_race(one) for one in bunch], self.rules).stretches
            told["numbers"].append(number)
            days = (one.start for one in stretches[1:])  # before them there is no phase yet
            told["told_edges"].append(as_array(self.begin(day) for day in days))
            told["phases"].append(as_array(one.phase.value for one in stretches[1:]))
            keys = (race_key(one.race) if one.race else NO_RACE for one in stretches[1:])
            told["races"].append(as_array(keys))
        return told

    def _numbered(self, begins: date, bunch: list[RaceTold]) -> tuple[int, int]:
        bunch.sort(key=lambda race: race[0])  # as a client's races are in order
        number = self.numbers.setdefault(tuple(bunch), len(self.numbers) + 1)
        return self.begin(begins), number

    def _reach(self, race: RaceTold) -> Reach | None:
        if race not in self._reaches:
            spans = spans_of(_race(race), self.rules)
            reach = (min(s.start for s in spans), max(s.end for s in spans)) if spans else None
            self._reaches[race] = reach
        return self._reaches[race]


def _race(told: RaceTold) -> training.Race:
    return Race(**dict(zip(FIELDS, told, strict=True))).in_training


def as_array(values: Iterable[object]) -> str:
    """As the database writes one: read far faster than a list of constants."""
    quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in values)
    return "{" + ",".join(f'"{one}"' for one in quoted) + "}"


def _races(first: date, last: date, rules: training.Protocol) -> Mapping[int, list[RaceTold]]:
    """Of each client those whose phases may touch the days."""
    after = max(one.return_last_day for one in rules.distances.values()) + 1
    ahead = Q(race_date__lte=last + timedelta(days=LONGEST_PLAN_DAYS)) | Q(training_start__lte=last)
    near = Race.objects.filter(ahead, race_date__gte=first - timedelta(days=after))
    by_client: dict[int, list[RaceTold]] = defaultdict(list)
    for client, *told in near.order_by().values_list("client_id", *FIELDS):
        by_client[client].append(tuple(told))
    return by_client
