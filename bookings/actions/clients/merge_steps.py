"""Handing over what one record of a person has to the other; what the other has too is told.

Each step names the relation of Client that it takes care of.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from bookings import dates
from bookings.models import (
    Appointment,
    BroughtPlan,
    Change,
    Client,
    Clinic,
    DeclinedSession,
    EntryState,
    MailGroup,
    OfferState,
    OwnPlan,
    PlanLink,
    WaitlistEntry,
)
from bookings.models.waiting_list.entries import SAME_WISH

# What is dropped, because the record that stays has the same: a word or a line for each.
Dropped = list[str]
KEPT_BY_THE_DESK = ("desk_notes", "date_of_birth", "guardian_name", "guardian_agreed_at",
                    "guardian_agreed_by", "language")  # fmt: skip


def appointments(client: Client, known: Client, *, by: str, now: datetime) -> None:
    """Raises IntegrityError when that would put one person in two places at once."""
    for appointment in client.appointments.all():
        appointment.record("joined", by=by, now=now, facts=what_was_typed(client))
    series(client, known)
    client.appointments.update(client=known)


def holds_more_than_bookings(client: Client) -> bool:
    """Whether something hangs on the record that may not go with it, whichever app it belongs to.

    A record from a public form whose address nobody has proved has none of it.
    """
    of_client = (one for one in Client._meta.related_objects if one.related_model != Appointment)
    visits = client.appointments.values("pk")
    return any(_keeps(one, [client.pk]) for one in of_client) or any(
        _keeps(one, visits) for one in Appointment._meta.related_objects
    )


def _keeps(relation: Any, keys: Any) -> bool:
    if relation.on_delete is not models.PROTECT:
        return False
    rows = relation.related_model._default_manager
    return rows.filter(**{f"{relation.field.name}__in": keys}).exists()


def what_is_protected(client: Client, known: Client) -> None:
    """What may not go when a client goes, whichever app it belongs to."""
    for relation in Client._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            hand_over(relation, client, known)


def hand_over(relation: Any, client: Client, known: Client) -> None:
    """Every row of the relation, as it is."""
    rows = relation.related_model._default_manager.filter(**{relation.field.name: client})
    rows.update(**{relation.field.name: known})


def what_was_told(client: Client, known: Client) -> None:
    """Of their training, besides races."""
    hard_efforts(client, known)
    declined_sessions(client, known)
    own_plan(client, known)
    plan_link(client, known)


def hard_efforts(client: Client, known: Client) -> Dropped:
    told = known.hard_efforts.values("day")
    client.hard_efforts.exclude(day__in=told).update(client=known)
    return [
        _("hard effort of {day}").format(day=dates.day_of_year(effort.day))
        for effort in client.hard_efforts.all()
    ]


def declined_sessions(client: Client, known: Client) -> Dropped:
    dropped = []
    for declined in client.declined_sessions.all():
        same = known.declined_sessions.filter(kind=declined.kind, ideal=declined.ideal)
        if same.exists():
            day, kind = dates.day_of_year(declined.ideal), declined.get_kind_display()
            dropped.append(_("declined session: {kind}, {day}").format(kind=kind, day=day))
        else:
            DeclinedSession.objects.filter(pk=declined.pk).update(client=known)
    return dropped


def waiting_list(client: Client, known: Client, *, now: datetime) -> None:
    for entry in client.waits_for.waiting():
        _take_the_place_of(entry, known, now)
    client.waits_for.update(client=known)
    offers(client, known, now=now)


def _take_the_place_of(entry: WaitlistEntry, known: Client, now: datetime) -> None:
    """Of the same wish, which ends; they have waited since that."""
    wanted = {name: getattr(entry, name) for name in SAME_WISH}
    for same in known.waits_for.like(**wanted).exclude(offers__state=OfferState.OPEN):
        entry.joined_at = min(entry.joined_at, same.joined_at)
        entry.save(update_fields=["joined_at"])
        same.end(EntryState.LEFT, now=now)


def offers(client: Client, known: Client, *, now: datetime) -> None:
    """One person thinks about one offer: the other's is withdrawn, and its time let go in time."""
    if known.offers.open().exists():
        client.offers.open().update(state=OfferState.WITHDRAWN, ended_at=now)
    client.offers.update(client=known)


