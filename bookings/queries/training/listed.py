"""The clinic's races: found by a few letters, and those that runners may mean."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Count, Max, Min, Q, QuerySet, When

from bookings.core.clients.search_text import name_compared, words_sought
from bookings.models import ListedDistance, ListedRace, Outcome, Race

OFFERED = 8
FURTHEST_AHEAD = timedelta(days=731)  # of a race that somebody may enter
NEAR = timedelta(days=8)  # a runner's date that may be the listed one
FEW_WORDS = frozenset({"the", "of", "and", "marathon", "half", "race", "run", "10", "km", "10k"})
MOST_READ = 2000


def folded_name(name: str, town: str) -> str:
    return name_compared(f"{name} {town}")


def offered(typed: str, today: date) -> list[ListedDistance]:
    """Ahead, each of whose words begins one of the race's name or town; the nearest first."""
    found = ListedDistance.objects.ahead(today)
    for word in words_sought(typed):
        begins = Q(listed_race__folded__startswith=word)
        found = found.filter(begins | Q(listed_race__folded__contains=f" {word}"))
    return list(found[:OFFERED])


def races_listed() -> QuerySet[ListedRace]:
    """With their days, how many run them, and how many of their distances are cancelled."""
    return (
        ListedRace.objects.prefetch_related("distances")
        .annotate(
            first=Min("distances__race_date"),
            last=Max("distances__race_date"),
            runners=Count(
                "distances__runners__client", filter=is_run("distances__runners__"), distinct=True
            ),
        )
        .order_by("archived_at", "first", "name", "pk")
    )


def concerned(listed: ListedDistance) -> QuerySet[Race]:
    """One race of each runner whom its news are about: of who has it twice, the one of its day."""
    there = Race.objects.filter(listed=listed, client__erased_at=None)
    is_another_day = Case(When(race_date=listed.race_date, then=0), default=1)
    of_each = there.order_by("client_id", is_another_day, "race_date", "pk").distinct("client_id")
    return Race.objects.filter(pk__in=of_each.values("pk"))


def is_run(prefix: str = "") -> Q:
    """Races of somebody who has not been erased, and that take place.

    What a visitor has typed is no race yet: it becomes one once their address is proved.
    """
    not_run = (Outcome.CANCELLED, Outcome.DNS)
    living = Q(**{f"{prefix}client__erased_at": None})
    return living & ~Q(**{f"{prefix}outcome__in": not_run})


@dataclass(frozen=True)
class Twin:
    """Races that runners have typed alike, and the listed one that they may mean."""

    listed: ListedDistance
    races: Sequence[Race]

    @property
    def typed(self) -> Race:
        return self.races[0]

    @property
    def is_same_day(self) -> bool:
        return self.typed.race_date == self.listed.race_date

    @property
    def value(self) -> str:
        """How a form names it: which races, and which one they are."""
        return f"{self.listed.pk} {' '.join(str(race.pk) for race in self.races)}"


def twins(today: date) -> list[Twin]:
    """Of the races to come that nobody has joined; two queries for any number."""
    by_distance: dict[str, list[ListedDistance]] = defaultdict(list)
    for one in ListedDistance.objects.ahead(today):
        by_distance[one.distance].append(one)
    typed = Race.objects.filter(is_run(), listed=None, race_date__gte=today - NEAR)
    alike: dict[tuple[int, str, date], list[Race]] = defaultdict(list)
    known: dict[int, ListedDistance] = {}
    for race in typed.exclude(name="").select_related("client")[:MOST_READ]:
        if meant := _meant(race, by_distance[race.distance]):
            known[meant.pk] = meant
            alike[meant.pk, name_compared(race.name), race.race_date].append(race)
    return [Twin(known[pk], races) for (pk, _name, _day), races in alike.items()]


def _meant(race: Race, there: Sequence[ListedDistance]) -> ListedDistance | None:
    """The nearest in time of those with its name, or with a word of it that few races have; none
    that the desk has said it is not."""
    words = set(name_compared(race.name).split())
    close = [
        one
        for one in there
        if abs(one.race_date - race.race_date) <= NEAR and one.pk not in race.not_listed
    ]
    return min(
        (one for one in close if _is_called(words, one)),
        key=lambda one: abs(one.race_date - race.race_date),
        default=None,
    )


def _is_called(words: set[str], one: ListedDistance) -> bool:
    name = set(name_compared(one.listed_race.name).split())
    theirs = set(one.listed_race.folded.split())
    return words == name or bool((words & theirs) - FEW_WORDS)
