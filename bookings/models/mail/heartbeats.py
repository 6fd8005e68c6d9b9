"""Signs of life of what works in the background, by the database's clock."""

from datetime import timedelta

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now


class Component(models.TextChoices):
    BEAT = "beat", "the clock that rings each minute"
    SENDER = "sender", "the worker that sends mail"


class HeartbeatQuerySet(models.QuerySet):
    def note(self, part: Component) -> None:
        self.update_or_create(part=part, defaults={"at": Now()})

    def with_silence(self, age: timedelta):
        """Each says `is_silent` when its last sign is older than that."""
        return self.annotate(is_silent=ExpressionWrapper(Q(at__lt=Now() - age), BooleanField()))


class Heartbeat(models.Model):
    """When a part last worked."""

    part = models.CharField(max_length=10, choices=Component, primary_key=True)
    at = models.DateTimeField()

    is_silent: bool  # told by with_silence()
    failures: int | None  # of the mail server in trouble, told along with them

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_part_display()}, {self.at}"
