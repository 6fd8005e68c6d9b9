"""A runner's plan with what can really be booked of it, in a constant number of queries."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from bookings.core import training
from bookings.core.intervals import Interval, day_bounds
from bookings.core.openings import Grid, Roster, Span, joined, openings_of
from bookings.core.statuses import Status
from bookings.models import Appointment, Client, Clinic, Race, Room, Therapist, Treatment
from bookings.models.appointments import LONGEST
from bookings.queries import facts, protocol
from bookings.queries.openings import Opening, bookable_span, hours_of_work, time_off

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

    def booked_for(self, session: training.Session, clinic: Clinic) -> Appointment | None:
        """The visit that lies in the session's window (N7)."""
        for visit in self.visits:
            if session.covers(visit.starts_at.astimezone(clinic.tz).date()):
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


def runner_of(client: Client, history: History) -> training.Runner:
    return training.Runner(
        long_run_weekday=training.Weekday(client.long_run_weekday),
        weekly_volume_km=client.weekly_volume_km,
        new_client=not history.has_been,
    )


def plan_of(races: Iterable[Race], runner: training.Runner, *, today: date) -> training.Plan:
    known = [race.in_training for race in races]
    return training.plan(known, runner, protocol.current(), as_of=today)


def offers(
    clinic: Clinic, plan: training.Plan, history: History, *, now: datetime, visitor: str = ""
) -> list[Offer]:
    """One for each recommended session, in order. The visitor's own holds count as free."""
    treatments = list(Treatment.objects.bookable_online().prefetch_related("therapists", "rooms"))
    last = clinic.last_bookable_day(now)
    reached = [session for session in plan.sessions if session.window_start <= last]
    diary = _Diary.of(clinic, treatments, reached, now=now, visitor=visitor)
    return [
        _offer(number, session, clinic, treatments, history, diary, last)
        for number, session in enumerate(plan.sessions, start=1)
    ]


def suitable(treatments: Iterable[Treatment], session: training.Session) -> Treatment | None:
    """The treatment for that kind of session nearest to its minutes."""
    fitting = [one for one in treatments if session.kind in one.session_kinds]
    return min(fitting, key=lambda one: abs(one.minutes - session.minutes), default=None)


def _offer(
    number: int,
    session: training.Session,
    clinic: Clinic,
    treatments: list[Treatment],
    history: History,
    diary: "_Diary",
    last: date,
) -> Offer:
    treatment = suitable(treatments, session)
    booked = history.booked_for(session, clinic)
    not_yet = session.window_start > last
    found: list[Opening] = []
    if treatment and not booked and not not_yet:
        free = diary.openings(treatment, session.window_start, session.window_end)
        found = _nearest(free, session.suggested, history.usual_therapist, clinic)
    opens_on = session.ideal - timedelta(days=clinic.horizon_days) if not_yet else None
    return Offer(number, session, treatment, found, booked, opens_on)


def _nearest(
    free: Iterable[Opening], ideal: date, usual: Therapist | None, clinic: Clinic
) -> list[Opening]:
    """One a part of day, nearest to the ideal day first, the usual therapist's before others'."""
    parts: dict[tuple[date, int], Opening] = {}
    for opening in sorted(free, key=lambda one: usual not in one.therapists if usual else False):
        local = opening.starts_at.astimezone(clinic.tz)
        parts.setdefault((local.date(), bisect_right(PARTS_OF_DAY, local.hour)), opening)
    ranked = sorted(
        parts.items(),
        key=lambda part: (
            abs((part[0][0] - ideal).days),
            usual is not None and usual not in part[1].therapists,
            part[1].starts_at,
        ),
    )
    return [opening for _, opening in ranked[:SHOWN]]


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
