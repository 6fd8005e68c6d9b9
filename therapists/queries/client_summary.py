"""What is known of clients before a visit, for somebody who treats them: in five queries."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Window
from django.db.models.functions import RowNumber

from bookings import dates
from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.models import Appointment, Therapist
from therapists import health_audit
from therapists.core.content import Answers, Content, Given
from therapists.core.contraindications import in_short
from therapists.core.private import Private
from therapists.health_audit import Reader
from therapists.models import Form, HealthCheck, Note, NoteVersion
from therapists.queries.questionnaire import GOOD_FOR


@dataclass(frozen=True, repr=False)
class Signed(Private):
    """A note as it stands after its last amendment."""

    version: NoteVersion
    content: Content

    @property
    def visit(self) -> Appointment:
        return self.version.note.appointment

    @property
    def starts_at(self) -> datetime:
        return self.visit.starts_at


@dataclass(frozen=True, repr=False)
class SignedInShort(Private):
    """The same where nobody asks who has signed it."""

    starts_at: datetime  # of its visit
    content: Content


class LastVisit(NamedTuple):
    """An appointment as far as a day shows it."""

    starts_at: datetime
    treatment: str
    therapist: str


@dataclass(frozen=True, repr=False)
class GivenCheck(Private):
    """A health check that was given, opened."""

    check: HealthCheck
    answers: Answers


@dataclass(frozen=True, repr=False)
class Said(Private):
    """A yes that counts, and when it was said."""

    given: Given
    at: datetime


@dataclass(repr=False)
class Known(Private):
    """One client's past; the newest first. `hidden` counts notes that are only their author's."""

    last_visit: Appointment | LastVisit | None = None
    notes: list[Signed | SignedInShort] = field(default_factory=list)
    told: list[GivenCheck] = field(default_factory=list)
    hidden: int = 0

    @property
    def full(self) -> GivenCheck | None:
        """The health check that counts, with `since` what was told after it."""
        return next((one for one in self.told if one.check.form == Form.FULL), None)

    @property
    def since(self) -> list[GivenCheck]:
        after = []
        for one in self.told:
            if one.check.form == Form.FULL:
                break
            after.append(one)
        return after

    def said(self, *, on_hold: bool) -> list[Said]:
        """Each question's yes, serious ones first; a later no takes it back.

        But not while the client is on hold: whoever decides must see what the hold came from.
        """
        newest: dict[str, Said] = {}
        for told in self.told:
            for given in told.answers.given:
                later = newest.get(given.key)
                if later is None or (on_hold and given.is_serious and not later.given.yes):
                    newest[given.key] = Said(given, told.check.given_at)
        yes = (one for one in newest.values() if one.given.yes)
        return sorted(yes, key=lambda one: not one.given.is_serious)

    def serious(self, *, on_hold: bool) -> list[str]:
        """What a hold comes from, in short; for pages of those who may read it."""
        said = self.said(on_hold=on_hold)
        return [dates.translated(in_short(one.given)) for one in said if one.given.is_serious]

    @property
    def preference(self) -> str:
        """How firm: what was said last, the client's own wish or what the last note says."""
        wished = next((one for one in self.told if one.answers.pressure), None)
        for note in self.notes[:1]:
            if wished and wished.check.given_at > note.starts_at:
                break
            if words := " ".join(filter(None, [note.content.pressure_in_words, _wish(note)])):
                return words
        return wished.answers.pressure if wished else ""


def _wish(note: Signed | SignedInShort) -> str:
    wish = note.content.comfort_in_words
    return f"({wish})" if wish and note.content.pressure else wish


def known_of(
    clients: Collection[int],
    *,
    before: datetime,
    therapist: Therapist,
    reader: Reader,
    now: datetime,
    notes: int = 1,
) -> dict[int, Known]:
    """By client's id; so many of the latest notes each that the therapist may read."""
    found = {pk: Known() for pk in clients}
    for visit in _last_visits(clients, before):
        if visit.client_id:
            found[visit.client_id].last_visit = visit
    versions = _newest_versions(clients, before, therapist, notes)
    checks = _checks_that_count(clients, now)
    opened = health_audit.opened([*versions, *checks], reader=reader, now=now)
    for version, data in zip(versions, opened, strict=False):
        client = version.note.appointment.whose.pk
        found[client].notes.append(Signed(version, Content.from_data(data)))
    for check, data in zip(checks, opened[len(versions) :], strict=True):
        found[check.client_id].told.append(GivenCheck(check, Answers.from_data(data)))
    hidden = Note.objects.hidden_from(therapist).filter(versions__isnull=False).distinct()
    for client in hidden.filter(appointment__client__in=clients).values_list(
        "appointment__client", flat=True
    ):
        found[client].hidden += 1
    return found


def _last_visits(clients: Collection[int], before: datetime) -> Iterable[Appointment]:
    visits = Appointment.objects.filter(
        client__in=clients, status__in=HAS_BEEN, starts_at__lt=before
    )
    newest = visits.order_by("client_id", "-starts_at").distinct("client_id")
    return newest.select_related("treatment", "therapist")


def _newest_versions(
    clients: Collection[int], before: datetime, therapist: Therapist, notes: int
) -> list[NoteVersion]:
    """Of each client's last so many notes what was signed last, the newest note first."""
    nth = Window(
        RowNumber(),
        partition_by="appointment__client",
        order_by=["-appointment__starts_at", "-pk"],
    )
    readable = Note.objects.readable_by(therapist).filter(
        Exists(NoteVersion.objects.filter(note=OuterRef("pk"))),
        appointment__client__in=clients,
        appointment__starts_at__lt=before,
    )
    latest = readable.annotate(nth=nth).filter(nth__lte=notes).values_list("pk", flat=True)
    # Asked by itself: a window over all columns of both took three times as long to write down.
    newest = NoteVersion.objects.filter(note__in=list(latest)).order_by("note_id", "-number")
    found = newest.distinct("note_id").select_related(
        "note__appointment__client", "note__appointment__therapist", "note__author"
    )
    return sorted(
        found, key=lambda one: (one.note.appointment.starts_at, one.note_id), reverse=True
    )


def _checks_that_count(clients: Collection[int], now: datetime) -> Sequence[HealthCheck]:
    """Of each client the last full one and all after it; of those on hold, a year's."""
    done: set[int] = set()
    kept = []
    for check in HealthCheck.objects.filter(client__in=clients).select_related("client"):
        of_the_hold = check.client.health_hold and check.given_at > now - GOOD_FOR
        if check.client_id not in done or of_the_hold:
            kept.append(check)
        if check.form == Form.FULL:
            done.add(check.client_id)
    return kept
