"""A therapist's day: visits and gaps in order, each with what its therapist must know."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter

from django.db.models import prefetch_related_objects

from bookings import dates
from bookings.actions.scheduling import running_late
from bookings.actions.scheduling.attendance import MARKS, UNDONE_WITHIN
from bookings.core import training
from bookings.core.intervals import day_bounds
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Account,
    Appointment,
    AppointmentEvent,
    Client,
    Clinic,
    Therapist,
)
from bookings.queries.rota.away import Away, away_of
from bookings.queries.training import protocol
from bookings.queries.training.phases import hard_training_near, phases_on
from therapists.core.contraindications import Firmest, firmest
from therapists.core.private import Private
from therapists.health_audit import Reader
from therapists.models import Note
from therapists.queries.alerts import Alert, alerts_of
from therapists.queries.brief import race_in_words
from therapists.queries.care_access import treated
from therapists.queries.client_summary import Known, known_of

OVER = (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)
LEAST_GAP = timedelta(minutes=20)


@dataclass(frozen=True)
class Gap:
    """Nobody booked, from the end of one visit (buffer and all) or break to the next."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds()) // 60


@dataclass(frozen=True, repr=False)
class Line(Private):
    """One visit of the day. `note` says what there is: nothing, "draft" or "signed".

    `next_visit` is the client's next one; `told_late` the minutes that they were told of.
    `is_shut`: it is too early or too late for their health data, or nobody has vouched for it.
    """

    visit: Appointment
    has_begun: bool
    phase: training.PhaseDay
    training_near: str  # of their own plan, in a few words
    rules: training.Protocol
    known: Known
    alerts: Sequence[Alert]
    note: str
    can_undo: bool
    is_shut: bool
    account: Account
    next_visit: Appointment | None
    told_late: int

    @property
    def is_done(self) -> bool:
        return self.visit.status == Status.COMPLETED

    @property
    def to_pay(self) -> Decimal:
        """Left of a visit that is going on or done."""
        taken = self.is_done or self.has_arrived
        return self.account.left if taken else Decimal(0)

    @property
    def phase_name(self) -> str:
        return self.rules.phases[self.phase.phase].name

    @property
    def days_in_words(self) -> str:
        return race_in_words(self.phase)

    @property
    def firmest(self) -> Firmest:
        on_hold = self.visit.whose.health_hold
        said = (one.given for one in self.known.said(on_hold=on_hold))
        return firmest(self.phase.ceiling, said, on_hold=on_hold)

    @property
    def hold_because(self) -> Sequence[str]:
        return self.known.serious(on_hold=self.visit.whose.health_hold)

    @property
    def is_waiting(self) -> bool:
        return self.visit.status == Status.BOOKED

    @property
    def has_arrived(self) -> bool:
        return self.visit.status == Status.ARRIVED

    @property
    def is_over(self) -> bool:
        return self.visit.status in OVER

    @property
    def last_time(self) -> str:
        """The last visit in one line, as far as a note says; else nothing."""
        return self.known.notes[0].content.in_one_line if self.known.notes else ""


