"""Adding a photo to a note: made small, and stripped of all that a camera writes beside it."""

import io
from base64 import b64decode, b64encode
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from bookings.actions.refusals import Refused
from bookings.models import Appointment, Therapist
from therapists import health_audit
from therapists.actions import notes
from therapists.health_audit import Reader
from therapists.models import Note, Photo, Privacy
from therapists.models.sealed import Sealed

KINDS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE, QUALITY = 1600, 80  # pixels; of Pillow's 95
MOST_PIXELS = 50_000_000  # before it is made small; a phone's camera has as many
MOST = 6  # of a note


class NoPhoto(Refused):
    sentence = gettext_lazy("That is no photo that can be read here. Please use a JPEG or PNG.")


class TooMany(Refused):
    sentence = gettext_lazy("A note has six photos at most.")


class AlreadySigned(Refused):
    sentence = gettext_lazy("The note is signed, and its photos stay with it.")


def stripped(data: bytes) -> bytes:
    """A JPEG of the picture alone: no place, no time, no camera. Raises NoPhoto."""
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NoPhoto
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPhoto from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)  # nothing but the pixels comes along
    clean.paste(upright)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()


@transaction.atomic
def add(
    visit: Appointment, data: bytes, *, author: Therapist, reader: Reader, now: datetime
) -> Photo:
    """Raises NoPhoto, TooMany, Signed, and NotTheAuthor as a note does."""
    small = stripped(data)
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
