"""The versions of the clinic's protocol. The newest holds; none ever changes."""

from django.db import models
from django.utils.translation import gettext_lazy


class ProtocolVersion(models.Model):
    """The protocol from one day on, whole, so that a plan of then can be told from one of now.

    A trigger refuses every change and deletion. With no row at all, the file that comes with
    Taper holds, as version 1.
    """

    number = models.PositiveIntegerField(unique=True)
    data = models.JSONField()
    created_at = models.DateTimeField(gettext_lazy("made at"))
    by = models.CharField(max_length=300)
    change = models.TextField(
        gettext_lazy("what is different"), help_text=gettext_lazy("In a sentence.")
    )

    class Meta:
        ordering = ["-number"]
        get_latest_by = "number"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gt=0), name="protocol_versions_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"Protocol version {self.number}"
