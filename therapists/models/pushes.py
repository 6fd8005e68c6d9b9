"""Devices that are told of notices, and what waits to be handed to their push services."""

from django.conf import settings
from django.db import models
from django.db.models import F

from bookings.models.mail.sign_in_mails import UntilSentQuerySet


class PushDeviceQuerySet(models.QuerySet["PushDevice"]):
    def open(self):
        """Of who works here still, and has not been signed out by the owner since."""
        return self.filter(user__is_active=True, keys_edition=F("user__keys_edition"))


class PushDevice(models.Model):
    """A browser that somebody has asked to be told in. Its address is secret, and known to it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_devices"
    )
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    browser = models.CharField(max_length=100, blank=True)
    keys_edition = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    objects = PushDeviceQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.browser} {self.pk}"


class Push(models.Model):
    """One message that waits for one device; as of mails to staff, its row goes with it."""

    device = models.ForeignKey(PushDevice, on_delete=models.CASCADE, related_name="pushes")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)

    objects = UntilSentQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "pushes"
        ordering = ["due_at"]
        indexes = [models.Index(fields=["due_at"], name="pushes_due")]

    def __str__(self) -> str:
        return f"push:{self.pk}"
