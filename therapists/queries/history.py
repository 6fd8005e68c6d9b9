"""A client's visits over the build-up, with the phase of each and its note."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Therapist
from bookings.queries.training import protocol
from therapists import health_audit
from therapists.core.content import Content
from therapists.core.private import Private
from therapists.health_audit import Reader
from therapists.models import HealthCheck, Note, NoteVersion

LOOKED_BACK = timedelta(weeks=40)
LOOKED_AHEAD = timedelta(weeks=3)


@dataclass(frozen=True, repr=False)
class Past(Private):
    """One visit: its number on the ribbon, its phase, and its note as far as it may be read."""

    number: int
    visit: Appointment
    day: date
    phase: str
    content: Content | None
    checks: Sequence[HealthCheck]

    @property
    def took_place(self) -> bool:
        return self.visit.status in (Status.ARRIVED, Status.COMPLETED)


@dataclass(frozen=True, repr=False)
class ClientHistory(Private):
    """`segments` are the phases from before the first visit until some weeks ahead."""

    client: Client
    visits: Sequence[Past]
    segments: Sequence[training.Segment]
    protocol: training.Protocol
    today: date

    @property
    def newest_first(self) -> list[Past]:
        return list(reversed(self.visits))


def history_of(
    client: Client,
    clinic: Clinic,
    *,
    therapist: Therapist | None,
    reader: Reader,
    now: datetime,
) -> ClientHistory:
    """Of the last nine months and what is booked soon; therapist None reads as an owner does."""
    today = clinic.day_of(now)
    rules = protocol.current()
    races = [race.in_training for race in client.races.all()]
    timeline = training.Timeline.of(races, rules)
    visits = _visits(
        client,
        clinic,
        timeline=timeline,
        rules=rules,
        today=today,
        therapist=therapist,
        reader=reader,
        now=now,
    )
    segments = timeline.segments(_first_day(visits, races, rules, today), today + LOOKED_AHEAD)
    return ClientHistory(client, visits, segments, rules, today)


def _first_day(
    visits: Sequence[Past],
    races: Sequence[training.Race],
    rules: training.Protocol,
    today: date,
) -> date:
    """Of the build-up or of the first visit, but nine months ago at the earliest."""
    begins = [race.plan_start(rules) for race in races if race.drives_a_plan]
    earliest = min([today - LOOKED_AHEAD, *begins, *(past.day for past in visits)])
    return max(earliest - timedelta(days=3), today - LOOKED_BACK)


def _visits(
    client: Client,
    clinic: Clinic,
    *,
    timeline: training.Timeline,
    rules: training.Protocol,
    today: date,
    therapist: Therapist | None,
    reader: Reader,
    now: datetime,
) -> list[Past]:
    since = datetime.combine(today - LOOKED_BACK, datetime.min.time(), clinic.tz)
    rows = client.appointments.visits().exclude(status=Status.CANCELLED)
    visits = list(rows.filter(starts_at__gte=since).with_everything().order_by("starts_at"))
    contents = _contents(visits, therapist, reader, now)
    checks = _checks(visits) if therapist else {}
    found = []
    for number, visit in enumerate(visits, start=1):
        day = clinic.day_of(visit.starts_at)
        name = rules.phases[timeline.on(day).phase].name
        given = checks.get(visit.pk, [])
        found.append(Past(number, visit, day, name, contents.get(visit.pk), given))
    return found


def _contents(
    visits: Sequence[Appointment], therapist: Therapist | None, reader: Reader, now: datetime
) -> dict[int, Content]:
    """What was signed last of each visit that may be read."""
    readable = Note.objects.readable_by(therapist).filter(appointment__in=visits)
    versions = list(
        NoteVersion.objects.filter(note__in=readable)
        .select_related("note__appointment__client")
        .order_by("note__appointment_id", "-signed_at")
        .distinct("note__appointment_id")
    )
    opened = health_audit.opened(versions, reader=reader, now=now)
    return {
        version.note.appointment_id: Content.from_data(data)
        for version, data in zip(versions, opened, strict=True)
    }


def _checks(visits: Sequence[Appointment]) -> dict[int | None, list[HealthCheck]]:
    """Of each visit when and how answers were given, the earliest first; none is opened."""
    found = defaultdict(list)
    given = HealthCheck.objects.filter(appointment__in=visits).select_related("client")
    for check in given.order_by("given_at", "pk"):
        found[check.appointment_id].append(check)
    return found
