"""What the forecast counts: visits and sessions of two years, and hours to come, in constantly many
queries. Only of clients whose races are with the clinic; what is read here names nobody."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.db.models import Max

from bookings.core import training
from bookings.core.intervals import day_bounds, days_from
from bookings.core.scheduling.openings import Span, without
from bookings.core.scheduling.statuses import Status
from bookings.core.training.forecast.facts import VisitFact, WantedFact, monday, week_of
from bookings.core.training.forecast.ledger import AHEAD, Ledger
from bookings.core.training.forecast.weeks import BESIDES_FROM
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Change,
    Client,
    Clinic,
    Operation,
    OwnPlan,
    Race,
    Therapist,
    Treatment,
)
from bookings.queries.rota.working_hours import timetables
from bookings.queries.training import protocol

LOOKS_BACK = timedelta(weeks=104)
LOOKS_AHEAD = timedelta(weeks=AHEAD + 2)  # with windows that reach beyond the last week
HOUR = 3600


def ledger_of(clinic: Clinic, *, now: datetime) -> Ledger:
    today = clinic.day_of(now)
    first, last = today - LOOKS_BACK, today + LOOKS_AHEAD
    return Ledger.of(_visits(first, last, clinic), _sessions(first, last, clinic))


def _visits(first: date, last: date, clinic: Clinic) -> Iterator[VisitFact]:
    during = day_bounds(first, (last - first).days, clinic.tz)
    visits = Appointment.objects.visits().filter(
        starts_at__gte=during.start, starts_at__lt=during.end, client__isnull=False
    )
    gone = _gone(visits.filter(status=Status.CANCELLED).values("pk"))
    day = clinic.day_of
    rows = visits.order_by().values_list(
        "pk", "client_id", "starts_at", "booked_at", "created_at", "status", "treatment_id"
    )
    for pk, client, starts, booked, created, status, treatment in rows:
        booked_on = day(min(booked or created, starts))
        gone_on = None
        if status == Status.CANCELLED:  # of which nobody knows when, as if at once
            gone_on = day(gone[pk]) if pk in gone else booked_on
        yield VisitFact(pk, client, day(starts), booked_on, gone_on, treatment)


def _gone(cancelled: Iterable) -> dict[int, datetime]:
    """When each was cancelled last."""
    events = AppointmentEvent.objects.filter(appointment__in=cancelled, kind=Status.CANCELLED)
    return dict(events.order_by().values("appointment").annotate(at=Max("at")).values_list(
        "appointment", "at"
    ))  # fmt: skip


def _sessions(first: date, last: date, clinic: Clinic) -> Iterator[WantedFact]:
    """As the protocol asks for them now, of everybody's races and own plans."""
    races, known = _races_of_clients(first), _known_since(clinic)
    own = {one.client_id: one.schedule for one in OwnPlan.objects.filter(client__in=list(races))}
    rules = protocol.current()
    treatments = list(Treatment.objects.filter(active=True))
    fitting = cache(lambda kind, minutes: _fitting(treatments, kind, minutes))

    @cache  # Many train for the same race.
    def plan(runner: training.Runner, of: tuple[training.Race, ...]) -> training.Plan:
        return training.plan(of, runner, rules, as_of=first)

    for client, (habits, entered) in races.items():
        weekday, km = habits
        runner = training.Runner(
            training.Weekday(weekday), km, schedule=own.get(client, training.Schedule())
        )
        since = {race.race_date: known.get(pk, date.min) for pk, race in entered.items()}
        for session in plan(runner, tuple(entered.values())).sessions:
            if session.ideal < last:
                would_do = fitting(session.kind, session.minutes)
                yield _wanted(client, session, since[session.race.race_date], would_do)


def _wanted(
    client: int, session: training.Session, known_on: date, would_do: int | None
) -> WantedFact:
    return WantedFact(
        client=client,
        kind=session.kind,
        phase=session.phase,
        ideal=session.ideal,
        opens=session.window_start,
        closes=session.window_end,
        known_on=known_on,
        treatment=would_do,
    )


def _fitting(treatments: Iterable[Treatment], kind: training.Kind, minutes: int) -> int | None:
    fits = [one for one in treatments if kind in one.session_kinds]
    best = min(fits, key=lambda one: abs(one.minutes - minutes), default=None)
    return best.pk if best else None


