"""Who read or wrote health data, when, and from where; written by therapists/health_audit.py."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from bookings.core.roles import Role
from bookings.models import Client


class What(models.TextChoices):
    ANSWERS = "answers", gettext_lazy("health answers")
    NOTE = "note", gettext_lazy("Note")
    DRAFT = "draft", gettext_lazy("draft of a note")
    CLEARANCE = "clearance", gettext_lazy("reason for clearing a hold")
    LETTER = "letter", gettext_lazy("Letter")
    PHOTO = "photo", gettext_lazy("Photo")
    IDENTITY = "identity", gettext_lazy("whose kept record it is")


class AccessOperation(models.TextChoices):
    READ = "read", gettext_lazy("Read")
    WROTE = "wrote", gettext_lazy("Wrote")


class AccessQuerySet(models.QuerySet["Access"]):
    def but_own_looks(self):
        """Without what clients have read of their own."""
        return self.exclude(who__startswith=Role.RUNNER, did=AccessOperation.READ)


class Access(models.Model):
    """One person's look at, or change of, one record. Never holds what it says."""

    at = models.DateTimeField()
    who = models.CharField(
        max_length=200, help_text=gettext_lazy("A role and who: therapist: their login.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="health_accesses",
        help_text=gettext_lazy("Nobody, for whoever came by a mailed link."),
    )
    did = models.CharField(max_length=5, choices=AccessOperation)
    what = models.CharField(max_length=10, choices=What)
    record = models.PositiveBigIntegerField(
        help_text=gettext_lazy("Its number among those of its kind.")
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="health_accesses")
    address = models.GenericIPAddressField(null=True, blank=True)
    page = models.CharField(
        max_length=80, help_text=gettext_lazy("Which page; never its address in full.")
    )
    reason = models.CharField(
        max_length=300,
        blank=True,
        db_default="",
        help_text=gettext_lazy("Why, where a page asks for it."),
    )

    objects = AccessQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "accesses"
        indexes = [
            models.Index(fields=["-at"], name="accesses_by_time"),
            models.Index(fields=["client", "-at"], name="accesses_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.did} {self.get_what_display()} {self.record}"
