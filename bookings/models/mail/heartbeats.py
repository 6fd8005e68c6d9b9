"""Signs of life of what works in the background, by the database's clock."""

from datetime import timedelta

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

TOLERANCE = timedelta(seconds=30)  # clocks are put right by less, all the time


class Component(models.TextChoices):
    BEAT = "beat", gettext_lazy("the clock that rings each minute")
    SENDER = "sender", gettext_lazy("the worker that sends mail")
    CALENDARS = "calendars", gettext_lazy("the worker that reads calendars")


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def note(self, part: Component) -> None:
        """In one statement: whoever is frozen in the middle of two would stop all the others."""
        if not self.filter(part=part).update(at=Now()):
            self.bulk_create([self.model(part=part, at=Now())], ignore_conflicts=True)

    def with_silence(self, age: timedelta) -> models.QuerySet:
        """Each says `is_ahead` when its last sign lies in the future, which the clock that has been
        put back will not reach for a while; and `is_silent` then, or when the sign is that old.
        """
        ahead = Q(at__gt=Now() + TOLERANCE)
        return self.annotate(
            is_ahead=ExpressionWrapper(ahead, BooleanField()),
            is_silent=ExpressionWrapper(ahead | Q(at__lt=Now() - age), BooleanField()),
        )


class Heartbeat(models.Model):
    """When a part last worked."""

    part = models.CharField(max_length=10, choices=Component, primary_key=True)
    at = models.DateTimeField()

    is_ahead: bool  # told by with_silence(), as the next
    is_silent: bool

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_part_display()}, {self.at}"