Habits = tuple[int, int]


def _races_of_clients(first: date) -> dict[int, tuple[Habits, dict[int, training.Race]]]:
    """By client: their habits, and by its id each race that may still ask for sessions then."""
    found: dict[int, tuple[Habits, dict[int, training.Race]]] = {}
    races = Race.objects.filter(
        race_date__gte=first - timedelta(weeks=AHEAD),
        client__erased_at=None,
        client__proved_at__isnull=False,
    )
    for race in races.select_related("client").order_by("client_id", "race_date"):
        client: Client = race.client
        habits = client.long_run_weekday, client.weekly_volume_km
        told = race.in_training
        found.setdefault(client.pk, (habits, {}))[1][race.pk] = training.Race(
            told.race_date, told.distance, told.priority, "", told.training_start, told.weeks,
            told.taper_weeks, told.outcome, told.dnf_km,
        )  # fmt: skip
    return found


def _known_since(clinic: Clinic) -> dict[int, date]:
    """When each race was entered; those from before there is a history were known all along."""
    added = Change.objects.filter(table=Race._meta.db_table, did=Operation.ADDED)
    return {row: clinic.day_of(at) for row, at in added.order_by().values_list("row", "at")}


@dataclass(frozen=True)
class Offered:
    """The treatments that are given, how long each blocks, and who gives it."""

    treatments: dict[int, Treatment]
    given_by: dict[int, frozenset[int]]
    therapists: dict[int, Therapist]

    def hours(self, visits: dict[int, float], of: Iterable[int]) -> float:
        """What so many visits of each of these treatments take, with their pauses."""
        return sum(
            visits.get(pk, 0) * self.treatments[pk].duration.blocked / HOUR
            for pk in of
            if pk in self.treatments
        )


def offered() -> Offered:
    therapists = {one.pk: one for one in Therapist.objects.active()}
    treatments = {one.pk: one for one in Treatment.objects.prefetch_related("therapists")}
    given_by = {
        pk: frozenset(person.pk for person in one.therapists.all()) & therapists.keys()
        for pk, one in treatments.items()
    }
    return Offered(treatments, {pk: frozenset(who) for pk, who in given_by.items()}, therapists)


Worked = dict[tuple[int, int], dict[int, float]]  # hours by week and weekday, of each therapist


@dataclass(frozen=True)
class HoursAhead:
    """What each works in the weeks to come, and on which days all that they would work is closed.

    `open` are the weekdays of each week on which there is anybody at all.
    """

    worked: Worked
    closed: tuple[date, ...]

    def open(self, week: int) -> set[int]:
        there = ((day, hours) for (one, day), hours in self.worked.items() if one == week)
        return {day for day, hours in there if any(hours.values())}

    def closed_in(self, week: int) -> list[date]:
        return [day for day in self.closed if week_of(day) == week]


def hours_ahead(people: Iterable[int], clinic: Clinic, *, now: datetime) -> HoursAhead:
    """Without breaks, closures and time off."""
    first = monday(week_of(clinic.day_of(now)) + 1)
    days = days_from(first, 7 * AHEAD)
    found: Worked = defaultdict(lambda: defaultdict(float))
    usual, unclosed = set(), set()

    def days_of(spans: Iterable[Span]) -> set[date]:
        return {clinic.day_of(datetime.fromtimestamp(start, UTC)) for start, _ in spans}

    told = timetables(list(people), days, day_bounds(first, 7 * AHEAD, clinic.tz), clinic)
    for person, table in told.items():
        usual |= days_of(table.working)
        unclosed |= days_of(without(table.working, table.closures))
        for start, end in without(table.working, [*table.closures, *table.absences]):
            day = clinic.day_of(datetime.fromtimestamp(start, UTC))
            found[week_of(day), day.weekday()][person] += (end - start) / HOUR
    return HoursAhead(found, tuple(sorted(usual - unclosed)))


def wanted_by_weekday(ledger: Ledger, today: date) -> dict[int, Counter[int]]:
    """Of the last weeks, how many visits of each treatment lay on each weekday."""
    now = week_of(today)
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for week in range(now - BESIDES_FROM, now):
        for visit in ledger.visits_in.get(week, ()):
            if visit.stood:
                found[visit.treatment][visit.day.weekday()] += 1
    return found