def races(client: Client, known: Client) -> Dropped:
    """The races of dates on which the known client has none; the mails are still to be planned."""
    taken = known.races.values("race_date")
    if client.races.exclude(race_date__in=taken).update(client=known):
        known.plan_revision += 1
        known.save(update_fields=["plan_revision"])
    return [
        _("race of {day}: {race}").format(day=dates.day_of_year(race.race_date), race=race)
        for race in client.races.all()
    ]


def race_news(client: Client, known: Client) -> None:
    """Of what both were told, the known client's stays."""
    told = known.race_news.values("news")
    client.race_news.exclude(news__in=told).update(client=known)


def series(client: Client, known: Client) -> None:
    """What follows a race that both had goes on with the one that stays."""
    for race in client.races.all():
        if same := known.races.filter(race_date=race.race_date).first():
            client.series.filter(race=race).update(race=same)
    client.series.update(client=known)


def brought_plan(client: Client, known: Client) -> Dropped:
    """The newer one of what was entered before booking; it waits until the client takes it."""
    brought = list(BroughtPlan.objects.filter(client__in=[client, known]).order_by("at"))
    for older in brought[:-1]:
        older.delete()
    BroughtPlan.objects.filter(pk__in=[one.pk for one in brought[-1:]]).update(client=known)
    return [_("plan brought with a booking: {plan}").format(plan=older) for older in brought[:-1]]


def plan_link(client: Client, known: Client) -> Dropped:
    """What `own_plan` has left: that of the days that stay."""
    PlanLink.objects.filter(client=client).update(client=known)
    return []


def own_plan(client: Client, known: Client) -> Dropped:
    """The one that was read last, as no two are one plan; the other's link goes with it."""
    found = list(OwnPlan.objects.filter(client__in=[client, known]).order_by("read_at"))
    links = PlanLink.objects.filter(client__in=[client, known])
    links.exclude(client__in=[one.client_id for one in found[-1:]]).delete()
    for older in found[:-1]:
        older.delete()
    OwnPlan.objects.filter(pk__in=[one.pk for one in found[-1:]]).update(client=known)
    sentence = _("own training plan, read on {day}")
    clinic = Clinic.objects.the()
    return [
        sentence.format(day=dates.day_of_year(clinic.day_of(older.read_at))) for older in found[:-1]
    ]


def mail_choices(client: Client, known: Client) -> Dropped:
    """The newest choice that was made in either record holds; where none was, the known one's."""
    mail_consents(client, known)
    for group in MailGroup:
        newest = known.mail_consents.filter(group=group).first()
        if newest is not None:
            setattr(known, group.field, newest.wanted)
    known.save(update_fields=[group.field for group in MailGroup])
    return []


def mail_consents(client: Client, known: Client) -> None:
    client.mail_consents.update(client=known)


def agreements(client: Client, known: Client) -> Dropped:
    """To a version of a text that both agreed to, the known client's word is enough."""
    agreed, clinic = known.agreements.values("text"), Clinic.objects.the()
    client.agreements.exclude(text__in=agreed).update(client=known)
    return [
        _("agreement to {text} of {day}").format(
            text=one.text, day=dates.day_of_year(clinic.day_of(one.at))
        )
        for one in client.agreements.select_related("text")
    ]


def leave_to(client: Client, known: Client) -> None:
    """The end of the record. Its history is found with the other, and that it is gone too."""
    gone = client.pk
    client.delete()
    Change.objects.filter(client=gone).update(client=known.pk)


def what_the_desk_wrote(client: Client, known: Client) -> Dropped:
    """Notes are put one after the other; what is known of age, consent and language fills
    what is empty.
    """
    notes = dict.fromkeys(filter(None, [known.desk_notes.strip(), client.desk_notes.strip()]))
    known.desk_notes = "\n\n".join(notes)
    known.date_of_birth = known.date_of_birth or client.date_of_birth
    same_guardian = known.guardian_name in ("", client.guardian_name)
    if same_guardian and known.guardian_agreed_at is None:
        take_the_guardian(client, known)
    known.guardian_name = known.guardian_name or client.guardian_name
    known.language = known.language or client.language
    known.save(update_fields=KEPT_BY_THE_DESK)
    client.record_events.update(client=known)
    return []


def take_the_guardian(client: Client, known: Client) -> None:
    """With their consent, which is nobody else's."""
    for name in ("guardian_name", "guardian_agreed_at", "guardian_agreed_by"):
        setattr(known, name, getattr(client, name))


def what_was_typed(client: Client) -> dict:
    return {"name": client.name, "phone": client.phone}
