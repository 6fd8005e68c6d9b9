"""The race that a series could end before, as the protocol advises."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core.training import Phase
from bookings.models import Appointment, Clinic
from bookings.queries.training.plans import History, plan_of, runner_of

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RaceAhead:
    """`last_day` is the last before its race week, or before itself where it has none."""

    name: str
    last_day: date


def race_ahead(visit: Appointment, clinic: Clinic, *, now: datetime) -> RaceAhead | None:
    """The first after the visit."""
    first, races = clinic.day_of(visit.starts_at), list(visit.whose.races.all())
    if not any(race.race_date > first for race in races):
        return None
    runner = runner_of(visit.whose, History.of(visit.whose))
    plan = plan_of(races, runner, today=clinic.day_of(now))
    there = [race for race in plan.races if race.race_date > first]
    race = min(there, key=lambda one: one.race_date)
    last = race.race_date - A_DAY
    while plan.on(last).phase is Phase.RACE_WEEK:
        last -= A_DAY
    return RaceAhead(race.name, last)
