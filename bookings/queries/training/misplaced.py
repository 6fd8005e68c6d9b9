"""Booked visits that stand where the client's own plan is against it, and better times for each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic
from bookings.models.training.own_plans import OwnPlan
from bookings.queries.scheduling.cutoffs import why_not_move
from bookings.queries.scheduling.diary import FreeTimes, Opening, free_times
from bookings.queries.scheduling.slots import Ignoring, Slot
from bookings.queries.training.plans import History, plan_of, runner_of

SHOWN = 3
NEAR = timedelta(days=7)  # nobody is asked to come in another week than the next or the last
Left = Collection[tuple[str, int]]


@dataclass(frozen=True)
class Misplaced:
    """A visit, what the plan has against its day, and the nearest free times it is not against.

    One that is too near to be moved has none, and says why.
    """

    visit: Appointment
    advice: training.Advice
    slots: Sequence[Slot]
    why_not_move: str

    @property
    def can_be_answered(self) -> bool:
        return not self.why_not_move


def misplaced_of(
    visits: Sequence[Appointment],
    plan: training.Plan,
    *,
    left: Left = (),
    clinic: Clinic,
    binds: bool = True,
    holder: str = "",
    now: datetime,
) -> list[Misplaced]:
    """In order of time, in a constant number of queries; `left` are those that stay all the same.

    `visits` are all of one client; `binds` says whether the clinic's cut-off does, which the desk
    may set aside.
    """
    asked = [one for one in visits if (one.public_id, one.revision) not in left]
    looked_at = [(one, why_misplaced(one, plan, clinic, now=now)) for one in asked]
    found = [(visit, advice) for visit, advice in looked_at if advice]
    bound = [visit for visit, _ in found] if binds else []
    why_not = {one: why_not_move(one, clinic, now=now) or "" for one in bound}
    movable = [one for one, _ in found if not why_not.get(one)]
    times = _BetterTimes(visits, plan, clinic, _diary_of(movable, clinic, holder, now))
    return [
        Misplaced(
            visit, advice, times.of(visit) if visit in movable else (), why_not.get(visit, "")
        )
        for visit, advice in found
    ]


def why_misplaced(
    visit: Appointment, plan: training.Plan, clinic: Clinic, *, now: datetime
) -> training.Advice | None:
    """What the own plan has against where it stands; nothing of what has begun."""
    if visit.status != Status.BOOKED or visit.starts_at <= now:
        return None
    return training.misplaced(clinic.day_of(visit.starts_at), plan)


def misplaced_visits(client: Client, clinic: Clinic, *, now: datetime) -> list[Misplaced]:
    """The same of a client of the books, without those that they leave where they are."""
    own = OwnPlan.objects.filter(client=client).first()
    if own is None:
        return []
    history = History.of(client)
    plan = plan_of(client.races.all(), runner_of(client, history), today=clinic.day_of(now))
    left = own.left_alone
    return misplaced_of(history.visits, plan, left=left, clinic=clinic, now=now)


@dataclass(frozen=True)
class _BetterTimes:
    """Free times of days that the plan has nothing against, and on which they come only once."""

    visits: Sequence[Appointment]
    plan: training.Plan
    clinic: Clinic
    diary: FreeTimes | None

    def of(self, visit: Appointment) -> list[Slot]:
        """The best of each day, with the same therapist and about the hour; nearest day first."""
        if self.diary is None:
            return []
        first, days = _around(visit, self.clinic, self.diary.first)
        free = self.diary.openings(visit.treatment, first=first, days=days, duration=visit.duration)
        best: dict[date, Opening] = {}
        for one in self._advised(free, visit):
            day = self.clinic.day_of(one.starts_at)
            best[day] = min(best.get(day, one), one, key=lambda each: _rank(each, visit))
        here = self.clinic.day_of(visit.starts_at)
        nearest = sorted(best, key=lambda day: (abs(day - here), day))
        return [_slot(visit, best[day]) for day in nearest[:SHOWN]]

    def _advised(self, free: Iterable[Opening], visit: Appointment) -> list[Opening]:
        others = (one for one in self.visits if one != visit and one.status != Status.NO_SHOW)
        plan = self.plan.beside(self.clinic.day_of(one.starts_at) for one in others)
        here, kinds = self.clinic.day_of(visit.starts_at), visit.treatment.kinds
        days = [(one, self.clinic.day_of(one.starts_at)) for one in free]
        return [one for one, day in days if day != here and not training.against(kinds, day, plan)]


def _diary_of(
    movable: Sequence[Appointment], clinic: Clinic, holder: str, now: datetime
) -> FreeTimes | None:
    tomorrow, last = clinic.day_of(now) + timedelta(days=1), clinic.last_bookable_day(now)
    spans = [_around(visit, clinic, tomorrow) for visit in movable]
    if not spans:
        return None
    first = min(start for start, _ in spans)
    end = max(min(start + timedelta(days=days), last + timedelta(days=1)) for start, days in spans)
    if end <= first:
        return None
    return free_times(
        clinic,
        first=first,
        days=(end - first).days,
        treatments={visit.treatment for visit in movable},
        ignoring=Ignoring(holder=holder, appointments=tuple(one.pk for one in movable)),
        now=now,
    )


def _around(visit: Appointment, clinic: Clinic, earliest: date) -> tuple[date, int]:
    """The first of the days to look at, and how many they are."""
    day = clinic.day_of(visit.starts_at)
    first = max(day - NEAR, earliest)
    return first, (day + NEAR - first).days + 1


def _rank(one: Opening, visit: Appointment) -> tuple[bool, timedelta, datetime]:
    apart = (one.starts_at - visit.starts_at) % timedelta(days=1)
    hour = min(apart, timedelta(days=1) - apart)
    return visit.therapist not in one.therapists, hour, one.starts_at


def _slot(visit: Appointment, one: Opening) -> Slot:
    """With the same therapist where they are free, and nobody who is not named."""
    kept = visit.therapist if visit.therapist in one.therapists else one.therapists[0]
    return Slot(treatment=visit.treatment, start=one.starts_at, therapist=kept)
