"""A runner's plan with what can really be booked of it, in a constant number of queries."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import median_low
from typing import NamedTuple

from bookings.core import training
from bookings.core.intervals import days_from
from bookings.core.scheduling.openings import Seconds
from bookings.core.scheduling.parts_of_day import part_of_day
from bookings.core.scheduling.statuses import HAS_BEEN, Status
from bookings.core.scheduling.weeks import monday_of
from bookings.models import Appointment, Client, Clinic, Race, Therapist, Treatment
from bookings.models.training.own_plans import schedule_known
from bookings.queries.scheduling.diary import DiaryFacts, Opening, diary_facts
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.queries.training import protocol

# A recommended session is known by its kind and ideal day; no plan has two on one day.
SessionId = tuple[training.Kind, date]

SHOWN = 3
NO_KINDS: frozenset[training.Kind] = frozenset()


@dataclass(frozen=True)
class Usual:
    """When and with whom a runner likes to come, as they have said; None is any."""

    part: int | None = None  # as part_of_day counts
    therapist: Therapist | None = None

    def misses(self, takers: Collection[int], part: int) -> int:
        """How much of it a start in that part of the day has not, with those who can take it."""
        other_part = self.part is not None and part != self.part
        other_person = self.therapist is not None and self.therapist.pk not in takers
        return other_part + other_person


@dataclass(frozen=True)
class History:
    """A runner's visits so far and to come, and what they like; nobody's has none.

    `closed` are starts that a browser has booked and may be told nothing more of.
    """

    visits: Sequence[Appointment] = ()
    usual: Usual = Usual()
    closed: Sequence[datetime] = ()

    @classmethod
    def of(cls, client: Client) -> "History":
        visits = client.appointments.visits().exclude(status=Status.CANCELLED)
        visits = visits.with_everything().select_related("series").with_waits()
        usual = Usual(client.usual_part, client.usual_therapist)
        return cls(list(visits.order_by("starts_at")), usual)

    @property
    def has_been(self) -> bool:
        return any(visit.status in HAS_BEEN for visit in self.visits)

    @cached_property
    def usual_therapist(self) -> Therapist | None:
        """Whom they want, or who has treated them most often, of those who still work here."""
        if self.usual.therapist and self.usual.therapist.active:
            return self.usual.therapist
        often = Counter(visit.therapist for visit in self.visits if visit.therapist.active)
        return often.most_common(1)[0][0] if often else None

    def usual_minute(self, clinic: Clinic) -> int | None:
        """The minute of the day at which they mostly come: the median of their visits."""
        clocks = [visit.starts_at.astimezone(clinic.tz) for visit in self.visits]
        return median_low(at.hour * 60 + at.minute for at in clocks) if clocks else None

    def days(self, clinic: Clinic, but: Appointment | None = None) -> list[date]:
        """On which they come or have come; `but` the visit that is to move."""
        there = [one for one in self.visits if one != but and one.status != Status.NO_SHOW]
        return [clinic.day_of(one.starts_at) for one in there]

    def booked_for(self, session: training.Session, clinic: Clinic) -> Appointment | None:
        """The visit that lies in the session's window (N7), one of a series in its week, or one on
        a day instead (S10); one that was missed is none."""
        for visit in self.visits:
            if visit.status != Status.NO_SHOW and _serves(visit, session, clinic):
                return visit
        return None

    def is_closed(self, session: training.Session, clinic: Clinic) -> bool:
        """Whether it was booked, and only the mailbox learns more of that."""
        return any(session.covers(clinic.day_of(start)) for start in self.closed)

    def has(self, session: training.Session, clinic: Clinic) -> bool:
        """Whether it needs no offer, since something is booked for it."""
        return self.booked_for(session, clinic) is not None or self.is_closed(session, clinic)


def _serves(visit: Appointment, session: training.Session, clinic: Clinic) -> bool:
    """A series of every so many weeks and the plan never book the same week twice."""
    day = clinic.day_of(visit.starts_at)
    comes_again = visit.series is not None and not visit.series.follows_a_race
    if day in session.instead and session.kind in visit.treatment.kinds:
        return True
    return session.covers(day) or (comes_again and monday_of(day) == monday_of(session.suggested))


@dataclass(frozen=True)
class Offer:
    """A recommended session with what can be done about it.

    `treatment` is the suitable one nearest to the session's minutes, None if there is none;
    `openings` are the nearest to the suggested day; `opens_on` is set while the diary does
    not reach the session yet. One that is `closed` is booked, and no more may be told. `against` is
    why its openings are better not taken, where there are no others; `good_day` is then the next
    one after the window, if any is free.
    """

    number: int
    session: training.Session
    treatment: Treatment | None
    openings: Sequence[Opening]
    booked: Appointment | None
    opens_on: date | None
    declined: bool
    closed: bool = False
    against: training.Advice | None = None
    good_day: date | None = None

    @property
    def advised(self) -> Sequence[Opening]:
        """The openings that may be put forward: none that the runner is advised against."""
        return () if self.against else self.openings


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
        hard_efforts=tuple(effort.day for effort in client.hard_efforts.all()),
        schedule=schedule_known(client),
    )


def plan_of(
    races: Iterable[Race],
    runner: training.Runner,
    *,
    today: date,
    rules: training.Protocol | None = None,
) -> training.Plan:
    """`rules`: the protocol, where the caller asks about many runners."""
    known = [race.in_training for race in races]
    return training.plan(known, runner, rules or protocol.current(), as_of=today)


def offers(
    clinic: Clinic,
    plan: training.Plan,
    history: History,
    *,
    declined: Collection[SessionId] = (),
    now: datetime,
    holder: str = "",
) -> list[Offer]:
    """One for each recommended session, in order. The `holder`'s own holds count as free."""
    numbered = list(enumerate(plan.sessions, start=1))
    return _offers(clinic, plan, numbered, history, declined=declined, now=now, holder=holder)


