"""Notes of visits: a draft that changes as it is written, signed versions that never do, and the
letters and photos that hang on them."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.models import Appointment, Client, Therapist
from therapists.models.access import What
from therapists.models.sealed import SealedField


class Privacy(models.TextChoices):
    """Who may read a note besides its author; each includes the ones before."""

    AUTHOR = "author", gettext_lazy("Only me")
    THERAPISTS = "therapists", gettext_lazy("Therapists who treat this client")
    OWNER = "owner", gettext_lazy("Those therapists and the owner")


class NoteQuerySet(models.QuerySet):
    def readable_by(self, therapist: Therapist | None) -> Self:
        """For a therapist who treats the client; None for an owner who treats nobody."""
        if therapist is None:
            return self.filter(privacy=Privacy.OWNER)
        return self.filter(Q(author=therapist) | ~Q(privacy=Privacy.AUTHOR))

    def hidden_from(self, therapist: Therapist) -> Self:
        return self.filter(privacy=Privacy.AUTHOR).exclude(author=therapist)


class Note(models.Model):
    """One author's, of one visit. `draft` is what they are writing, None when nothing is.

    A visit that moves to a colleague leaves a draft with whoever began it; the colleague writes
    a note of their own.
    """

    what = What.DRAFT

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="notes")
    privacy = models.CharField(max_length=10, choices=Privacy, default=Privacy.THERAPISTS)
    created_at = models.DateTimeField()
    content = SealedField(gettext_lazy("draft"), null=True, blank=True)
    saved_at = models.DateTimeField(help_text=gettext_lazy("When the draft was last saved."))
    revision = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("Rises with each save.")
    )
    saved_from = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy("Which page saved it last, and the revision that it knew of."),
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-appointment__starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "author"], name="one_note_of_a_visit_each"
            ),
        ]
        indexes = [
            models.Index(
                fields=["author"], condition=Q(content__isnull=False), name="drafts_of_author"
            ),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"

    @property
    def client(self) -> Client | None:
        return self.appointment.client

    @property
    def client_id(self) -> int | None:
        return self.appointment.client_id

    @property
    def has_draft(self) -> bool:
        return self.content is not None


class OfANote:
    """What hangs on a note is about the client of its visit."""

    note: Any

    @property
    def client(self) -> Client | None:
        return self.note.appointment.client

    @property
    def client_id(self) -> int | None:
        return self.note.appointment.client_id


class NoteVersion(OfANote, models.Model):
    """What was signed. The first is the note, the later ones are its dated amendments.

    A trigger of the database refuses to change or delete it. Only rotate_health_keys may write
    its sealed content anew, and nothing else of it.
    """

    what = What.NOTE

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    signed_by = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    content = SealedField()

    class Meta:
        ordering = ["note", "number"]
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="a_version_is_signed_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="versions_count_from_one"),
        ]
        indexes = [
            models.Index(F("signed_at").desc(), name="versions_by_time"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of note {self.note_id}"


class Letter(OfANote, models.Model):
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


class Photo(OfANote, models.Model):
    """A small JPEG, sealed like the note; who may read the note sees it once that is signed."""

    what = What.PHOTO

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="photos")
    added_at = models.DateTimeField()
    content = SealedField()

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"photo {self.pk}"
