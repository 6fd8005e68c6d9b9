"""A client's own training plan: kept, replaced and removed as a whole; and what follows it."""

from datetime import date, datetime

from django.db import transaction

from bookings.actions.mail import against_plan, nudges
from bookings.actions.training import races
from bookings.core import training
from bookings.models import Appointment, Client, OwnPlan
from bookings.models.training.own_plans import as_rows


@transaction.atomic
def keep(client: Client, schedule: training.Schedule, *, now: datetime) -> None:
    """In the place of one that was kept before; an empty one changes nothing. No mail says so.

    The weekday of most of its long runs is theirs from now on, until they say another.
    """
    races.lock(client)
    before = OwnPlan.objects.filter(client=client).first()
    if not schedule.days or (before and before.schedule == schedule):
        return
    OwnPlan.objects.update_or_create(
        client=client, defaults={"days": as_rows(schedule), "read_at": now}
    )
    if (weekday := schedule.long_run_weekday) is not None:
        Client.objects.filter(pk=client.pk).update(long_run_weekday=weekday)
    follow(client, now=now)


@transaction.atomic
def leave_out_a_race(client: Client, day: date, *, now: datetime) -> None:
    """One of the file's that they do not run; where there is none, nothing changes."""
    races.lock(client)
    own = OwnPlan.objects.filter(client=client).first()
    if own and day in own.schedule.races:
        own.days = as_rows(own.schedule.without_race(day))
        own.save(update_fields=["days"])
        follow(client, now=now)


@transaction.atomic
def remove(client: Client, *, now: datetime) -> None:
    """The weekday holds alone; removing what has gone changes nothing."""
    races.lock(client)
    gone, _ = OwnPlan.objects.filter(client=client).delete()
    if gone:
        follow(client, now=now)


@transaction.atomic
def leave_visit(client: Client, visit: Appointment) -> None:
    """It stays where it is though the plan is against it, until the plan or the visit changes."""
    races.lock(client)
    own = OwnPlan.objects.filter(client=client).first()
    if own and (visit.public_id, visit.revision) not in own.left_alone:
        own.left = [*own.left, [visit.public_id, visit.revision]]
        own.save(update_fields=["left"])


def follow(client: Client, *, now: datetime) -> None:
    """After every change of the plan, whoever or whatever has made it; under the client's lock.

    The sessions, and the mails still to be sent, are those of the plan as it is now. What was left
    where it is is asked about again.
    """
    races.raise_revision(client)
    OwnPlan.objects.filter(client=client).update(left=[])
    nudges.plan_for(client, now=now)
    against_plan.owe(client, now=now)