def next_offer(
    clinic: Clinic,
    plan: training.Plan,
    history: History,
    *,
    declined: Collection[SessionId] = (),
    now: datetime,
    holder: str = "",
) -> Offer | None:
    """The first session that is neither booked nor put aside, with times close to its day."""
    waiting = [
        (number, session)
        for number, session in enumerate(plan.sessions, start=1)
        if id_of(session) not in declined and not history.has(session, clinic)
    ]
    found = _offers(clinic, plan, waiting[:1], history, declined=(), now=now, holder=holder)
    return found[0] if found else None


def _offers(
    clinic: Clinic,
    plan: training.Plan,
    numbered: Sequence[tuple[int, training.Session]],
    history: History,
    *,
    declined: Collection[SessionId],
    now: datetime,
    holder: str,
) -> list[Offer]:
    treatments = Treatment.objects.listed_online()
    last = clinic.last_bookable_day(now)
    reached = [session for _, session in numbered if session.window_start <= last]
    diary = _diary_of(clinic, treatments, reached, holder=holder, now=now)
    asked = _OfferFacts(clinic, plan, treatments, history, frozenset(declined), diary, last)
    return [asked.offer(number, session) for number, session in numbered]


def openings_for(
    clinic: Clinic,
    plan: training.Plan,
    wanted: Sequence[tuple[Treatment, training.Session | None]],
    history: History,
    *,
    now: datetime,
    holder: str = "",
) -> list[list[Opening]]:
    """The openings of each treatment that are nearest to its session of the plan, if it has one."""
    asked = [SessionWanted(plan, history, treatment, session) for treatment, session in wanted]
    return openings_for_many(clinic, asked, now=now, holder=holder)


@dataclass(frozen=True)
class SessionWanted:
    """Somebody's session of a plan, if it has one, and the treatment that they have it as."""

    plan: training.Plan
    history: History
    treatment: Treatment
    session: training.Session | None


def openings_for_many(
    clinic: Clinic,
    wanted: Sequence[SessionWanted],
    *,
    now: datetime,
    holder: str = "",
    most: int = SHOWN,
) -> list[list[Opening]]:
    """The nearest of each, of any number of runners out of one diary."""
    sessions = [one.session for one in wanted if one.session]
    if not sessions:
        return [[] for _ in wanted]
    named = Treatment.objects.bookable_online().filter(pk__in={one.treatment.pk for one in wanted})
    treatments = {one.pk: one for one in named}
    last = clinic.last_bookable_day(now)
    diary = _diary_of(clinic, treatments.values(), sessions, holder=holder, now=now)
    found: list[list[Opening]] = []
    for one in wanted:
        treatment = treatments.get(one.treatment.pk)
        if one.session is None or treatment is None or one.session.window_start > last:
            found.append([])
            continue
        asked = _OfferFacts(
            clinic, one.plan, [treatment], one.history, frozenset(), diary, last, most
        )
        found.append(asked.nearest_to(one.session, treatment))
    return found


def as_proposed(treatment: Treatment, opening: Opening, history: History) -> Slot:
    """With whom they usually come, where that one is free."""
    usual = history.usual_therapist
    therapist = usual if usual in opening.therapists else None
    return Slot(treatment=treatment, start=opening.starts_at, therapist=therapist)


def suitable(treatments: Iterable[Treatment], session: training.Session) -> Treatment | None:
    """The treatment for that kind of session nearest to its minutes."""
    fitting = [one for one in treatments if session.kind in one.session_kinds]
    return min(fitting, key=lambda one: abs(one.minutes - session.minutes), default=None)


