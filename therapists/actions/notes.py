"""Writing notes: drafts as they are typed, versions when they are signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import OnHold, Refused
from bookings.models import Appointment, Therapist
from therapists import health_audit
from therapists.core.content import Content
from therapists.core.private import Private
from therapists.health_audit import Reader
from therapists.models import Note, NoteVersion, Privacy
from therapists.models.sealed import Sealed


class Overtaken(Refused):
    sentence = gettext_lazy(
        "This note has been saved from another window since. Press “Save as a draft” to see both "
        "before anything is replaced."
    )


class NotTheAuthor(Refused):
    sentence = gettext_lazy("A note is begun by whoever has the visit in their diary.")


class NothingToSign(Refused):
    sentence = gettext_lazy("There is nothing to sign yet.")


class NoReason(Refused):
    sentence = gettext_lazy("Please say what the amendment is about.")


def of_visit(visit: Appointment, author: Therapist) -> Note | None:
    return Note.objects.filter(appointment=visit, author=author).first()


@dataclass(frozen=True, repr=False)
class Draft(Private):
    """A note as its author has written it; `revision` is the one the writer has seen.

    `window` names the page it was typed in, which sends again what it has had no answer to.
    """

    content: Content
    privacy: Privacy
    revision: int
    author: Therapist
    window: str = ""

    @property
    def saved_from(self) -> str:
        return f"{self.window} {self.revision}" if self.window else ""


def save_draft(visit: Appointment, draft: Draft, *, reader: Reader, now: datetime) -> Note:
    """Keep what has been written so far.

    Raises Overtaken when another window has saved since, and NotTheAuthor.
    """
    sealed = Sealed.of(draft.content.as_data())
    with transaction.atomic():
        note = note_of(visit, draft.privacy, draft.author, now)
        changes = {"content": sealed, "privacy": draft.privacy, "saved_at": now}
        changes["saved_from"] = draft.saved_from
        seen = Q(revision=draft.revision)
        if draft.saved_from:
            seen |= Q(saved_from=draft.saved_from)
        mine = Note.objects.filter(seen, pk=note.pk)
        if not mine.update(revision=F("revision") + 1, **changes):
            raise Overtaken
        health_audit.wrote(note, reader=reader, now=now)
    note.refresh_from_db()
    return note


def note_of(visit: Appointment, privacy: Privacy, author: Therapist, now: datetime) -> Note:
    """The author's note of the visit, begun if there is none. Raises NotTheAuthor."""
    if note := of_visit(visit, author):
        return note
    if visit.therapist_id != author.pk:
        raise NotTheAuthor
    begun = {"privacy": privacy, "created_at": now, "saved_at": now}
    return Note.objects.get_or_create(appointment=visit, author=author, defaults=begun)[0]


def sign(
    visit: Appointment, draft: Draft, *, decided: bool = False, reader: Reader, now: datetime
) -> NoteVersion:
    """Keep it as the next version, which nobody can change any more; no draft remains.

    Raises NothingToSign, NoReason for an amendment that says none, OnHold until somebody has
    decided about a client on hold (`decided`: whoever signs just has, even against massage), and
    what save_draft raises.
    """
    if draft.content.is_empty:
        raise NothingToSign
    if not decided and Appointment.objects.with_everything().get(pk=visit.pk).awaits_decision:
        raise OnHold
    with transaction.atomic():
        note = save_draft(visit, draft, reader=reader, now=now)
        number = note.versions.count() + 1
        if number > 1 and not draft.content.amendment.strip():
            raise NoReason
        sealed = cast(Sealed, note.content)  # just saved
        version = NoteVersion(
            note=note, number=number, signed_by=draft.author, signed_at=now, content=sealed
        )
        health_audit.written(version, reader=reader, now=now)
        Note.objects.filter(pk=note.pk).update(content=None, saved_from="")
    return version


def draft_of(note: Note, *, reader: Reader, now: datetime) -> Content | None:
    """What its author was writing; for the author alone."""
    if not note.has_draft:
        return None
    return Content.from_data(health_audit.opened([note], reader=reader, now=now)[0])


def versions_of(
    notes: Iterable[Note], *, reader: Reader, now: datetime
) -> list[tuple[NoteVersion, Content]]:
    """All that was signed of them, in order."""
    signed = NoteVersion.objects.filter(note__in=notes)
    ordered = signed.select_related("note__appointment__client", "signed_by")
    versions = list(ordered.order_by("note_id", "number"))
    opened = health_audit.opened(versions, reader=reader, now=now)
    contents = (Content.from_data(data) for data in opened)
    return list(zip(versions, contents, strict=True))
