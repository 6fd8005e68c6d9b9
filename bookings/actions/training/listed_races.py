"""The clinic's list of races: kept, imported, archived, and joined with what runners have typed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from bookings.core.clients.search_text import name_compared
from bookings.core.records.race_files import ListedRaceRead
from bookings.models import ListedDistance, ListedRace, Race
from bookings.queries.training.listed import FURTHEST_AHEAD, folded_name

SAME_SEASON = timedelta(days=180)  # the same race on another date, and not the next year's


@dataclass(frozen=True)
class ImportPlan:
    """What a file's races come to: new ones; those that are there; those on another date here;
    those that are over, and those too far ahead."""

    new: Sequence[ListedRaceRead]
    known: Sequence[ListedRaceRead]
    moved: Sequence[tuple[ListedRaceRead, ListedDistance]]
    over: Sequence[ListedRaceRead]
    far: Sequence[ListedRaceRead]


@transaction.atomic
def keep(listed: ListedRace, distances: Iterable[Mapping[str, Any]]) -> ListedRace:
    """Its name and town; new distances, and the start of those that are there. Dates stay: they
    are moved by news, which their runners are told of."""
    listed.folded = folded_name(listed.name, listed.town)
    listed.save()
    there = {one.distance: one for one in listed.distances.all()}
    for told in distances:
        known = there.get(told["distance"])
        if known is None:
            ListedDistance.objects.create(listed_race=listed, **told)
        elif known.start != told["start"]:
            known.start = told["start"]
            known.save(update_fields=["start"])
    return listed


def archive(listed: ListedRace, *, now: datetime) -> None:
    ListedRace.objects.filter(pk=listed.pk, archived_at=None).update(archived_at=now)


def bring_back(listed: ListedRace) -> None:
    ListedRace.objects.filter(pk=listed.pk).update(archived_at=None)


def there_already(
    name: str, day: date, distance: str, among: Iterable[ListedDistance]
) -> ListedDistance | None:
    """The same race of that season; the nearest in time."""
    wanted = name_compared(name)
    found = (
        one
        for one in among
        if one.distance == distance
        and name_compared(one.listed_race.name) == wanted
        and abs(one.race_date - day) <= SAME_SEASON
    )
    return min(found, key=lambda one: abs(one.race_date - day), default=None)


def looked_at(races: Iterable[ListedRaceRead], *, today: date) -> ImportPlan:
    """Before anything is imported: one query."""
    listed = list(ListedDistance.objects.select_related("listed_race"))
    new: list[ListedRaceRead] = []
    known: list[ListedRaceRead] = []
    moved: list[tuple[ListedRaceRead, ListedDistance]] = []
    over: list[ListedRaceRead] = []
    far: list[ListedRaceRead] = []
    for race in races:
        there = there_already(race.name, race.day, race.distance, listed)
        if race.day > today + FURTHEST_AHEAD:
            far.append(race)
        elif there is None:
            (new if race.day >= today else over).append(race)
        elif there.race_date == race.day:
            known.append(race)
        else:
            moved.append((race, there))
    return ImportPlan(new, known, moved, over, far)


@transaction.atomic
def bring_in(races: Iterable[ListedRaceRead], *, today: date) -> int:
    """What is new of these; the same file again adds nothing. How many came in."""
    _one_at_a_time()
    plan = looked_at(races, today=today)
    made: dict[tuple[str, int], ListedRace] = {}
    for race in plan.new:
        name = (name_compared(race.name), race.day.year)
        if name not in made:
            made[name] = _race_of(race)
        ListedDistance.objects.get_or_create(
            listed_race=made[name],
            distance=race.distance,
            defaults={"race_date": race.day, "start": race.start},
        )
    return len(plan.new)


def _race_of(race: ListedRaceRead) -> ListedRace:
    """One that is listed that season already with other distances, or a new one."""
    near = (race.day - SAME_SEASON, race.day + SAME_SEASON)
    for one in ListedRace.objects.filter(distances__race_date__range=near).distinct():
        if name_compared(one.name) == name_compared(race.name):
            return one
    return ListedRace.objects.create(
        name=race.name, town=race.town, folded=folded_name(race.name, race.town)
    )


def _one_at_a_time() -> None:
    """Two presses of one import are one after the other."""
    list(ListedRace.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def join(listed: ListedDistance, races: Sequence[int]) -> int:
    """Races that runners have typed are this one: their dates and names stay as they are."""
    there = Race.objects.filter(pk__in=races, listed=None, distance=listed.distance)
    return there.update(listed=listed)


def unjoin(listed: ListedDistance, races: Sequence[int]) -> int:
    """Typed ones again, as they were."""
    return Race.objects.filter(pk__in=races, listed=listed).update(listed=None)


@transaction.atomic
def say_it_is_not(listed: ListedDistance, races: Sequence[int], *, undo: bool = False) -> int:
    """They are not proposed for it again; or they are."""
    typed = Race.objects.filter(pk__in=races, listed=None).select_for_update(no_key=True)
    there = list(typed.order_by("pk"))
    for race in there:
        others = [pk for pk in race.not_listed if pk != listed.pk]
        race.not_listed = others if undo else [*others, listed.pk]
    Race.objects.bulk_update(there, ["not_listed"])
    return len(there)
