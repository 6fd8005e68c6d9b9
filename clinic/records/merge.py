"""Two records of one person become one: what becomes of everything, told before it is done.

Every foreign key to Client has its step in the registry; a new one fails the test, and the merge
itself, until somebody has decided what becomes of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import ForeignObjectRel, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.clients import details, health_hold, merge_steps
from bookings.actions.clients.ways_in import change_the_lock
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import nudges
from bookings.actions.refusals import Refused, Stale
from bookings.core import wording
from bookings.models import Appointment, Client, Clinic, MailGroup
from bookings.models.scheduling.appointments import OCCUPYING
from clinic.records.registry.record import Merge, MergeStep
from clinic.records.registry.rows import RECORDS

# What a person has one of; where both records have another, the desk says which is right.
CHOSEN = ("name", "email", "phone", "language", "date_of_birth", "guardian_name")


class NotDecided(LookupError):
    """A relation to Client that has no step; nothing is merged."""


def relations() -> dict[str, ForeignObjectRel]:
    """Everything in the database that points to a client, by name."""
    found = Client._meta.get_fields(include_hidden=True)
    pointing = [one for one in found if isinstance(one, ForeignObjectRel)]
    return {f"{one.field.model._meta.label}.{one.field.name}": one for one in pointing}


def _steps() -> dict[str, MergeStep]:
    return {
        f"{record.label}.{field}": step
        for record in RECORDS
        for field, step in record.on_merge.items()
    }


@dataclass(frozen=True)
class MergePreview:
    """What becomes of everything, a sentence each; `obstacles` must go first."""

    lines: list[str]
    obstacles: list[str]
    choices: dict[str, list[tuple[str, str]]]

    @property
    def digest(self) -> str:
        """Another one as soon as anything has changed that the desk has looked at."""
        return sha256(repr((self.lines, self.obstacles, self.choices)).encode()).hexdigest()[:16]


def preview(kept: Client, gone: Client, clinic: Clinic) -> MergePreview:
    """Changes nothing. Of health it says no more than that it goes along."""
    return MergePreview(
        lines=list(_what_becomes(kept, gone)),
        obstacles=[*_erased(kept, gone), *_overlaps(kept, gone, clinic)],
        choices={name: both for name in CHOSEN if (both := _both(kept, gone, name))},
    )


@changes_the_diary
def merge(
    clinic: Clinic,
    kept: Client,
    gone: Client,
    *,
    choices: Mapping[str, str],
    seen: str,
    by: str,
    now: datetime,
) -> Client:
    """Hand everything over and delete `gone`; its history says what it was.

    `choices`: for each field of which there are two values, "kept" or "gone". Raises Stale when
    what the desk has looked at (`seen`, a digest) has changed, Refused when something is in the
    way, NotDecided for a relation without a step.
    """
    locked = Client.objects.select_for_update(no_key=True).in_bulk([kept.pk, gone.pk])
    if len(locked) != 2:
        raise Stale(_("One of the two records is gone; they may have been merged already."))
    kept, gone = locked[kept.pk], locked[gone.pk]
    shown = preview(kept, gone, clinic)
    if shown.digest != seen:
        raise Stale(_("Something has changed since; please look at it once more."))
    if shown.obstacles:
        raise Refused(" ".join(shown.obstacles))
    _carry_out(Merge(kept, gone, by, now, choices))
    return kept


def _carry_out(merge: Merge) -> None:
    pointing, steps = relations(), _steps()
    undecided = pointing.keys() - steps.keys()
    if undecided:
        raise NotDecided(", ".join(sorted(undecided)))
    before, email_before = _record_of(merge.gone), merge.kept.email
    put_on_hold = merge.gone.health_hold  # asked again where both are
    _one_person(merge)
    dropped = [line for name in steps for line in steps[name](merge, pointing[name])]
    users = [merge.kept.user, merge.gone.user]
    addresses = [email_before, merge.gone.email]
    merge_steps.leave_to(merge.gone, merge.kept)
    those = "\n".join([merge.by, merge.gone.unconfirmed_by])
    change_the_lock(merge.kept, users=users, addresses=addresses, by=those, now=merge.now)
    nudges.plan_for(merge.kept, now=merge.now)  # withdraws what both records were owed
    if put_on_hold:
        health_hold.put(merge.kept, by=merge.by, now=merge.now)
    told = [_("Not kept, because there was the same: {what}").format(what=line) for line in dropped]
    facts = {"gone": before, "told": told}
    merge.kept.record_events.create(kind="merged", by=merge.by, at=merge.now, facts=facts)


def _one_person(merge: Merge) -> None:
    """The kept record's own fields: what is chosen, what is empty filled, the earliest dates."""
    kept, gone = merge.kept, merge.gone
    merge_steps.what_the_desk_wrote(gone, kept)
    for name in CHOSEN:
        if merge.choices.get(name) == "gone" or not getattr(kept, name):
            if name == "email" and gone.email:
                kept.proved_at, kept.bounced_at = gone.proved_at, gone.bounced_at
            if name == "guardian_name":
                merge_steps.take_the_guardian(gone, kept)
            setattr(kept, name, getattr(gone, name))
    kept.links_edition = max(kept.links_edition, gone.links_edition)
    kept.plan_revision = max(kept.plan_revision, gone.plan_revision)
    kept.created_at = min(kept.created_at, gone.created_at)
    agreed = [at for at in (kept.terms_agreed_at, gone.terms_agreed_at) if at]
    kept.terms_agreed_at = min(agreed, default=None)
    if not kept.weekly_volume_km and gone.weekly_volume_km:
        kept.weekly_volume_km = gone.weekly_volume_km
        kept.long_run_weekday = gone.long_run_weekday
    if kept.usual_part is None:
        kept.usual_part = gone.usual_part
    kept.usual_therapist = kept.usual_therapist or gone.usual_therapist
    others = [kept.same_address_as_id, gone.same_address_as_id]
    kept.same_address_as_id = next(
        (pk for pk in others if pk not in (None, kept.pk, gone.pk)), None
    )
    kept.save()


