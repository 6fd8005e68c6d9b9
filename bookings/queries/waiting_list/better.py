"""On which days what is booked would suit its runner's training better."""

from collections.abc import Container, Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.core.training import Because, BetterDays
from bookings.models import Appointment, Client, Clinic, WaitlistEntry
from bookings.queries.waiting_list.plans import plans_of

NONE: frozenset[date] = frozenset()  # of whom no race is known any more


def better_days(
    entries: Iterable[WaitlistEntry], clinic: Clinic, *, now: datetime
) -> dict[int, Container[date]]:
    """By entry, of those who wait for that; no plan is made for the others."""
    asking = [one for one in entries if one.wants_better]
    if not asking:
        return {}
    plans = plans_of([one.client for one in asking], clinic, now=now)
    visits = _visits_of(one.client_id for one in asking)
    found: dict[int, Container[date]] = {}
    for one in asking:
        found[one.pk] = NONE
        if (plan := plans[one.client_id]) and (visit := one.appointment):
            beside = _beside(plan, visits, visit, clinic)
            found[one.pk] = BetterDays(one.kinds, clinic.day_of(visit.starts_at), beside)
    return found


def _visits_of(clients: Iterable[int]) -> list[Appointment]:
    coming = Appointment.objects.visits().filter(client__in=set(clients))
    return list(coming.exclude(status__in=(Status.CANCELLED, Status.NO_SHOW)))


def _beside(
    plan: training.Plan, visits: Iterable[Appointment], moved: Appointment, clinic: Clinic
) -> training.Plan:
    """Keeping clear of what else the same client has booked."""
    others = (one for one in visits if one.client_id == moved.client_id and one != moved)
    return plan.beside(clinic.day_of(one.starts_at) for one in others)


def better_for(visit: Appointment, clinic: Clinic, *, now: datetime) -> BetterDays | None:
    """Nothing where no race is known, the plan has nothing against its day, or no day that the
    diary has reached is better.
    """
    client: Client = visit.whose
    plan = plans_of([client], clinic, now=now)[client.pk]
    if plan is None:
        return None
    plan = _beside(plan, _visits_of([client.pk]), visit, clinic)
    days = BetterDays(visit.treatment.kinds, clinic.day_of(visit.starts_at), plan)
    return days if has_any(days, clinic, now=now) else None


def has_any(days: BetterDays, clinic: Clinic, *, now: datetime) -> bool:
    ahead = days.among(clinic.day_of(now), clinic.last_bookable_day(now))
    return days.are_possible and next(ahead, None) is not None


def why_better(
    entry: WaitlistEntry, start: datetime, clinic: Clinic, *, now: datetime
) -> Because | None:
    """Why that start is, of whoever waits for such; nothing where it is no better now."""
    days, day = better_days([entry], clinic, now=now).get(entry.pk), clinic.day_of(start)
    return days.why(day) if isinstance(days, BetterDays) and day in days else None


def why_nothing_is_better(entry: WaitlistEntry, clinic: Clinic, *, now: datetime) -> str:
    """Since they asked for it, in a sentence; nothing of other wishes, or where some day is."""
    days = better_days([entry], clinic, now=now).get(entry.pk)
    if days is None or (isinstance(days, BetterDays) and days.are_possible):
        return ""
    if isinstance(days, BetterDays):
        return _("The plan has nothing against the day of your appointment now, so it stays there.")
    return _("We know of no race of yours any more, so no other day is better for it.")
