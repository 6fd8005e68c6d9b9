"""What is known of clients before a visit, for somebody who treats them: in five queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bookings.core.statuses import Status
from bookings.models import Appointment, Therapist
from therapists import reading
from therapists.content import Answers, Content
from therapists.encrypting import Private
from therapists.models import Form, HealthCheck, Note, NoteVersion
from therapists.reading import Reader

HAS_BEEN = (Status.ARRIVED, Status.COMPLETED)


@dataclass(frozen=True, repr=False)
class Signed(Private):
    """A note as it stands after its last amendment."""

    version: NoteVersion
    content: Content

    @property
    def visit(self) -> Appointment:
        return self.version.note.appointment


@dataclass(frozen=True, repr=False)
class Told(Private):
    """A health check that was given, opened."""

    check: HealthCheck
    answers: Answers


@dataclass(repr=False)
class Known(Private):
    """One client's past; the newest first. `hidden` counts notes that are only their author's."""

    last_visit: Appointment | None = None
    notes: list[Signed] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    hidden: int = 0

    @property
    def full(self) -> Told | None:
        """The health check that counts, with `since` what was told after it."""
        return next((one for one in self.told if one.check.form == Form.FULL), None)

    @property
    def since(self) -> list[Told]:
        after = []
        for one in self.told:
            if one.check.form == Form.FULL:
                break
            after.append(one)
        return after

    @property
    def preference(self) -> str:
        """How firm, in the words of the last visit or else of the health check."""
        for note in self.notes[:1]:
            if words := " ".join(filter(None, [note.content.pressure_in_words, _wish(note)])):
                return words
        return self.full.answers.pressure if self.full else ""


def _wish(note: Signed) -> str:
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
        found[visit.client_id].last_visit = visit
    versions = _newest_versions(clients, before, therapist, notes)
    checks = _checks_that_count(clients)
    opened = reading.opened([*versions, *checks], reader=reader, now=now)
    for version, data in zip(versions, opened, strict=False):
        client = version.note.appointment.client_id
        found[client].notes.append(Signed(version, Content.from_data(data)))
    for check, data in zip(checks, opened[len(versions) :], strict=True):
        found[check.client_id].told.append(Told(check, Answers.from_data(data)))
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
    readable = Note.objects.readable_by(therapist).filter(
        appointment__client__in=clients, appointment__starts_at__lt=before
    )
    newest = (
        NoteVersion.objects.filter(note__in=readable)
        .select_related("note__appointment__client", "note__appointment__therapist", "note__author")
        .order_by("-note__appointment__starts_at", "note_id", "-number")
        .distinct("note__appointment__starts_at", "note_id")
    )
    return _at_most(notes, newest)


def _at_most(most: int, newest: Iterable[NoteVersion]) -> list[NoteVersion]:
    """So many of each client."""
    taken: dict[int, int] = defaultdict(int)
    kept = []
    for version in newest:
        client = version.note.appointment.client_id
        taken[client] += 1
        if taken[client] <= most:
            kept.append(version)
    return kept


def _checks_that_count(clients: Collection[int]) -> Sequence[HealthCheck]:
    """Of each client the last full one and all after it."""
    done: set[int] = set()
    kept = []
    for check in HealthCheck.objects.filter(client__in=clients).select_related("client"):
        if check.client_id not in done:
            kept.append(check)
        if check.form == Form.FULL:
            done.add(check.client_id)
    return kept
