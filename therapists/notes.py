"""Writing notes: drafts as they are typed, versions when they are signed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.actions.refusals import Refused
from bookings.models import Appointment, Therapist
from therapists import reading
from therapists.content import Content
from therapists.encrypting import Sealed
from therapists.models import Note, NoteVersion, Privacy
from therapists.reading import Reader


class Overtaken(Refused):
    sentence = (
        "This note has been saved from another window since. Look at what is there before you "
        "save over it."
    )


class NotTheAuthor(Refused):
    sentence = "Only whoever wrote a note can change it."


class NothingToSign(Refused):
    sentence = "There is nothing to sign yet."


class NoReason(Refused):
    sentence = "Please say what the amendment is about."


def of_visit(visit: Appointment) -> Note | None:
    return Note.objects.filter(appointment=visit).select_related("author").first()


def save_draft(
    visit: Appointment,
    content: Content,
    *,
    privacy: Privacy,
    revision: int,
    author: Therapist,
    reader: Reader,
    now: datetime,
) -> Note:
    """Keep what has been written so far. `revision` is the one the writer has seen.

    Raises Overtaken when another window has saved since, and NotTheAuthor.
    """
    sealed = Sealed.of(content.as_data())
    with transaction.atomic():
        note = _note_of(visit, privacy, author, now)
        changes = {"content": sealed, "privacy": privacy, "saved_at": now}
        mine = Note.objects.filter(pk=note.pk, revision=revision)
        if not mine.update(revision=F("revision") + 1, **changes):
            raise Overtaken
        reading.wrote(note, reader=reader, now=now)
    note.refresh_from_db()
    return note


def _note_of(visit: Appointment, privacy: Privacy, author: Therapist, now: datetime) -> Note:
    note = of_visit(visit)
    if note is None:
        try:
            with transaction.atomic():
                return Note.objects.create(
                    appointment=visit,
                    author=author,
                    privacy=privacy,
                    created_at=now,
                    saved_at=now,
                )
        except IntegrityError:  # another window of ours was quicker
            note = Note.objects.get(appointment=visit)
    if note.author_id != author.pk:
        raise NotTheAuthor
    return note


def sign(
    visit: Appointment,
    content: Content,
    *,
    privacy: Privacy,
    revision: int,
    author: Therapist,
    reader: Reader,
    now: datetime,
) -> NoteVersion:
    """Keep it as the next version, which nobody can change any more; no draft remains.

    Raises NothingToSign, NoReason for an amendment that says none, and what save_draft raises.
    """
    if content.is_empty:
        raise NothingToSign
    with transaction.atomic():
        note = save_draft(
            visit,
            content,
            privacy=privacy,
            revision=revision,
            author=author,
            reader=reader,
            now=now,
        )
        number = note.versions.count() + 1
        if number > 1 and not content.amendment.strip():
            raise NoReason
        version = NoteVersion(
            note=note, number=number, signed_by=author, signed_at=now, content=note.content
        )
        reading.written(version, reader=reader, now=now)
        Note.objects.filter(pk=note.pk).update(content=None)
    return version


def draft_of(note: Note, *, reader: Reader, now: datetime) -> Content | None:
    """What its author was writing; for the author alone."""
    if not note.has_draft:
        return None
    return Content.from_data(reading.opened([note], reader=reader, now=now)[0])


def versions_of(note: Note, *, reader: Reader, now: datetime) -> list[tuple[NoteVersion, Content]]:
    """All that was signed, in order."""
    signed = note.versions.select_related("note__appointment__client", "signed_by")
    versions = list(signed.order_by("number"))
    opened = reading.opened(versions, reader=reader, now=now)
    contents = (Content.from_data(data) for data in opened)
    return list(zip(versions, contents, strict=True))
