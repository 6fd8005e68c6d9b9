"""The days of a client's own training plan, out of a file that they have chosen."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Value

from bookings.core import training
from bookings.models.clients.clients import Client

NAMES = ("date", "kind", "minutes", "km")


class OwnPlan(models.Model):
    """Date, kind, minutes and kilometres of each day, and never a title or a text.

    `days` are as `as_rows` writes them. It has come all at once and goes all at once, so it is one
    row, and the history says that it changed without its days. `left` are the visits that stay
    where they are though these days are against it, each with the revision that was looked at.
    """

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="own_plan")
    read_at = models.DateTimeField()
    days = models.JSONField(default=list)
    left = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))

    def __str__(self) -> str:
        return f"{self.client}"

    @property
    def schedule(self) -> training.Schedule:
        return schedule_of(self.days)

    @property
    def left_alone(self) -> frozenset[tuple[str, int]]:
        """By the visit's public id, at a revision: once it is moved it is another matter."""
        return frozenset((public_id, revision) for public_id, revision in self.left)


def as_rows(schedule: training.Schedule) -> list[list[Any]]:
    """Plain data that JSON can hold."""
    return [[one.day.isoformat(), one.kind.value, one.minutes, one.km] for one in schedule.days]


def schedule_of(rows: Iterable[Sequence[Any]]) -> training.Schedule:
    """Rows of the first days say besides whether it was done, which nothing reads."""
    return training.Schedule(
        tuple(
            training.TrainingDay(date.fromisoformat(day), training.DayKind(kind), minutes, km)
            for day, kind, minutes, km, *_ in rows
        )
    )


def in_words(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """The same with the name of each value."""
    return [dict(zip(NAMES, row, strict=False)) for row in rows]


def schedule_known(client: Client) -> training.Schedule:
    """Empty where they have given none."""
    own: OwnPlan | None = getattr(client, "own_plan", None)
    return own.schedule if own else training.Schedule()
