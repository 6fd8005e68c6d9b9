"""A therapist's day: visits and gaps in order, each with what its therapist must know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from bookings import dates
from bookings.actions.scheduling import running_late
from bookings.actions.scheduling.attendance import MARKS, UNDONE_WITHIN
from bookings.core import training
from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.statuses import Status, waits_for_a_decision
from bookings.models import STATUS_NAMES, Appointment, Clinic, Therapist
from bookings.queries.desk.shown_visits import ShownClient, shown_client
from bookings.queries.rota.away import Away, away_told
from bookings.queries.rota.working_hours import worked_told
from bookings.queries.training import protocol
from bookings.queries.training.phases import hard_training_told, phases_told
from therapists import health_audit
from therapists.core.content import Answers, Content
from therapists.core.contraindications import Firmest, firmest
from therapists.core.private import Private
from therapists.health_audit import Reader, SealedRow
from therapists.models import HealthCheck, What
from therapists.models.sealed import Sealed
from therapists.queries.alerts import Alert, alerts_of, record_alerts
from therapists.queries.brief import race_in_words
from therapists.queries.client_summary import GivenCheck, Known, LastVisit, SignedInShort
from therapists.queries.day_facts import day_facts

OVER = (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)
LEAST_GAP = timedelta(minutes=20)


@dataclass(frozen=True)
class Gap:
    """Hours of work with nobody booked, from the end of one visit (buffer and all) or break to
    the next."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds()) // 60


class DayVisit(NamedTuple):
    """As much of an appointment as the day shows: models are slow to build."""

    pk: int
    starts_at: datetime
    ends_at: datetime
    blocked_until: datetime
    status: Status
    late_minutes: int
    decided_on_hold: bool
    price: Decimal
    treatment: str
    room: str
    client: ShownClient

    @property
    def status_name(self) -> str:
        return str(STATUS_NAMES[self.status])

    @property
    def awaits_decision(self) -> bool:
        on_hold = self.client.health_hold
        return waits_for_a_decision(self.status, on_hold=on_hold, decided=self.decided_on_hold)


class NextVisit(NamedTuple):
    pk: int
    starts_at: datetime
    booked_at: datetime | None
    therapist: int


@dataclass(frozen=True, repr=False)
class Line(Private):
    """One visit of the day. `note` says what there is: nothing, "draft" or "signed".

    `next_visit` is the client's next one; `told_late` the minutes that they were told of.
    `is_shut`: it is too early or too late for their health data, or nobody has vouched for it.
    """

    visit: DayVisit
    has_begun: bool
    phase: training.PhaseDay
    training_near: str  # of their own plan, in a few words
    rules: training.Protocol
    known: Known
    alerts: Sequence[Alert]
    note: str
    can_undo: bool
    is_shut: bool
    left: Decimal  # of its price
    next_visit: NextVisit | None
    told_late: int

    @property
    def is_done(self) -> bool:
        return self.visit.status == Status.COMPLETED

    @property
    def to_pay(self) -> Decimal:
        """Left of a visit that is going on or done."""
        taken = self.is_done or self.has_arrived
        return self.left if taken else Decimal(0)

    @property
    def is_settled(self) -> bool:
        """Paid, and written as far as it may be: what is left is to book again."""
        return self.to_pay <= 0 and (self.is_shut or self.note == "signed")

    @property
    def phase_name(self) -> str:
        return self.rules.phases[self.phase.phase].name

    @property
    def days_in_words(self) -> str:
        return race_in_words(self.phase)

    @property
    def firmest(self) -> Firmest:
        on_hold = self.visit.client.health_hold and not self.is_shut
        said = (one.given for one in self.known.said(on_hold=on_hold))
        return firmest(self.phase.ceiling, said, on_hold=on_hold)

    @property
    def hold_because(self) -> Sequence[str]:
        return self.known.serious(on_hold=self.visit.client.health_hold)

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
    """`next` is the visit that comes or is going on, None on another day or when all is done.

    `to_write` are whose notes are to be written, the newest first, of whatever day.
    """

    day: date
    therapist: Therapist
    lines: Sequence[Line]
    away: Sequence[Away]
    hours: Sequence[Interval]  # of work
    next: Line | None
    to_write: Sequence[str]
    has_a_calendar: bool

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
            if free_from:
                yield from self._gaps(free_from, start)
            yield row
            free_from = max(free_from, end) if free_from else end

    def _gaps(self, begin: datetime, until: datetime) -> Iterator[Gap]:
        for worked in self.hours:
            start, end = max(worked.start, begin), min(worked.end, until)
            if end - start >= LEAST_GAP:
                yield Gap(start, end)


def visits_of(therapist: Therapist, day: date, clinic: Clinic) -> Sequence[Appointment]:
    """In order; without those cancelled."""
    bounds = day_bounds(day, 1, clinic.tz)
    visits = therapist.appointments.visits().exclude(status=Status.CANCELLED)
    during = visits.filter(starts_at__gte=bounds.start, starts_at__lt=bounds.end)
    return list(during.with_everything().order_by("starts_at"))


def stamp_of(told: dict[str, Any], *, now: datetime) -> str:
    """Another as soon as anything that is told of the day is, or a visit has begun or ended.

    Keyed, since it is made of sealed rows too.
    """
    at = now.timestamp()
    passed = sum((start <= at) + (end <= at) for _, start, end, *_ in told["visits"])
    given = repr((told, passed, get_language()))
    return salted_hmac("therapists.day", given, algorithm="sha256").hexdigest()[:24]


