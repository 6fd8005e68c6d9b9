"""Races of the runner's own plan that are not among theirs: one that has moved, or another one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bookings.core.training import DayKind, Distance, Schedule, TrainingDay
from bookings.models import ListedDistance, Race

MOVES_BY = timedelta(weeks=8)  # at most, or it is another race
IS_NEAR = timedelta(days=8)  # of a race whose distance the plan does not tell
# Kilometres up to which, and from which on, a race is of that distance.
DISTANCES = (
    (11, 9, Distance.TEN_KM),
    (22, 20, Distance.HALF),
    (43, 41, Distance.MARATHON),
    (1000, 43, Distance.ULTRA),
)


@dataclass(frozen=True)
class RaceRead:
    """`moved` is one of theirs, which the plan may have moved to that day; `listed` one of the
    clinic's races that is run then."""

    of: TrainingDay
    moved: Race | None = None
    moved_url: str = ""
    listed: ListedDistance | None = None

    @property
    def distance(self) -> str:
        """As a form of races has it; nothing of one in between."""
        return self.listed.distance if self.listed else distance_of(self.of)


def distance_of(day: TrainingDay) -> str:
    km = day.km or 0
    return next((of for longest, shortest, of in DISTANCES if shortest <= km < longest), "")


def races_read(schedule: Schedule, entered: Sequence[Race], today: date) -> list[RaceRead]:
    """Those to come; one query for all of them."""
    known = frozenset(race.race_date for race in entered)
    asked = [
        one
        for one in schedule.days
        if one.kind is DayKind.RACE and one.day > today and one.day not in known
    ]
    days = {one.day for one in asked}
    listed = list(ListedDistance.objects.ahead(today).filter(race_date__in=days)) if days else []
    coming = [race for race in entered if race.race_date > today]
    missing = [race for race in coming if race.race_date not in schedule.races]
    return [_read(one, missing, listed) for one in asked]


def _read(
    day: TrainingDay, missing: Iterable[Race], listed: Collection[ListedDistance]
) -> RaceRead:
    """The clinic's list knows whose day it is, but of a race of theirs that has moved there."""
    there = [one for one in listed if one.race_date == day.day and _is_as_long(day, one.distance)]
    named = there[0] if len(there) == 1 else None
    moved = [race for race in missing if _may_have_moved(day, race, there)]
    nearest = min(moved, key=lambda race: abs(race.race_date - day.day), default=None)
    return RaceRead(day, nearest, listed=None if nearest else named)


def _is_as_long(day: TrainingDay, distance: str) -> bool:
    return day.km is None or distance_of(day) == distance


def _may_have_moved(day: TrainingDay, race: Race, listed: Collection[ListedDistance]) -> bool:
    if listed:
        return race.listed_id in {one.pk for one in listed}
    within = MOVES_BY if day.km else IS_NEAR
    return abs(race.race_date - day.day) <= within and _is_as_long(day, race.distance)
