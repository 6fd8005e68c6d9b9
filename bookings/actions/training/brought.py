"""A race that was entered before the booking goes with it, and is the client's once proved."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from bookings.actions.refusals import RaceRefused
from bookings.actions.training import own_plans, training_feedback
from bookings.actions.training import races as racing
from bookings.models import BroughtPlan, Client, Clinic, Race, Therapist, Told
from bookings.models.training.brought import KEPT_HABITS

Refusals = list[tuple[Race, RaceRefused]]


def bring(client: Client, told: Told, *, now: datetime) -> None:
    """Keep what a visitor has told with the client they have booked for; the latest word holds."""
    if told.races:
        BroughtPlan.objects.update_or_create(
            client=client, defaults={"data": dict(told.data), "at": now}
        )
    else:
        leave(client)


def tell_more(client: Client, told: Told, *, now: datetime) -> None:
    """What is changed in the browser later follows, until it is the client's or has been left."""
    if client.is_provisional or BroughtPlan.objects.filter(client=client).exists():
        bring(client, told, now=now)


def leave(client: Client) -> None:
    BroughtPlan.objects.filter(client=client).delete()


def leave_what_is_known(client: Client) -> None:
    """Nobody is asked about races that are in their plan already."""
    brought = BroughtPlan.objects.filter(client=client).first()
    if brought is None or (brought.told.wants_nudges and not client.wants_nudges):
        return
    there = [race.in_training for race in client.races.all()]
    if all(race.in_training in there for race in brought.told.races):
        leave(client)


def take(client: Client, *, now: datetime) -> Refusals:
    """Make what waits for the client theirs. What is refused goes on waiting, and is returned."""
    brought = BroughtPlan.objects.filter(client=client).first()
    if brought is None:
        return []
    refused = give(client, brought.told, now=now)
    bring(client, brought.told.with_races(race for race, _ in refused), now=now)
    return refused


@transaction.atomic
def give(client: Client, told: Told, *, now: datetime) -> Refusals:
    """The races and all that was told besides become the client's, told of in one mail.

    Returns the races that cannot be planned, with why.
    """
    habits = {name: told.habits[name] for name in KEPT_HABITS if name in told.habits}
    wanted = habits.get("usual_therapist_id")
    if wanted and not Therapist.objects.filter(pk=wanted).exists():  # has gone since
        habits["usual_therapist_id"] = None
    if not hasattr(client, "plan_link"):  # whose calendar says it better
        own_plans.keep(client, told.schedule, now=now)  # first: the habits may say another weekday
    answers = racing.enter_all(
        client, told.races, habits=habits, wants_nudges=told.wants_nudges, now=now
    )
    today = Clinic.objects.the().day_of(now)
    for day in told.hard_efforts:
        with suppress(training_feedback.EffortRefused):
            training_feedback.log_effort(client, day, today=today)
    for kind, ideal in told.declined:
        training_feedback.decline(client, kind, ideal)
    return [(race, why) for race, why in zip(told.races, answers, strict=True) if why]
