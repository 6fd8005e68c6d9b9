"""Races: entering, changing, withdrawing, and how they went. Each raises the plan's revision."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.mail import nudges, preferences
from bookings.actions.refusals import RaceRefused
from bookings.core import training
from bookings.models import Client, Clinic, MailGroup, Race
from bookings.models.mail.consents import ASKED_WITH_A_RACE, PROMISED_WITH_IT
from bookings.queries.training import protocol

MOST_RACES = 12  # with phases still to come, for one runner
# A change of these is told at once; a name, and how a race went, make no plan to be told of.
MAKES_A_NEW_PLAN = ("race_date", "distance", "priority", "training_start", "weeks")


@transaction.atomic
def enter(
    client: Client,
    race: Race,
    *,
    habits: Mapping[str, int | None] | None = None,
    wants_nudges: bool = False,
    now: datetime,
) -> Race:
    """Give the client a race; the very same one again changes nothing. Raises RaceRefused.

    `wants_nudges`: they have just asked for the mails timed to it; False leaves that as it is.
    """
    lock(client)
    known = client.races.count()
    entered = _enter(client, race, now)
    _keep_habits(client, habits or {})
    _ask_for_nudges(client, wants_nudges, now)
    nudges.plan_for(client, now=now, changed={} if client.races.count() > known else None)
    return entered


@transaction.atomic
def enter_all(
    client: Client,
    races: Iterable[Race],
    *,
    habits: Mapping[str, int | None],
    wants_nudges: bool = False,
    now: datetime,
) -> list[RaceRefused | None]:
    """Give the client several races, told of in one mail. What is refused stays out of it.

    Returns a refusal, or None, for each race in turn.
    """
    lock(client)
    answers = [_entered_or_refused(client, race, now) for race in races]
    _keep_habits(client, habits)
    _ask_for_nudges(client, wants_nudges, now)
    nudges.plan_for(client, now=now, changed={} if None in answers else None)
    return answers


@transaction.atomic
def change(race: Race, *, now: datetime, is_told: bool = True, **fields: Any) -> Race:
    """Change what is known of a race, its date included. Raises RaceRefused.

    Without `is_told`, another mail tells of it.
    """
    client = race.client
    lock(client)
    race = _still_there(race)
    fields = {name: value for name, value in fields.items() if getattr(race, name) != value}
    if not fields:
        return race
    changed = with_changes(race, fields)
    others = client.races.exclude(pk=race.pk)
    refuse_what_cannot_be_planned(changed, others, today=_today(now))
    changed.save(update_fields=list(fields))
    raise_revision(client)
    nudges.plan_for(client, now=now, changed=_to_be_told(race, changed) if is_told else None)
    return changed


@transaction.atomic
def withdraw(race: Race, *, now: datetime) -> None:
    """The client does not run it after all; withdrawing again changes nothing."""
    client = race.client
    lock(client)
    gone, _ = Race.objects.filter(pk=race.pk).delete()
    if gone:
        raise_revision(client)
        nudges.plan_for(client, now=now)


@transaction.atomic
def keep_habits(client: Client, *, now: datetime, **habits: int | None) -> None:
    """What a week of the client's training looks like, and when they like to come: KEPT_HABITS."""
    lock(client)
    _keep_habits(client, habits)
    nudges.plan_for(client, now=now)


def _enter(client: Client, race: Race, now: datetime) -> Race:
    others = list(client.races.all())
    for other in others:
        if other.in_training == race.in_training:
            return other
    refuse_what_cannot_be_planned(race, others, today=_today(now))
    race.client = client
    race.save(force_insert=True)
    raise_revision(client)
    return race


def _entered_or_refused(client: Client, race: Race, now: datetime) -> RaceRefused | None:
    try:
        _enter(client, race, now)
    except RaceRefused as refusal:
        return refusal
    return None


def _keep_habits(client: Client, habits: Mapping[str, int | None]) -> None:
    if any(getattr(client, name) != value for name, value in habits.items()):
        Client.objects.filter(pk=client.pk).update(**habits)
        raise_revision(client)


def _ask_for_nudges(client: Client, wants_nudges: bool, now: datetime) -> None:
    if wants_nudges:
        said = f"{ASKED_WITH_A_RACE}. {PROMISED_WITH_IT}"
        preferences.note(
            client, MailGroup.NUDGES, wanted=True, how="with a race", wording=said, now=now
        )


def _to_be_told(race: Race, changed: Race) -> dict[str, str] | None:
    """What the plan mail says of a change; None when there is no new plan to tell of."""
    if all(getattr(race, name) == getattr(changed, name) for name in MAKES_A_NEW_PLAN):
        return None
    if race.race_date == changed.race_date:
        return {}
    return {"was": race.race_date.isoformat(), "race": changed.race_date.isoformat()}


def refuse_what_cannot_be_planned(race: Race, others: Iterable[Race], *, today: date) -> None:
    """Raises RaceRefused with the training rules' own sentence, and the field at fault."""
    rules = protocol.current()
    races = [other.in_training for other in others]
    if len(races) >= MOST_RACES:
        sentence = _("A plan holds at most {count} races.")
        raise RaceRefused(sentence.format(count=MOST_RACES), field="race_date")
    for rejection in training.rejections([*races, race.in_training], rules, today=today):
        if rejection.index == len(races):
            raise RaceRefused(dates.translated(rejection.sentence), field=rejection.field)


def with_changes(race: Race, fields: Mapping[str, Any]) -> Race:
    """A copy of the race with other values, not saved."""
    kept = {field.attname: getattr(race, field.attname) for field in Race._meta.concrete_fields}
    changed = Race(**kept | dict(fields))
    changed._state.adding = race._state.adding
    return changed


def _still_there(race: Race) -> Race:
    found = Race.objects.filter(pk=race.pk).first()
    if found is None:
        raise RaceRefused(_("This race is no longer in the plan."), field="race_date")
    return found


def lock(client: Client) -> None:
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    client.refresh_from_db()


def raise_revision(client: Client) -> None:
    Client.objects.filter(pk=client.pk).update(plan_revision=F("plan_revision") + 1)
    client.refresh_from_db()


def _today(now: datetime) -> date:
    return Clinic.objects.the().day_of(now)
