"""When a client had better come again: by their plan, or as they usually come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median_low

from bookings.core import training
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Clinic, Treatment
from bookings.queries.scheduling.alternatives import APART
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.openings import nearest
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.plans import (
    History,
    declined_by,
    id_of,
    plan_of,
    runner_of,
    suitable,
)

TIMES = 3
LOOKED_THROUGH = 60  # a week or so of one therapist's openings
WEEKS = (1, 2, 3, 4, 6, 8)
WITHOUT_A_HABIT = timedelta(weeks=4)
SHORTEST, LONGEST = timedelta(weeks=1), timedelta(weeks=8)


@dataclass(frozen=True)
class BookAgain:
    """Free times with the same therapist; `session` names what the plan asks for, if anything."""

    treatment: Treatment
    session: str
    openings: Sequence[Opening]


def by_plan(visit: Appointment, clinic: Clinic, *, now: datetime) -> BookAgain:
    """The next session of the plan that is not booked yet; without one, the usual pause."""
    client, today = visit.whose, clinic.day_of(now)
    history = History.of(client)
    plan = plan_of(list(client.races.all()), runner_of(client, history), today=today)
    session = _next_session(plan, history, visit, clinic, today)
    if session is None:
        day = clinic.day_of(visit.starts_at) + _usual_pause(history)
        near = _near(visit, visit.treatment, day, clinic, now)
        return BookAgain(visit.treatment, "", _on_different_days(near, clinic))
    name = plan.protocol.session_types[session.kind].name
    offered = Treatment.objects.filter(active=True, therapists=visit.therapist_id)
    treatment = suitable(offered, session) or visit.treatment
    near = _near(visit, treatment, max(session.suggested, today), clinic, now)
    fits = [one for one in near if plan.allows(session, clinic.day_of(one.starts_at))]
    good = [one for one in fits if not _is_against(one, plan, clinic)]
    return BookAgain(treatment, name, _on_different_days(good or fits, clinic))


def _is_against(opening: Opening, plan: training.Plan, clinic: Clinic) -> bool:
    return bool(training.against(frozenset(), clinic.day_of(opening.starts_at), plan))


def offered_again(
    visit: Appointment, weeks: int | None, clinic: Clinic, *, now: datetime
) -> BookAgain:
    """In so many weeks where that is one of WEEKS, else by the plan."""
    if weeks in WEEKS:
        return in_weeks(visit, weeks, clinic, now=now)
    return by_plan(visit, clinic, now=now)


def in_weeks(visit: Appointment, weeks: int, clinic: Clinic, *, now: datetime) -> BookAgain:
    """The same treatment and therapist at the same hour, so many weeks after the visit."""
    day = clinic.day_of(visit.starts_at) + timedelta(weeks=weeks)
    near = _near(visit, visit.treatment, day, clinic, now)
    return BookAgain(visit.treatment, "", _on_different_days(near, clinic))


def _next_session(
    plan: training.Plan, history: History, visit: Appointment, clinic: Clinic, today: date
) -> training.Session | None:
    """Within the diary's horizon, neither booked nor put aside."""
    declined = declined_by(visit.whose)
    last = today + timedelta(days=clinic.horizon_days)
    for session in plan.sessions:
        is_ahead = today < session.window_end and session.window_start <= last
        if is_ahead and id_of(session) not in declined and not history.booked_for(session, clinic):
            return session
    return None


def _usual_pause(history: History) -> timedelta:
    """Between two visits, as they have come so far; four weeks for whoever has not."""
    gaps = [after.starts_at - before.starts_at for before, after in pairwise(history.visits)]
    usual = median_low(gaps) if gaps else WITHOUT_A_HABIT
    return min(max(timedelta(days=usual.days), SHORTEST), LONGEST)


def _near(
    visit: Appointment, treatment: Treatment, day: date, clinic: Clinic, now: datetime
) -> list[Opening]:
    """The nearest to the hour at which they have just come first."""
    clock = visit.starts_at.astimezone(clinic.tz).time()
    start = datetime.combine(day, clock, clinic.tz)
    slot = Slot(treatment=treatment, start=start, therapist=visit.therapist)
    found = nearest(clinic, slot, count=LOOKED_THROUGH, rules=Rules.DESK, now=now)
    return sorted(found, key=lambda one: abs(one.starts_at - start))


def _on_different_days(near: Sequence[Opening], clinic: Clinic) -> list[Opening]:
    """In order of time; an hour apart on one day only where too few others have any."""
    first = {clinic.day_of(one.starts_at): one for one in reversed(near)}
    chosen = [one for one in near if one in first.values()][:TIMES]
    for one in near:
        if len(chosen) < TIMES and all(abs(one.starts_at - c.starts_at) >= APART for c in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.starts_at)