def _record_of(client: Client) -> dict[str, Any]:
    facts = details.facts_of(client)
    login = client.user.email if client.user else ""
    return {**facts, "login": login, "created_at": client.created_at}


def _both(kept: Client, gone: Client, name: str) -> list[tuple[str, str]]:
    """The two values, where both records have one and they differ."""
    values = str(getattr(kept, name) or ""), str(getattr(gone, name) or "")
    if not all(values) or values[0] == values[1]:
        return []
    return [("kept", values[0]), ("gone", values[1])]


def _erased(kept: Client, gone: Client) -> list[str]:
    """What was forgotten is not tied to a person again."""
    return [_("One of them has been erased.")] if kept.erased_at or gone.erased_at else []


def _overlaps(kept: Client, gone: Client, clinic: Clinic) -> list[str]:
    """Nobody is in two places at once, in the past neither."""
    sentences = []
    for visit in gone.appointments.filter(OCCUPYING).select_related("treatment"):
        same_time = Q(starts_at__lt=visit.ends_at, ends_at__gt=visit.starts_at)
        for other in kept.appointments.filter(OCCUPYING & same_time):
            sentence = _(
                "Both have an appointment on {time} ({kept}: {clock}). One of them must be "
                "cancelled or moved first."
            )
            when = dates.day_and_time_from(
                visit.starts_at, clinic.tz, clinic.day_of(timezone.now())
            )
            clock = wording.clock(other.starts_at, clinic.tz)
            sentences.append(sentence.format(time=when, kept=kept, clock=clock))
    return sentences


def _what_becomes(kept: Client, gone: Client) -> Iterable[str]:
    visits = Appointment.objects.filter(client=gone)
    counts = {
        _("Appointments, with history and price: {count}, to {kept}."): visits,
        _("Mails in the history: {count}, to {kept}."): gone.mails.all(),
        _("Choices of mails: {count}, to {kept}."): gone.mail_consents.all(),
        _("Lines of what was changed: {count}, to {kept}."): gone.record_events.all(),
    }
    for sentence, rows in counts.items():
        yield from _counted(sentence, rows.count(), kept)
    yield from _about_health(kept, gone)
    yield from _about_training(kept, gone)
    yield from _about_the_record(kept, gone)


def _counted(sentence: str, count: int, kept: Client) -> Iterable[str]:
    if count:
        yield sentence.format(count=count, kept=kept)


def _about_health(kept: Client, gone: Client) -> Iterable[str]:
    """The same whether there is anything or not: that is nobody's business here."""
    yield (
        _(
            "What was told of health and the therapists’ notes go along, as private as they are; "
            "only therapists read them."
        )
    )
    if gone.health_hold and not kept.health_hold:
        sentence = _("{kept} is then to be checked by the therapist, as {gone} is.")
        yield sentence.format(kept=kept, gone=gone)


def _about_training(kept: Client, gone: Client) -> Iterable[str]:
    taken = set(kept.races.values_list("race_date", flat=True))
    for race in gone.races.all():
        sentence = (
            _("Both have a race on {day}: that of {kept} stays, and {race} is noted only.")
            if race.race_date in taken
            else _("The race of {day}, {race}: to {kept}, whose plan and mails follow it.")
        )
        yield sentence.format(day=dates.day_of_year(race.race_date), kept=kept, race=race)
    if hasattr(gone, "own_plan"):
        sentence = _("The days of an own training plan: to {kept}, where none was read later.")
        yield sentence.format(kept=kept)
    efforts = gone.hard_efforts.count() + gone.declined_sessions.count()
    sentence = _("Hard efforts and sessions not wanted: {count}, to {kept}.")
    yield from _counted(sentence, efforts, kept)


def _about_the_record(kept: Client, gone: Client) -> Iterable[str]:
    if gone.desk_notes and gone.desk_notes != kept.desk_notes:
        yield _("The desk’s notes are put one after the other.")
    for group in MailGroup:
        if gone.mail_consents.filter(group=group).exists():
            sentence = _("“{mails}”: the newest choice made in either record holds.")
            yield sentence.format(mails=group.label.capitalize())
    for name in CHOSEN:
        if getattr(gone, name) and not getattr(kept, name):
            sentence = _("{field}: {value}, from {gone}.")
            field = str(details.FIELDS[name]).capitalize()
            yield sentence.format(field=field, value=getattr(gone, name), gone=gone)
    yield _(
        "Logins, links in earlier mails and calendar addresses of both end; new links go to the "
        "address that stays. Health data stays shut to whoever signs in until a therapist who "
        "treats them, or the owner, has said who it is."
    )
    sentence = _("The record of {gone} is then gone; what it said stays in the history of {kept}.")
    yield sentence.format(gone=gone, kept=kept)
