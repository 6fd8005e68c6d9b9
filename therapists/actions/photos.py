"""Adding a photo to a note, made small and stripped of all that a camera writes beside it."""

from base64 import b64decode, b64encode
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from bookings.actions.pictures import stripped
from bookings.actions.refusals import Refused
from bookings.models import Appointment, Therapist
from therapists import health_audit
from therapists.actions import notes
from therapists.health_audit import Reader
from therapists.models import Note, Photo, Privacy
from therapists.models.sealed import Sealed

LONGEST_SIDE = 1600  # pixels
MOST = 6  # of a note


class TooMany(Refused):
    sentence = gettext_lazy("A note has six photos at most.")


class AlreadySigned(Refused):
    sentence = gettext_lazy("The note is signed, and its photos stay with it.")


@transaction.atomic
def add(
    visit: Appointment, data: bytes, *, author: Therapist, reader: Reader, now: datetime
) -> Photo:
    """Raises NoPhoto, TooMany, Signed, and NotTheAuthor as a note does."""
    small = stripped(data, longest=LONGEST_SIDE)
    note = notes.note_of(visit, Privacy.THERAPISTS, author, now)
    note = Note.objects.select_for_update().get(pk=note.pk)
    if note.versions.exists():
        raise AlreadySigned
    if Photo.objects.filter(note=note).count() >= MOST:
        raise TooMany
    photo = Photo(note=note, added_at=now, content=Sealed.of(b64encode(small).decode()))
    health_audit.written(photo, reader=reader, now=now)
    return photo


@transaction.atomic
def remove(photo: Photo, *, reader: Reader, now: datetime) -> None:
    """Raises Signed once the note is."""
    note = Note.objects.select_for_update().get(pk=photo.note_id)
    if note.versions.exists():
        raise AlreadySigned
    health_audit.wrote(photo, reader=reader, now=now)
    photo.delete()


def picture(photo: Photo, *, reader: Reader, now: datetime) -> bytes:
    """The JPEG; that somebody has looked is recorded."""
    [content] = health_audit.opened([photo], reader=reader, now=now)
    return b64decode(content)