@dataclass(frozen=True)
class _OfferFacts:
    """What every session's offer is made from; `last` is the last day of the diary."""

    clinic: Clinic
    plan: training.Plan
    treatments: list[Treatment]
    history: History
    declined: frozenset[SessionId]
    diary: DiaryFacts | None
    last: date
    most: int = SHOWN

    def offer(self, number: int, session: training.Session) -> Offer:
        treatment = suitable(self.treatments, session)
        booked = self.history.booked_for(session, self.clinic)
        closed = not booked and self.history.is_closed(session, self.clinic)
        declined = id_of(session) in self.declined and not (booked or closed)
        not_yet = session.window_start > self.last
        found: list[Opening] = []
        if treatment and not (booked or closed or declined or not_yet):
            found = self.nearest_to(session, treatment)
        opens_on = session.ideal - timedelta(days=self.clinic.horizon_days) if not_yet else None
        against = self._against(self.clinic.day_of(found[0].starts_at)) if found else None
        made = Offer(number, session, treatment, found, booked, opens_on, declined, closed, against)
        is_open = treatment and not (booked or closed or declined or not_yet)
        if treatment is None or not is_open or (found and not against):
            return made
        return replace(made, good_day=self._good_day_after(session, treatment))

    def _good_day_after(self, session: training.Session, treatment: Treatment) -> date | None:
        days = [day for day in session.instead if day <= self.last]
        if self.diary is None or not days:
            return None
        span = (days[-1] - days[0]).days + 1
        there = self.diary.starts_by_day(treatment, days[0], span)
        good = (day for day in days if training.suits(treatment.kinds, day, self._beside_visits))
        return next((day for day in good if day in there), None)

    def nearest_to(self, session: training.Session, treatment: Treatment) -> list[Opening]:
        """On days that suit; where those have nothing, on days less good, or on any of its window.

        Days are judged and looked at as they are come to, which mostly is the first few.
        """
        diary = self.diary
        if diary is None:
            return []
        first = max(session.window_start, diary.first)
        window = days_from(first, (session.window_end - first).days)
        days = sorted(window, key=lambda day: _from_day(day, session.suggested))
        looked_at: set[date] = set()
        for kinds in (treatment.kinds, NO_KINDS, None):
            left = (
                day
                for day in days
                if day not in looked_at
                and self.plan.allows(session, day)
                and (kinds is None or not self._against(day, kinds))
            )
            if found := self._ranked(diary, treatment, left, session.suggested, looked_at):
                return diary.told(treatment, {one.start: one.takers for one in found})
        return []

    def _against(
        self, day: date, kinds: frozenset[training.Kind] = NO_KINDS
    ) -> training.Advice | None:
        """A day advised against (S10) is offered where nothing else is free."""
        return training.against(kinds, day, self._beside_visits)

    @cached_property
    def _beside_visits(self) -> training.Plan:
        return self.plan.beside(self.history.days(self.clinic))

    def _ranked(
        self,
        diary: DiaryFacts,
        treatment: Treatment,
        days: Iterable[date],
        ideal: date,
        looked_at: set[date],
    ) -> list["_Choice"]:
        """One a part of day: as the runner wants it, then by the ideal day, then as they come."""
        usual_minute = self.history.usual_minute(self.clinic)
        parts: dict[tuple[date, int], _Choice] = {}
        for day in days:
            if self._has_enough(parts.values(), abs((day - ideal).days)):
                break  # those of later days would come after them
            looked_at.add(day)
            for start, takers in diary.starts(treatment, first=day, days=1).items():
                choice = self._choice(start, takers, abs((day - ideal).days), usual_minute)
                part = day, choice.part
                if part not in parts or choice.rank < parts[part].rank:
                    parts[part] = choice
        return sorted(parts.values(), key=lambda choice: choice.rank)[: self.most]

    def _has_enough(self, found: Iterable["_Choice"], days_off: int) -> bool:
        """Of those that are all that the runner wants, nearer to the ideal day."""
        return sum(one.rank[0] == 0 and one.rank[1] < days_off for one in found) >= self.most

    def _choice(
        self, start: Seconds, takers: Sequence[int], days_off: int, usual_minute: int | None
    ) -> "_Choice":
        local = datetime.fromtimestamp(start, self.clinic.tz)
        usual = self.history.usual_therapist
        minute, part = local.hour * 60 + local.minute, part_of_day(local.time())
        rank = (
            self.history.usual.misses(takers, part),
            days_off,
            usual is not None and usual.pk not in takers,
            0 if usual_minute is None else abs(minute - usual_minute),
            start,
        )
        return _Choice(start, takers, part, rank)


class _Choice(NamedTuple):
    start: Seconds
    takers: Sequence[int]
    part: int
    rank: tuple[int, int, bool, int, Seconds]


def _from_day(day: date, ideal: date) -> tuple[int, date]:
    return abs((day - ideal).days), day


def _last_day_of(session: training.Session) -> date:
    return max([session.window_end - timedelta(days=1), *session.instead])


def _diary_of(
    clinic: Clinic,
    treatments: Iterable[Treatment],
    sessions: Sequence[training.Session],
    *,
    holder: str,
    now: datetime,
) -> DiaryFacts | None:
    """All the days that the sessions may lie on, for any of the treatments."""
    if not sessions:
        return None
    first = max(min(s.window_start for s in sessions), clinic.day_of(now))
    return diary_facts(
        clinic,
        first=first,
        days=(max(_last_day_of(session) for session in sessions) - first).days + 1,
        treatments=treatments,
        ignoring=Ignoring(holder=holder),
        now=now,
    )
