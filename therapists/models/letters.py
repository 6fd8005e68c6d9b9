"""Letters from a note to whoever else looks after the client."""

from django.db import models
from django.utils.translation import gettext_lazy

from bookings.models import Client, Therapist
from therapists.models.access import What
from therapists.models.notes import Note
from therapists.models.sealed import SealedField


class Letter(models.Model):
    """To a GP or a physiotherapist; kept sealed as it was written, and the client's as well.

    The trigger that keeps signed versions of notes as they are keeps letters, too.
    """

    what = What.LETTER

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="letters")
    signed_by = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    content = SealedField(help_text=gettext_lazy("To whom, and what it says."))

    class Meta:
        ordering = ["-signed_at", "-pk"]

    def __str__(self) -> str:
        return f"letter {self.pk}"

    @property
    def client(self) -> Client | None:
        return self.note.appointment.client
