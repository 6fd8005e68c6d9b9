"""Photos of a finding, with the note of a visit."""

from django.db import models

from bookings.models import Client
from therapists.models.access import What
from therapists.models.notes import Note
from therapists.models.sealed import SealedField


class Photo(models.Model):
    """A small JPEG, sealed like the note; who may read the note sees it once that is signed."""

    what = What.PHOTO

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="photos")
    added_at = models.DateTimeField()
    content = SealedField()

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"photo {self.pk}"

    @property
    def client(self) -> Client | None:
        return self.note.appointment.client
