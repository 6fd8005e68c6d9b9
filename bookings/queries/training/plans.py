"""A runner's plan with what can really be booked of it, in a constant number of queries."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from statistics import median_low

from bookings.core import training
from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import (
    Grid,
    Roster,
    Span,
    joined,
    openings_of,
)
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Race, Room, Therapist, Treatment
from bookings.models.scheduling.appointments import LONGEST
from bookings.queries.rota import facts
from bookings.queries.scheduling.openings import (
    Opening,
    bookable_span,
    hours_of_work,
    time_off,
)
from bookings.queries.training import protocol

# A recommended session is known by its kind and ideal day; no plan has two on one day.
SessionId = tuple[training.Kind, date]

SHOWN = 3
HAS_BEEN = (Status.ARRIVED, Status.COMPLETED)
PARTS_OF_DAY = (12, 17)  # the hours at which afternoon and evening begin


@dataclass(frozen=True)
class History:
    """A runner's visits so far and to come; nobody's has none."""

    visits: Sequence[Appointment] = ()

    @classmethod
    def of(cls, client: Client) -> "History":
        visits = client.appointments.visits().exclude(status=Status.CANCELLED)
        return cls(list(visits.with_everything().order_by("starts_at")))

    @property
    def has_been(self) -> bool:
        return any(visit.status in HAS_BEEN for visit in self.visits)

    @cached_property
    def usual_therapist(self) -> Therapist | None:
        """Who has treated them most often, of those who still work here."""
        often = Counter(visit.therapist for visit in self.visits if visit.therapist.active)
        return often.most_common(1)[0][0] if often else None

    def usual_minute(self, clinic: Clinic) -> int | None:
        """The minute of the day at which they mostly come: the median of their visits."""
        clocks = [visit.starts_at.astimezone(clinic.tz) for visit in self.visits]
        return median_low(at.hour * 60 + at.minute for at in clocks) if clocks else None

    def booked_for(self, session: training.Session, clinic: Clinic) -> Appointment | None:
        """The visit that lies in the session's window (N7); one that was missed is none."""
        for visit in self.visits:
            if visit.status != Status.NO_SHOW and session.covers(
                visit.starts_at.astimezone(clinic.tz).date()
            ):
                return visit
        return None


@dataclass(frozen=True)
class Offer:
    """A recommended session with what can be done about it.

    `treatment` is the suitable one nearest to the session's minutes, None if there is none;
    `openings` are the nearest to the suggested day; `opens_on` is set while the diary does
    not reach the session yet.
    """

    number: int
    session: training.Session
    treatment: Treatment | None
    openings: Sequence[Opening]
    booked: Appointment | None
    opens_on: date | None
    declined: bool


def id_of(session: training.Session) -> SessionId:
    return session.kind, session.ideal


def declined_by(client: Client) -> frozenset[SessionId]:
    declined = client.declined_sessions.values_list("kind", "ideal")
    return frozenset((training.Kind(kind), ideal) for kind, ideal in declined)


def runner_of(client: Client, history: History) -> training.Runner:
    return training.Runner(
        long_run_weekday=training.Weekday(client.long_run_weekday),
        weekly_volume_km=client.weekly_volume_km,
        new_client=not history.has_been,
        hard_efforts=tuple(client.hard_efforts.values_list("day", flat=True)),
    )


def plan_of(races: Iterable[Race], runner: training.Runner, *, today: date) -> training.Plan:
    known = [race.in_training for race in races]
    return training.plan(known, runner, protocol.current(), as_of=today)


def offers(
    clinic: Clinic,
    plan: training.Plan,
    history: History,
    *,
    declined: Collection[SessionId] = (),
    now: datetime,
    visitor: str = "",
) -> list[Offer]:
    """One for each recommended session, in order. The visitor's own holds count as free."""
    treatments = list(Treatment.objects.bookable_online().prefetch_related("therapists", "rooms"))
    last = clinic.last_bookable_day(now)
    reached = [session for session in plan.sessions if session.window_start <= last]
    diary = _Diary.of(clinic, treatments, reached, now=now, visitor=visitor)
    asked = _Asked(clinic, plan, treatments, history, frozenset(declined), diary, last)
    return [asked.offer(number, session) for number, session in enumerate(plan.sessions, start=1)]


def openings_for(
    clinic: Clinic,
    plan: training.Plan,
    wanted: Sequence[tuple[Treatment, training.Session | None]],
    history: History,
    *,
    now: datetime,
    visitor: str = "",
) -> list[list[Opening]]:
    """The openings of each treatment that are nearest to its session of the plan, if it has one."""
    sessions = [session for _, session in wanted if session]
    if not sessions:
        return [[] for _ in wanted]
    named = Treatment.objects.bookable_online().filter(pk__in={one.pk for one, _ in wanted})
    treatments = {one.pk: one for one in named.prefetch_related("therapists", "rooms")}
    last = clinic.last_bookable_day(now)
    diary = _Diary.of(clinic, treatments.values(), sessions, now=now, visitor=visitor)
    asked = _Asked(clinic, plan, list(treatments.values()), history, frozenset(), diary, last)
    return [
        asked.nearest_to(session, treatments[treatment.pk])
        if session and treatment.pk in treatments and session.window_start <= last
        else []
        for treatment, session in wanted
    ]


def suitable(treatments: Iterable[Treatment], session: training.Session) -> Treatment | None:
    """The treatment for that kind of session nearest to its minutes."""
    fitting = [one for one in treatments if session.kind in one.session_kinds]
    return min(fitting, key=lambda one: abs(one.minutes - session.minutes), default=None)


