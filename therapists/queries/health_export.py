"""A client's health data in words: for themselves, or for the owner once they are erased.

What clients get leaves out drafts, which are no record yet; and notes that are only their
author's, which a therapist looks through first, because they may speak of somebody else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop

from bookings.models import Client
from therapists import health_audit
from therapists.core.content import Answers, Content
from therapists.core.private import Private
from therapists.health_audit import Reader
from therapists.models import (
    Access,
    HealthCheck,
    KeptRecord,
    Letter,
    Note,
    NoteVersion,
    Photo,
    Privacy,
    What,
)

IDENTITY = {"name": "Name", "email": "Email", "phone": "Phone"}


@dataclass(frozen=True, repr=False)
class OwnHealth(Private):
    answers: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    withheld: int
    accesses: list[dict[str, Any]]


def own_health(client: Client, *, reader: Reader, now: datetime) -> OwnHealth:
    """All that may be given out at once; whoever reads it is recorded.

    Where it is not certain who they are, only what they have told since it is not.
    """
    answers = _answers(HealthCheck.objects.shown_to(client), reader, now)
    if client.unconfirmed_since:
        return OwnHealth(answers, [], [], 0, _accesses(client))
    notes = _notes(_signed(client).exclude(note__privacy=Privacy.AUTHOR), reader, now)
    mine = Note.objects.filter(appointment__client=client)
    withheld = mine.filter(privacy=Privacy.AUTHOR, versions__isnull=False).distinct().count()
    letters = [*_letters(client, reader, now), *_photos(client)]
    return OwnHealth(answers, notes, letters, withheld, _accesses(client))


@dataclass(frozen=True, repr=False)
class WholeRecord(Private):
    """Of somebody erased: who they were, what they told, and all that was signed."""

    who: dict[str, Any]
    answers: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    letters: list[dict[str, Any]]


def whole_record(kept: KeptRecord, *, reader: Reader, now: datetime) -> WholeRecord:
    [identity] = health_audit.opened([kept], reader=reader, now=now)
    who = {IDENTITY[name]: value for name, value in identity.items() if name in IDENTITY}
    answers = _answers(HealthCheck.objects.filter(client=kept.client), reader, now)
    notes = _notes(_signed(kept.client), reader, now)
    return WholeRecord(who, answers, notes, _letters(kept.client, reader, now))


def _signed(client: Client) -> QuerySet[NoteVersion]:
    return NoteVersion.objects.filter(note__appointment__client=client)


def _answers(given: QuerySet[HealthCheck], reader: Reader, now: datetime) -> list[dict[str, Any]]:
    checks = list(given.select_related("client"))
    opened = health_audit.opened(checks, reader=reader, now=now)
    return [
        {
            "Given": check.given_at,
            gettext_noop("How"): str(check.how),
            **_said(Answers.from_data(data)),
        }
        for check, data in zip(checks, opened, strict=True)
    ]


def _said(answers: Answers) -> dict[str, Any]:
    data = {
        one.ask: f"{'yes' if one.yes else 'no'}{': ' + one.more if one.more else ''}"
        for one in answers.given
    }
    return {
        **data,
        gettext_noop("In your own words"): answers.text,
        gettext_noop("Pressure"): answers.pressure,
    }


def _notes(shown: QuerySet[NoteVersion], reader: Reader, now: datetime) -> list[dict[str, Any]]:
    versions = list(shown.select_related("note__appointment__client", "signed_by"))
    opened = health_audit.opened(versions, reader=reader, now=now)
    return [
        {
            gettext_noop("Visit"): version.note.appointment.starts_at,
            gettext_noop("Signed"): version.signed_at,
            gettext_noop("By"): version.signed_by.name,
            gettext_noop("Version"): version.number,
            **_written(Content.from_data(data)),
        }
        for version, data in zip(versions, opened, strict=True)
    ]


def _letters(client: Client, reader: Reader, now: datetime) -> list[dict[str, Any]]:
    found = Letter.objects.filter(note__appointment__client=client)
    letters = list(found.select_related("note__appointment__client", "signed_by"))
    opened = health_audit.opened(letters, reader=reader, now=now)
    return [
        {
            gettext_noop("Signed"): one.signed_at,
            gettext_noop("By"): one.signed_by.name,
            gettext_noop("To"): data["to"],
            gettext_noop("Letter"): data["text"],
        }
        for one, data in zip(letters, opened, strict=True)
    ]


def _photos(client: Client) -> list[dict[str, Any]]:
    """Where each can be looked at, which is recorded then."""
    notes = Note.objects.exclude(privacy=Privacy.AUTHOR).filter(versions__isnull=False)
    found = Photo.objects.filter(note__appointment__client=client, note__in=notes)
    return [
        {
            gettext_noop("Added"): one.added_at,
            gettext_noop("Photo"): reverse("therapists:photo", args=[one.pk]),
        }
        for one in found
    ]


def _written(content: Content) -> dict[str, Any]:
    return {
        gettext_noop("What you told"): content.subjective,
        gettext_noop("What was found"): content.objective,
        gettext_noop("What was done"): ", ".join(content.techniques),
        gettext_noop("Pressure"): content.pressure,
        gettext_noop("What it means"): content.assessment,
        gettext_noop("What next"): content.plan,
        gettext_noop("Amendment"): content.amendment,
        gettext_noop("Marked"): "; ".join(mark.in_words for mark in content.marks),
    }


def _accesses(client: Client) -> list[dict[str, Any]]:
    """Who else has read or written it: by role, since a login is somebody else's address.

    A reason for clearing a hold tells that there was one.
    """
    found = Access.objects.filter(client=client).but_own_looks()
    if client.unconfirmed_since:
        found = found.filter(at__gte=client.unconfirmed_since).exclude(what=What.CLEARANCE)
    rows = found.values("at", "who", "did", "what")
    return [
        {
            gettext_noop("At"): row["at"],
            gettext_noop("Who"): row["who"].partition(":")[0],
            gettext_noop("Did"): row["did"],
            gettext_noop("What"): row["what"],
        }
        for row in rows
    ]
