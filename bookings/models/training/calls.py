"""Runners whom the desk is to ring about sessions of a race."""

from django.db import models
from django.db.models import Q

from bookings.models.training.races import Race


class RunnerCall(models.Model):
    """Somebody is to be rung about a race of theirs; done once they have been, or taken off."""

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="calls")
    asked_at = models.DateTimeField()
    by = models.CharField(max_length=300)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)  # that did not reach them
    tried_at = models.DateTimeField(null=True, blank=True)
    taken_off = models.BooleanField(default=False, db_default=False)  # done without being rung

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["race"], condition=Q(done_at=None), name="one_open_call_about_a_race"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.race.client}: {self.race}"