@dataclass(frozen=True, repr=False)
class TherapistDay(Private):
    """`next` is the visit that comes or is going on, None on another day or when all is done."""

    day: date
    therapist: Therapist
    lines: Sequence[Line]
    away: Sequence[Away]
    next: Line | None

    @property
    def before(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.day + timedelta(days=1)

    @property
    def rows(self) -> Iterator[Line | Away | Gap]:
        """Visits and times away in order, with the gaps between them."""
        taken: list[tuple[datetime, datetime, Line | Away]] = [
            (line.visit.starts_at, line.visit.blocked_until, line) for line in self.lines
        ]
        taken += [(away.during.start, away.during.end, away) for away in self.away]
        free_from = None
        for start, end, row in sorted(taken, key=itemgetter(0)):
            if free_from and start - free_from >= LEAST_GAP:
                yield Gap(free_from, start)
            yield row
            free_from = max(free_from, end) if free_from else end


def visits_of(therapist: Therapist, day: date, clinic: Clinic) -> Sequence[Appointment]:
    """In order; without those cancelled."""
    bounds = day_bounds(day, 1, clinic.tz)
    visits = therapist.appointments.visits().exclude(status=Status.CANCELLED)
    during = visits.filter(starts_at__gte=bounds.start, starts_at__lt=bounds.end)
    return list(during.with_everything().order_by("starts_at"))


def day_of(
    therapist: Therapist, day: date, clinic: Clinic, *, reader: Reader, now: datetime
) -> TherapistDay:
    """In a constant number of queries."""
    lines = list(_lines(therapist, day, clinic, reader=reader, now=now))
    is_today = clinic.day_of(now) == day
    away = away_of(therapist, day, clinic)
    return TherapistDay(day, therapist, lines, away, _next(lines, now) if is_today else None)


def _next(lines: Sequence[Line], now: datetime) -> Line | None:
    """Who is in the room, or comes next; before both none whose end nobody has told."""
    open_ones = [line for line in lines if not line.is_over]
    in_order = sorted(  # by time within each
        open_ones, key=lambda line: (not line.has_arrived, line.visit.ends_at <= now)
    )
    return next(iter(in_order), None)


def _lines(
    therapist: Therapist, day: date, clinic: Clinic, *, reader: Reader, now: datetime
) -> Iterator[Line]:
    visits = visits_of(therapist, day, clinic)
    people = {visit.whose for visit in visits}
    phases = phases_on(people, day, rules := protocol.current())
    near = hard_training_near(people, day)
    in_care = treated(therapist, [one.pk for one in people], clinic=clinic, now=now)
    before = day_bounds(day, 1, clinic.tz).start
    known = known_of(in_care, before=before, therapist=therapist, reader=reader, now=now)
    notes = _notes_of(visits, therapist)
    prefetch_related_objects(visits, "fees", "payments")
    ahead = _next_of(people, visits)
    late, just_marked = _told(visits, marked_since=now - UNDONE_WITHIN)
    for visit in visits:
        yield Line(
            visit=visit,
            has_begun=visit.starts_at <= now,
            phase=phases[visit.whose.pk],
            training_near=dates.translated(near.get(visit.whose.pk, "")),
            rules=rules,
            known=known.get(visit.whose.pk, Known()),
            alerts=_alerts(visit, known),
            is_shut=visit.whose.pk not in in_care,
            note=notes.get(visit.pk, ""),
            can_undo=visit.status in MARKS and visit.pk in just_marked,
            account=Account(visit, visit.fees.all(), visit.payments.all()),
            next_visit=ahead.get(visit.whose.pk),
            told_late=late.get(visit.pk, 0),
        )


def _alerts(visit: Appointment, known: dict[int, Known]) -> Sequence[Alert]:
    """None of somebody who is not in the therapist's care, or not yet."""
    whose = visit.whose
    return alerts_of(whose, known[whose.pk]) if whose.pk in known else ()


def _notes_of(visits: Sequence[Appointment], author: Therapist) -> dict[int, str]:
    notes = Note.objects.filter(appointment__in=visits, author=author)
    drafts = notes.values_list("appointment", "content")
    return {pk: "signed" if draft is None else "draft" for pk, draft in drafts}


def _next_of(
    people: Collection[Client], visits: Sequence[Appointment]
) -> dict[int | None, Appointment]:
    """By client, what they have booked after the day's visits."""
    last = max((visit.starts_at for visit in visits), default=None)
    if last is None:
        return {}
    ahead = Appointment.objects.filter(client__in=people, status=Status.BOOKED, starts_at__gt=last)
    first = ahead.order_by("client_id", "starts_at").distinct("client_id")
    return {visit.client_id: visit for visit in first}


def _told(
    visits: Sequence[Appointment], *, marked_since: datetime
) -> tuple[dict[int, int], set[int]]:
    """By visit, how late the therapist has said last that it begins, in minutes; and the visits
    that were marked since that moment."""
    kinds = (running_late.EVENT, *MARKS)
    events = AppointmentEvent.objects.filter(appointment__in=visits, kind__in=kinds)
    late: dict[int, int] = {}
    marked: set[int] = set()
    for visit, kind, at, facts in events.order_by("pk").values_list(
        "appointment", "kind", "at", "facts"
    ):
        if kind == running_late.EVENT:
            late[visit] = facts["minutes"]
        elif at >= marked_since and "from" in facts:
            marked.add(visit)
    return late, marked
