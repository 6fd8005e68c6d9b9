"""What clients ask about their data: to be forgotten."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from bookings.models.clients.clients import Client


class ErasureState(models.TextChoices):
    ASKED = "asked", gettext_lazy("waiting for the desk")
    DONE = "done", gettext_lazy("carried out")
    DECLINED = "declined", gettext_lazy("Declined")
    WITHDRAWN = "withdrawn", gettext_lazy("taken back by the client")


class ErasureRequest(models.Model):
    """One wish to be forgotten, and what became of it. Holds no name and no address.

    PROTECT hands it over when one client joins another.
    """

    client = models.ForeignKey(
        Client, null=True, on_delete=models.PROTECT, related_name="erasure_requests"
    )
    asked_at = models.DateTimeField()
    how = models.CharField(max_length=40, help_text=gettext_lazy("Through which page, or by whom."))
    state = models.CharField(max_length=10, choices=ErasureState, default=ErasureState.ASKED)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answer = models.CharField(
        max_length=300, blank=True, help_text=gettext_lazy("Why not; the client reads it.")
    )
    outcome = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(state=ErasureState.ASKED),
                name="one_open_erasure_request",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure request {self.pk}, {self.get_state_display()}"
