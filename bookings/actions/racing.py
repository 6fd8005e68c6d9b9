"""Races: entering, changing, withdrawing, and how they went. Each raises the plan's revision."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bookings.actions.refusals import RaceRefused
from bookings.core import training
from bookings.models import Client, Clinic, Race
from bookings.queries import protocol

MOST_RACES = 12  # with phases still to come, for one runner


@transaction.atomic
def enter(client: Client, race: Race, *, now: datetime) -> Race:
    """Give the client a race; the very same one again changes nothing. Raises RaceRefused."""
    _lock(client)
    others = list(client.races.all())
    for other in others:
        if other.in_training == race.in_training:
            return other
    refuse_what_cannot_be_planned(race, others, today=_today(now))
    race.client = client
    race.save(force_insert=True)
    _raise_revision(client)
    return race


@transaction.atomic
def change(race: Race, *, now: datetime, **fields: Any) -> Race:
    """Change what is known of a race, its date included. Raises RaceRefused."""
    client = race.client
    _lock(client)
    race = _still_there(race)
    fields = {name: value for name, value in fields.items() if getattr(race, name) != value}
    if not fields:
        return race
    changed = with_changes(race, fields)
    others = client.races.exclude(pk=race.pk)
    refuse_what_cannot_be_planned(changed, others, today=_today(now))
    changed.save(update_fields=list(fields))
    _raise_revision(client)
    return changed


@transaction.atomic
def withdraw(race: Race) -> None:
    """The client does not run it after all."""
    client = race.client
    _lock(client)
    race.delete()
    _raise_revision(client)


@transaction.atomic
def keep_habits(client: Client, *, long_run_weekday: int, weekly_volume_km: int) -> None:
    """What a week of the client's training looks like."""
    habits = {"long_run_weekday": long_run_weekday, "weekly_volume_km": weekly_volume_km}
    _lock(client)
    if any(getattr(client, name) != value for name, value in habits.items()):
        Client.objects.filter(pk=client.pk).update(**habits)
        _raise_revision(client)


def refuse_what_cannot_be_planned(race: Race, others: Iterable[Race], *, today: date) -> None:
    """Raises RaceRefused with the training rules' own sentence, and the field at fault."""
    rules = protocol.current()
    races = [other.in_training for other in others]
    if len(races) >= MOST_RACES:
        raise RaceRefused(f"A plan holds at most {MOST_RACES} races.", field="race_date")
    for rejection in training.rejections([*races, race.in_training], rules, today=today):
        if rejection.index == len(races):
            raise RaceRefused(rejection.sentence, field=rejection.field)


def with_changes(race: Race, fields: Mapping[str, Any]) -> Race:
    """A copy of the race with other values, not saved."""
    kept = {field.attname: getattr(race, field.attname) for field in Race._meta.concrete_fields}
    changed = Race(**kept | dict(fields))
    changed._state.adding = race._state.adding
    return changed


def _still_there(race: Race) -> Race:
    found = Race.objects.filter(pk=race.pk).first()
    if found is None:
        raise RaceRefused("This race is no longer in the plan.", field="race_date")
    return found


def _lock(client: Client) -> None:
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)


def _raise_revision(client: Client) -> None:
    Client.objects.filter(pk=client.pk).update(plan_revision=F("plan_revision") + 1)
    client.refresh_from_db()


def _today(now: datetime) -> date:
    return now.astimezone(Clinic.objects.the().tz).date()
