"""A client's own training plan: kept, replaced and removed as a whole, and followed by its link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from bookings.actions import pasted_links
from bookings.actions.mail import against_plan, nudges
from bookings.actions.training import races
from bookings.core import training
from bookings.core.records.plan_files.corrections import Corrections
from bookings.core.records.plan_files.limits import LOOK_BACK
from bookings.models import Appointment, Client, OwnPlan, PlanLink
from bookings.models.training.own_plans import as_rows


@dataclass(frozen=True)
class FromLink:
    """Where a plan was read, and what was put right in it."""

    url: str
    tag: str
    corrections: Corrections


@transaction.atomic
def keep(
    client: Client, schedule: training.Schedule, *, source: FromLink | None = None, now: datetime
) -> None:
    """In the place of one that was kept before; an empty one changes nothing. No mail says so.

    The weekday of most of its long runs is theirs from now on, until they say another. Its link,
    if that is its source, is asked again from now on; of a file, no link is.
    """
    races.lock(client)
    if not schedule.days:
        return
    if source:
        fields = pasted_links.new(source.url, source.tag, now=now)
        fields["corrections"] = source.corrections.as_data()
        PlanLink.objects.update_or_create(client=client, defaults=fields)
    else:
        PlanLink.objects.filter(client=client).delete()
    if not _replace(client, schedule, now):
        return
    if (weekday := schedule.long_run_weekday) is not None:
        Client.objects.filter(pk=client.pk).update(long_run_weekday=weekday)
    follow(client, now=now)


@transaction.atomic
def follow_link(link: PlanLink, schedule: training.Schedule, *, now: datetime) -> None:
    """What its calendar says now, unless the link was replaced or removed meanwhile. Days that
    are over stay for some weeks, where the calendar no longer tells of them."""
    races.lock(link.client)
    if not PlanLink.objects.still(link).exists():
        return
    own = OwnPlan.objects.filter(client=link.client).first()
    first = schedule.days[0].day
    past = own.schedule.between(first - LOOK_BACK, first) if own else ()
    if _replace(link.client, training.Schedule((*past, *schedule.days)), now):
        follow(link.client, now=now)


@transaction.atomic
def leave_out_races(client: Client, days: Collection[date], *, now: datetime) -> None:
    """Those of the file that they do not run; where there is none, nothing changes."""
    races.lock(client)
    own = OwnPlan.objects.filter(client=client).first()
    if own is None or not set(days) & set(own.schedule.races):
        return
    without = own.schedule.without_races(days)
    if link := PlanLink.objects.filter(client=client).first():
        known = Corrections.from_data(link.corrections)
        link.corrections = known.of_days(own.schedule, without).as_data()
        link.save(update_fields=["corrections"])
    own.days = as_rows(without)
    own.save(update_fields=["days"])
    follow(client, now=now)


@transaction.atomic
def remove(client: Client, *, now: datetime) -> None:
    """And its link; the weekday holds alone. Removing what has gone changes nothing."""
    races.lock(client)
    PlanLink.objects.filter(client=client).delete()
    gone, _ = OwnPlan.objects.filter(client=client).delete()
    if gone:
        follow(client, now=now)


def _replace(client: Client, schedule: training.Schedule, now: datetime) -> bool:
    """Whether it was another."""
    before = OwnPlan.objects.filter(client=client).first()
    if before and before.schedule == schedule:
        return False
    OwnPlan.objects.update_or_create(
        client=client, defaults={"days": as_rows(schedule), "read_at": now}
    )
    return True


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