@dataclass(frozen=True)
class _Asked:
    """What every session's offer is made from; `last` is the last day of the diary."""

    clinic: Clinic
    plan: training.Plan
    treatments: list[Treatment]
    history: History
    declined: frozenset[SessionId]
    diary: "_Diary"
    last: date

    def offer(self, number: int, session: training.Session) -> Offer:
        treatment = suitable(self.treatments, session)
        booked = self.history.booked_for(session, self.clinic)
        declined = id_of(session) in self.declined and not booked
        not_yet = session.window_start > self.last
        found: list[Opening] = []
        if treatment and not (booked or declined or not_yet):
            found = self.nearest_to(session, treatment)
        opens_on = session.ideal - timedelta(days=self.clinic.horizon_days) if not_yet else None
        return Offer(number, session, treatment, found, booked, opens_on, declined)

    def nearest_to(self, session: training.Session, treatment: Treatment) -> list[Opening]:
        free = self.diary.openings(treatment, session.window_start, session.window_end)
        allowed = (one for one in free if self.plan.allows(session, self._day_of(one)))
        return self._ranked(allowed, session.suggested)

    def _day_of(self, opening: Opening) -> date:
        return opening.starts_at.astimezone(self.clinic.tz).date()

    def _ranked(self, free: Iterable[Opening], ideal: date) -> list[Opening]:
        """One a part of day; nearest to the ideal day first, then as the runner usually comes."""
        usual_minute = self.history.usual_minute(self.clinic)
        parts: dict[tuple[date, int], _Choice] = {}
        for opening in free:
            choice = self._choice(opening, ideal, usual_minute)
            best = parts.setdefault(choice.part, choice)
            if choice.rank < best.rank:
                parts[choice.part] = choice
        ranked = sorted(parts.values(), key=lambda choice: choice.rank)
        return [choice.opening for choice in ranked[:SHOWN]]

    def _choice(self, opening: Opening, ideal: date, usual_minute: int | None) -> "_Choice":
        local = opening.starts_at.astimezone(self.clinic.tz)
        usual = self.history.usual_therapist
        minute = local.hour * 60 + local.minute
        return _Choice(
            opening,
            part=(local.date(), bisect_right(PARTS_OF_DAY, local.hour)),
            rank=(
                abs((local.date() - ideal).days),
                usual is not None and usual not in opening.therapists,
                0 if usual_minute is None else abs(minute - usual_minute),
                opening.starts_at,
            ),
        )


@dataclass(frozen=True)
class _Choice:
    opening: Opening
    part: tuple[date, int]
    rank: tuple[int, bool, int, datetime]


@dataclass(frozen=True)
class _Diary:
    """The facts about all the days that sessions may lie on, for any treatment."""

    clinic: Clinic
    rosters: dict[int, Roster]
    rooms: dict[int, list[Span]]
    now: datetime

    @classmethod
    def of(
        cls,
        clinic: Clinic,
        treatments: Iterable[Treatment],
        sessions: Sequence[training.Session],
        *,
        now: datetime,
        visitor: str,
    ) -> "_Diary":
        if not sessions:
            return cls(clinic, {}, {}, now)
        first = max(min(s.window_start for s in sessions), now.astimezone(clinic.tz).date())
        days = (max(session.window_end for session in sessions) - first).days
        shown = day_bounds(first, days, clinic.tz)
        during = Interval(shown.start, shown.end + LONGEST)
        people = {one.pk for treatment in treatments for one in treatment.therapists.all()}
        taken = time_off(people, during)
        rooms: dict[int, list[Span]] = {
            pk: [] for pk in Room.objects.filter(active=True).values_list("pk", flat=True)
        }
        times = facts.taken_times(during, now=now, visitor=visitor, moving=None)
        for person, room, start, _, blocked_until in times:
            taken.get(person, []).append((start, blocked_until))
            rooms.get(room, []).append((start, blocked_until))
        working = hours_of_work(people, first, days, clinic)
        rosters = {pk: Roster(joined(working[pk]), joined(taken[pk])) for pk in people}
        return cls(clinic, rosters, {pk: joined(spans) for pk, spans in rooms.items()}, now)

    def openings(self, treatment: Treatment, first: date, end: date) -> Iterator[Opening]:
        """The treatment's free starts on the days of [first, end)."""
        first = max(first, self.now.astimezone(self.clinic.tz).date())
        days = (end - first).days
        shown = day_bounds(first, days, self.clinic.tz)
        around = _seconds(Interval(shown.start, shown.end + LONGEST))
        therapists = {one.pk: one for one in treatment.therapists.all() if one.active}
        starts = openings_of(
            {pk: _near(self.rosters[pk], around) for pk in therapists},
            [_inside(self.rooms[pk], around) for pk in self._rooms_of(treatment)],
            visit=treatment.visit,
            grid=Grid.over(
                first, days, step_minutes=self.clinic.start_step_minutes, tz=self.clinic.tz
            ),
            within=bookable_span(self.clinic, shown, self.now),
        )
        for start, ids in starts.items():
            yield Opening(datetime.fromtimestamp(start, UTC), tuple(therapists[i] for i in ids))

    def _rooms_of(self, treatment: Treatment) -> list[int]:
        """The rooms in use that suit it: the ones it names, or any."""
        named = {room.pk for room in treatment.rooms.all()}
        return [pk for pk in self.rooms if pk in named or not named]


def _seconds(interval: Interval) -> Span:
    return int(interval.start.timestamp()), int(interval.end.timestamp())


def _near(roster: Roster, around: Span) -> Roster:
    return Roster(_inside(roster.working, around), _inside(roster.taken, around))


def _inside(spans: Sequence[Span], around: Span) -> Sequence[Span]:
    """Those of sorted, separate spans that touch a stretch of time."""
    since, until = around
    first = bisect_left(spans, since, key=lambda span: span[1])
    return spans[first : bisect_left(spans, until, key=lambda span: span[0])]
