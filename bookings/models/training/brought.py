"""What a visitor has told of their training before anybody knows who they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from bookings.core import training
from bookings.models.clients.clients import Client
from bookings.models.training.own_plans import as_rows, schedule_of
from bookings.models.training.races import Race

FIELDS = (
    "race_date", "distance", "name", "priority", "training_start", "weeks", "outcome", "dnf_km",
)  # fmt: skip
DATES = ("race_date", "training_start")
# Of a client; the clinic knows the rest.
KEPT_HABITS = ("long_run_weekday", "weekly_volume_km", "usual_part", "usual_therapist_id")


@dataclass(frozen=True)
class Told:
    """Races, habits, own days, efforts and declined sessions, as plain data that JSON can hold."""

    data: Mapping[str, Any]

    @property
    def races(self) -> list[Race]:
        """Of no client, in the order of their dates."""
        listed = self.data.get("listed", {})  # apart: what runs beside knows no such field
        found = [
            Race(**_with_dates(kept), listed_id=listed.get(kept["race_date"]))
            for kept in self.data.get("races", [])
        ]
        return sorted(found, key=lambda race: race.race_date)

    @property
    def habits(self) -> dict[str, Any]:
        return self.data.get("habits", {})

    @property
    def wants_nudges(self) -> bool:
        return self.habits.get("wants_nudges", False)

    @property
    def hard_efforts(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.data.get("hard_efforts", [])]

    @property
    def schedule(self) -> training.Schedule:
        return schedule_of(self.data.get("days", []))

    @property
    def declined(self) -> frozenset[tuple[training.Kind, date]]:
        kept = self.data.get("declined", [])
        return frozenset((training.Kind(kind), date.fromisoformat(day)) for kind, day in kept)

    @property
    def runner(self) -> training.Runner:
        return training.Runner(
            long_run_weekday=training.Weekday(
                self.habits.get("long_run_weekday", training.Weekday.SUN)
            ),
            weekly_volume_km=self.habits.get("weekly_volume_km", 0),
            new_client=not self.habits.get("has_been", False),
            hard_efforts=tuple(self.hard_efforts),
            schedule=self.schedule,
        )

    def with_races(self, races: Iterable[Race]) -> "Told":
        there = list(races)
        plain = [{name: _plain(getattr(race, name)) for name in FIELDS} for race in there]
        listed = {race.race_date.isoformat(): race.listed_id for race in there if race.listed_id}
        told = self._with(races=plain)
        return told._with(listed=listed) if listed or "listed" in self.data else told

    def with_habits(self, habits: Mapping[str, Any]) -> "Told":
        return self._with(habits=dict(habits))

    def with_hard_efforts(self, days: Iterable[date]) -> "Told":
        return self._with(hard_efforts=[day.isoformat() for day in days])

    def with_schedule(self, schedule: training.Schedule) -> "Told":
        return self._with(days=as_rows(schedule))

    def with_declined(self, sessions: Iterable[tuple[training.Kind, date]]) -> "Told":
        return self._with(declined=[(kind.value, ideal.isoformat()) for kind, ideal in sessions])

    def _with(self, **changed: Any) -> "Told":
        return Told({**self.data, **changed})


class BroughtPlan(models.Model):
    """What the visitor who booked had told in their browser until then.

    It becomes the client's own with the first proof of their address. Of somebody whom the clinic
    knows already it is an offer, which they take behind their link.
    """

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="brought_plan")
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return ", ".join(str(race) for race in self.told.races)

    @property
    def told(self) -> Told:
        return Told(self.data)


def _with_dates(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in DATES and value else value
        for name, value in kept.items()
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
