"""Who changed what: written by triggers of the database, so that no way of writing slips by."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from bookings.models.clients.clients import Client

LONGEST_WHO = 300
# What a setting of the transaction must say before a row may be taken out or changed.
MAY_FORGET = "SET LOCAL taper.forgetting = 'on'"


class Operation(models.TextChoices):
    """As PostgreSQL names what set a trigger off."""

    ADDED = "INSERT", gettext_lazy("added")
    CHANGED = "UPDATE", gettext_lazy("changed")
    REMOVED = "DELETE", gettext_lazy("removed")


class Change(models.Model):
    """One row added, changed or removed. Only columns that differ, and never a secret.

    A trigger refuses to alter it, but for handing it to the client whom another has joined, and
    for forgetting (`MAY_FORGET`).
    """

    at = models.DateTimeField()
    who = models.CharField(
        max_length=LONGEST_WHO, help_text=gettext_lazy("A role and who, or a program.")
    )
    role = models.CharField(max_length=10, help_text=gettext_lazy("A role, or “program”."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="changes_made",
    )
    client = models.ForeignKey(
        Client, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes"
    )
    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    did = models.CharField(max_length=6, choices=Operation)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["at"], name="changes_by_time"),
            models.Index(fields=["role", "-id"], name="changes_by_role"),
            models.Index(fields=["user", "-id"], name="changes_by_user"),
            models.Index(fields=["client", "-id"], name="changes_by_client"),
            models.Index(fields=["table", "-id"], name="changes_by_table"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.get_did_display()} by {self.who}"
