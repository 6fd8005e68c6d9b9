"""The training plans of those on the list, which say who needs a time soonest."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.core import training
from bookings.core.waiting_list.order import need_on
from bookings.models import Client, Clinic, Race, WaitlistEntry
from bookings.models.training.own_plans import schedule_known
from bookings.queries.training import protocol
from bookings.queries.waiting_list.people import have_been_here


def plans_of(
    clients: Iterable[Client], clinic: Clinic, *, now: datetime
) -> dict[int, training.Plan | None]:
    """By client; None without a race, of whom nothing more is read. Four queries for any number."""
    people: dict[int, training.Plan | None] = {client.pk: None for client in clients}
    racing = set(Race.objects.filter(client__in=people).values_list("client", flat=True))
    if not racing:
        return people
    found = Client.objects.filter(pk__in=racing).select_related("own_plan")
    found = found.prefetch_related("races", "hard_efforts")
    been = have_been_here(racing)
    rules, today = protocol.current(), clinic.day_of(now)
    made = {one.pk: _plan(one, rules, today, is_new=one.pk not in been) for one in found}
    return people | made


def against_days(
    kinds: frozenset[training.Kind], days: Collection[date], plan: training.Plan | None
) -> str:
    """What the plan has against the days that somebody waits for, to them; nothing where it has
    nothing."""
    found = [training.against(kinds, day, plan) for day in days] if plan else []
    bad = [one for one in found if one]
    if not bad:
        return ""
    if len(days) == 1:
        return _("Better not: {reason}").format(reason=dates.translated(bad[0].reason))
    if len(bad) == len(days):
        return _("Your training advises against each of these days.")
    said = ngettext(
        "Your training advises against {count} of these {all} days; for it you come later in line.",
        "Your training advises against {count} of these {all} days; for them you come later in "
        "line.",
        len(bad),
    )
    return said.format(count=len(bad), all=len(days))


def why_against(kinds: frozenset[training.Kind], day: date, plan: training.Plan | None) -> str:
    """To them; nothing where nothing is known."""
    advice = training.against(kinds, day, plan) if plan else None
    return advice.reason if advice else ""


def days_wanted(
    first: date, last: date, weekdays: Collection[int | None], today: date
) -> list[date]:
    """Those to come."""
    first = max(first, today)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if not weekdays or day.weekday() in weekdays]


def against_wish(entry: WaitlistEntry, clinic: Clinic, *, now: datetime) -> str:
    """The same of a place, where it is certain whose it is; a visit’s is another matter."""
    if not entry.is_waiting or entry.moves_a_visit or entry.client.is_provisional:
        return ""
    plan = plans_of([entry.client], clinic, now=now)[entry.client_id]
    today = clinic.day_of(now)
    days = days_wanted(entry.first_day, entry.last_day, entry.weekdays, today)
    return against_days(entry.kinds, days, plan)


@dataclass(frozen=True)
class PlanSays:
    """Of an offered day, to whom it is offered: why they are asked, and what is against it."""

    why: str
    against: str


def plan_says(entry: WaitlistEntry, start: datetime, clinic: Clinic, *, now: datetime) -> PlanSays:
    day, kinds = clinic.day_of(start), entry.kinds
    plan = plans_of([entry.client], clinic, now=now)[entry.client_id]
    advice = training.against(kinds, day, plan) if plan else None
    if advice:
        return PlanSays(why="", against=dates.translated(advice.reason))
    yours = need_on(day, kinds, plan).yours
    return PlanSays(why=dates.translated(yours) if yours else "", against="")


def _plan(
    client: Client, rules: training.Protocol, today: date, *, is_new: bool
) -> training.Plan | None:
    races = [race.in_training for race in client.races.all()]
    if not races:
        return None
    runner = training.Runner(
        long_run_weekday=training.Weekday(client.long_run_weekday),
        weekly_volume_km=client.weekly_volume_km,
        new_client=is_new,
        hard_efforts=tuple(effort.day for effort in client.hard_efforts.all()),
        schedule=schedule_known(client),
    )
    return training.plan(races, runner, rules, as_of=today)
