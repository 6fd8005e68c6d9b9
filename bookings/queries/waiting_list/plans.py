"""The training plans of those on the list, which say who needs a time soonest."""

from collections.abc import Iterable
from datetime import date, datetime

from bookings.core import training
from bookings.core.scheduling.statuses import HAS_BEEN
from bookings.models import Appointment, Client, Clinic
from bookings.models.training.own_plans import schedule_known
from bookings.queries.training import protocol


def plans_of(
    clients: Iterable[Client], clinic: Clinic, *, now: datetime
) -> dict[int, training.Plan | None]:
    """By client; None without a race. Three queries for any number."""
    people = {client.pk for client in clients}
    found = Client.objects.filter(pk__in=people).select_related("own_plan")
    found = found.prefetch_related("races", "hard_efforts")
    been = set(
        Appointment.objects.filter(client__in=people, status__in=HAS_BEEN).values_list(
            "client", flat=True
        )
    )
    rules, today = protocol.current(), clinic.day_of(now)
    return {one.pk: _plan(one, rules, today, is_new=one.pk not in been) for one in found}


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
