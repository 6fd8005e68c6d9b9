"""Whose clinical records these are, once the rest of a client has been erased."""

from django.db import models

from bookings.models import Client
from therapists.models.access import What
from therapists.models.sealed import SealedField


class KeptRecord(models.Model):
    """The sealed identity of an erased client, without which a kept record would be worth nothing.

    Goes with the records when the clinic's time for them is over.
    """

    what = What.IDENTITY

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="kept_record")
    erased_at = models.DateTimeField()
    content = SealedField()

    class Meta:
        ordering = ["erased_at"]

    def __str__(self) -> str:
        return f"kept record {self.pk}"
