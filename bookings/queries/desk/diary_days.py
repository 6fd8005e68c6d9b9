"""Some days of the diary as the desk sees them, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import Span, joined
from bookings.core.training import PhaseDay
from bookings.models import (
    Absence,
    Appointment,
    Clinic,
    ExtraShift,
    Payment,
    ProtocolVersion,
    Race,
    Room,
    Therapist,
    Treatment,
    WeeklyBreak,
    WeeklyShift,
)
from bookings.models.money.payments import CHARGED_A_FEE
from bookings.queries.money.takings import sum_of
from bookings.queries.rota.working_hours import hours_of_work
from bookings.queries.training.phases import phases_on

# Of models, which are slow to build, only what a day shows.
READ_OF_A_VISIT = (
    "starts_at",
    "ends_at",
    "blocked_until",
    "status",
    "revision",
    "price",
    "late_minutes",
    "desk_note",
    "decided_on_hold",
    "not_told",
    "therapist",
    "room",
    "treatment",
    "client__name",
    "client__phone",
    "client__health_hold",
    "client__same_address_as",
    "client__date_of_birth",
    "client__guardian_agreed_at",
)
SHOWN_OF_A_VISIT = (
    "pk",
    "starts_at",
    "ends_at",
    "blocked_until",
    "status",
    "revision",
    "client__name",
    "client__health_hold",
    "client__same_address_as_id",
    "client__date_of_birth",
    "client__guardian_agreed_at",
    "therapist__name",
    "therapist__active",
    "room__name",
    "room__active",
    "treatment__name",
    "late_minutes",
    "desk_note",
    "decided_on_hold",
    "not_told",
    "last_event",
    "is_first",
)


@dataclass(frozen=True)
class DiaryDays:
    """As it is `now`; `hours` are each therapist's of work, `phases` each client's at first.

    `offered` is how many minutes what each therapist offers takes, and for how many after it they
    and the room stay blocked.
    """

    first: date
    therapists: Sequence[Therapist]
    rooms: Sequence[Room]
    visits: Sequence[Appointment]
    hours: dict[int, list[Span]]
    breaks: Sequence[tuple[WeeklyBreak, Interval]]
    absences: Sequence[Absence]
    phases: dict[int, PhaseDay]
    offered: dict[int, list[tuple[int, int]]]
    now: datetime

    def phase_of(self, visit: Appointment) -> PhaseDay | None:
        """None for a hold of nobody yet."""
        return None if visit.client_id is None else self.phases.get(visit.client_id)


def diary_days(
    clinic: Clinic,
    first: date,
    *,
    days: int = 1,
    therapist: Therapist | None = None,
    now: datetime,
) -> DiaryDays:
    """What stands in the diary; of cancelled visits nothing, they free their time."""
    bounds = day_bounds(first, days, clinic.tz)
    visits = _visits(bounds, now)
    if therapist:
        visits = visits.filter(therapist=therapist)
    found = list(visits)
    people = [therapist] if therapist else _people(found)
    working = hours_of_work([person.pk for person in people], first, days, clinic)
    return DiaryDays(
        first=first,
        therapists=people,
        rooms=_rooms(found),
        visits=found,
        hours={pk: joined(spans) for pk, spans in working.items()},
        breaks=list(_breaks(clinic, people, first, days)),
        absences=list(Absence.objects.touching(bounds).select_related("therapist")),
        phases=phases_on([visit.client for visit in found if visit.client], first),
        offered=_offered(),
        now=now,
    )


def version(clinic: Clinic, day: date, *, now: datetime) -> str:
    """Another text as soon as anything drawn on the day has changed."""
    bounds = day_bounds(day, 1, clinic.tz)
    seen = [
        list(_visits(bounds, now).values_list(*SHOWN_OF_A_VISIT)),
        list(Absence.objects.touching(bounds).values_list()),
        list(ExtraShift.objects.filter(day=day).values_list()),
        list(WeeklyShift.objects.filter(weekday=day.weekday()).order_by("pk").values_list()),
        list(WeeklyBreak.objects.filter(weekday=day.weekday()).order_by("pk").values_list()),
        list(Therapist.objects.active().values_list("pk", "name")),
        list(Room.objects.filter(active=True).values_list("pk", "name")),
        _offered(),
        # Phases follow races and the protocol; the hours on the page follow the zone.
        list(Race.objects.filter(client__in=_visits(bounds, now).values("client")).values_list()),
        ProtocolVersion.objects.values_list("pk", flat=True).first(),
        clinic.tz.key,
    ]
    return sha256(repr(seen).encode()).hexdigest()[:24]


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _visits(bounds: Interval, now: datetime) -> QuerySet:
    visits: QuerySet = Appointment.objects.blocking(now).touching(bounds).with_last_event()
    visits = visits.select_related("client")
    visits = visits.prefetch_related("therapist", "room", "treatment")  # a few, shared by many
    visits = visits.annotate(settled=sum_of(Payment), is_first=~Exists(_earlier_visits()))
    visits = visits.only(*READ_OF_A_VISIT)
    return visits.order_by("starts_at", "therapist__name", "pk")


def _earlier_visits() -> QuerySet:
    """Of the client of an appointment, those that took place or still may."""
    earlier = Appointment.objects.visits().exclude(status__in=CHARGED_A_FEE)
    return earlier.filter(client=OuterRef("client"), starts_at__lt=OuterRef("starts_at"))


def _breaks(
    clinic: Clinic, people: Sequence[Therapist], first: date, days: int
) -> Iterator[tuple[WeeklyBreak, Interval]]:
    last = first + timedelta(days=days - 1)
    pauses = WeeklyBreak.objects.filter(therapist__in=people, valid_from__lte=last)
    for pause in pauses.exclude(valid_until__lt=first):
        for day in (first + timedelta(days=n) for n in range(days)):
            if during := pause.on(day, clinic.tz):
                yield pause, during


def _people(visits: Sequence[Appointment]) -> list[Therapist]:
    """Everybody at work, and whoever has left but still stands in the diary."""
    people = {person.pk: person for person in Therapist.objects.active()}
    for visit in visits:
        people.setdefault(visit.therapist_id, visit.therapist)
    return sorted(people.values(), key=lambda person: person.name)


def who_has_a_week(
    clinic: Clinic, monday: date, *, shown: Therapist, now: datetime
) -> QuerySet[Therapist]:
    """Everybody at work, whoever has left but still stands in that week, and who is shown."""
    week = day_bounds(monday, 7, clinic.tz)
    standing = Appointment.objects.blocking(now).touching(week)
    still = Exists(standing.filter(therapist=OuterRef("pk")))
    return Therapist.objects.filter(Q(active=True) | Q(pk=shown.pk) | still)


def _offered() -> dict[int, list[tuple[int, int]]]:
    found = defaultdict(list)
    active = Treatment.objects.filter(active=True, therapists__isnull=False).order_by("pk")
    for pk, minutes, pause in active.values_list("therapists", "minutes", "buffer_minutes"):
        found[pk].append((minutes, pause))
    return dict(found)


def _rooms(visits: Sequence[Appointment]) -> list[Room]:
    """Every room in use, and those out of use in which something stands all the same."""
    rooms = {room.pk: room for room in Room.objects.filter(active=True)}
    for visit in visits:
        rooms.setdefault(visit.room_id, visit.room)
    return sorted(rooms.values(), key=lambda room: room.name)
