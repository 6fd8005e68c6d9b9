"""What clients tell of their training, and which sessions they do not want."""

from django.db import models
from django.utils.translation import gettext_lazy

from bookings.core import training
from bookings.models.clients.clients import Client

KINDS = [(kind.value, kind.value.replace("_", " ")) for kind in training.Kind]


class HardEffort(models.Model):
    """A day with a hard workout or an unusually long run."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="hard_efforts")
    day = models.DateField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["client", "day"], name="one_hard_effort_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class DeclinedSession(models.Model):
    """A recommended session that the client does not want this time, known by its ideal day."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="declined_sessions")
    kind = models.CharField(max_length=20, choices=KINDS)
    ideal = models.DateField(gettext_lazy("ideal day"))

    class Meta:
        ordering = ["ideal"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "kind", "ideal"], name="a_session_is_declined_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.ideal}"