def day_of(
    therapist: Therapist,
    day: date,
    clinic: Clinic,
    *,
    reader: Reader,
    told: dict[str, Any] | None = None,
    now: datetime,
) -> TherapistDay:
    """In one query, and one that records who reads; only that of what is `told` already."""
    told = told or day_facts(therapist, day, clinic, now=now)
    lines = list(_lines(told, day, reader=reader, now=now))
    is_today = clinic.day_of(now) == day
    return TherapistDay(
        day=day,
        therapist=therapist,
        lines=lines,
        away=away_told(told["absences"], told["breaks"], day, clinic),
        hours=_hours(told["hours"], clinic),
        next=_next(lines, now) if is_today else None,
        to_write=told["unsigned"],
        has_a_calendar=told["has_a_calendar"],
    )


def _hours(rows: Sequence[Sequence], clinic: Clinic) -> list[Interval]:
    spans = chain.from_iterable(worked_told(rows, clinic).values())
    return [Interval(_at(start), _at(end)) for start, end in spans]


def _next(lines: Sequence[Line], now: datetime) -> Line | None:
    """Who is in the room, or comes next; before both none whose end nobody has told."""
    open_ones = [line for line in lines if not line.is_over]
    in_order = sorted(  # by time within each
        open_ones, key=lambda line: (not line.has_arrived, line.visit.ends_at <= now)
    )
    return next(iter(in_order), None)


def _lines(told: dict[str, Any], day: date, *, reader: Reader, now: datetime) -> Iterator[Line]:
    rules = protocol.stored_as(told["protocol"])
    phases, off_season = phases_told(told["races"], day, rules), training.phase_on(day, (), rules)
    near = hard_training_told(told["plans"], told["efforts"], day)
    known = _known(told, reader=reader, now=now)
    written = {pk: "draft" if is_draft else "signed" for pk, is_draft in told["written"]}
    settled = dict(told["settled"])
    ahead = {pk: _next_visit(*row) for pk, *row in told["next_visits"]}
    late, just_marked = _said(told["events"], marked_since=now - UNDONE_WITHIN)
    for visit in map(_visit, told["visits"]):
        whose = visit.client
        knows = known.get(whose.pk)
        yield Line(
            visit=visit,
            has_begun=visit.starts_at <= now,
            phase=phases.get(whose.pk, off_season),
            training_near=dates.translated(near.get(whose.pk, "")),
            rules=rules,
            known=knows or Known(),
            alerts=_alerts(whose, day, knows),
            is_shut=knows is None,
            note=written.get(visit.pk, ""),
            can_undo=visit.status in MARKS and visit.pk in just_marked,
            left=visit.price - Decimal(settled.get(visit.pk, 0)),
            next_visit=ahead.get(whose.pk),
            told_late=late.get(visit.pk, 0),
        )


def _alerts(client: ShownClient, day: date, knows: Known | None) -> Sequence[Alert]:
    told = alerts_of(knows, on_hold=client.health_hold) if knows else ()
    return [*record_alerts(client, day), *told]


def _visit(row: Sequence) -> DayVisit:
    pk, start, end, until, status, late, decided, price, treatment, room, *client = row
    return DayVisit(
        pk=pk,
        starts_at=_at(start),
        ends_at=_at(end),
        blocked_until=_at(until),
        status=Status(status),
        late_minutes=late,
        decided_on_hold=decided,
        price=Decimal(price),
        treatment=treatment,
        room=room,
        client=shown_client(client),
    )


def _next_visit(pk: int, start: float, booked: float | None, therapist: int) -> NextVisit:
    return NextVisit(pk, _at(start), _at(booked) if booked else None, therapist)


def _at(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _known(told: dict[str, Any], *, reader: Reader, now: datetime) -> dict[int, Known]:
    """By client, of those whom the therapist treats: their last note and what they have answered.

    Recorded before any of it is opened.
    """
    known = {client: Known() for client in told["treated"]}
    for client, start, treatment, therapist in told["last_visits"]:
        known[client].last_visit = LastVisit(_at(start), treatment, therapist)
    notes, checks = told["notes"], told["checks"]
    records = [SealedRow(What.NOTE, pk, client, _sealed(token)) for pk, client, _, token in notes]
    records += [
        SealedRow(What.ANSWERS, pk, client, _sealed(token)) for pk, client, *_, token in checks
    ]
    opened = iter(health_audit.opened(records, reader=reader, now=now))
    for _, client, start, _ in notes:
        content = Content.from_data(next(opened))
        known[client].notes = [SignedInShort(_at(start), content)]
    for pk, client, form, given, _ in checks:
        check = HealthCheck(pk=pk, client_id=client, form=form, given_at=_at(given))
        known[client].told.append(GivenCheck(check, Answers.from_data(next(opened))))
    return known


def _sealed(token: str) -> Sealed:
    return Sealed(token.encode())


def _said(events: Sequence[Sequence], *, marked_since: datetime) -> tuple[dict[int, int], set[int]]:
    """By visit, how late the therapist has said last that it begins, in minutes; and the visits
    that were marked since that moment."""
    late: dict[int, int] = {}
    marked: set[int] = set()
    for visit, kind, at, facts in events:
        if kind == running_late.EVENT:
            late[visit] = facts["minutes"]
        elif _at(at) >= marked_since and "from" in facts:
            marked.add(visit)
    return late, marked
