"""The training plans of those on the list, which say who needs a time soonest."""

from collections.abc import Iterable
from datetime import date, datetime

from bookings.core import training
from bookings.models import Client, Clinic, Race
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
