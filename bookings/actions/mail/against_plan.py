"""The one mail a week about visits that stand where the client's own plan is against it."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from bookings import dates
from bookings.actions.mail.nudges import at_clock
from bookings.actions.mail.outbox import write_down
from bookings.core import training
from bookings.models import Client, Clinic, Mail, MailKind
from bookings.models.mail.mails import MailQuerySet
from bookings.queries.training import protocol
from bookings.queries.training.misplaced import Misplaced, misplaced_visits

A_WEEK = timedelta(days=7)


def owe(client: Client, *, now: datetime) -> None:
    """To go the day after, so that who settles it on the page is not written to.

    One that waits is enough: what it says is decided when it goes.
    """
    client = Client.objects.get(pk=client.pk)
    if not client.wants_nudges or _waiting(client).exists():
        return
    clinic = Clinic.objects.the()
    found = _to_ask(client, clinic, now)
    if not found:
        return
    due_at = _at(clinic.day_of(now) + timedelta(days=1), clinic)
    not_after = max(one.visit.starts_at for one in found)
    if due_at >= not_after:
        return
    mail = Mail(
        key=f"{MailKind.AGAINST_PLAN}:{client.pk}:{client.plan_revision}",
        kind=MailKind.AGAINST_PLAN,
        client=client,
        revision=client.plan_revision,
        why=_("Their own training plan is against where an appointment stands."),
        created_at=now,
        due_at=due_at,
        not_after=not_after,
    )
    write_down(mail)


def goes(mail: Mail, clinic: Clinic) -> bool:
    """Under its client's lock: while anything is left to ask, and not so soon after another."""
    found = _to_ask(mail.client, clinic, mail.claimed_at)
    if not found:
        mail.drop(_("It has been settled since."))
        return False
    today = clinic.day_of(mail.claimed_at)
    free = _first_free(mail.client, clinic, today)
    if free != today:
        why = _("Waits for {day}: not so soon after another, nor around a race.")
        if _at(free, clinic) >= mail.not_after:
            mail.drop(_("No day is left on which it may go."))
        else:
            said = why.format(day=dates.civil_day_from(free, today))
            mail.put_off(_at(free, clinic), said)
        return False
    mail.is_about({"against": [one.visit.pk for one in found]})
    return True


def _to_ask(client: Client, clinic: Clinic, now: datetime) -> list[Misplaced]:
    return [one for one in misplaced_visits(client, clinic, now=now) if one.can_be_answered]


def _at(day: date, clinic: Clinic) -> datetime:
    return at_clock(day, protocol.current().mails.nudges.send_at, clinic)


def _waiting(client: Client) -> MailQuerySet:
    return Mail.objects.filter(client=client, kind=MailKind.AGAINST_PLAN).not_gone_out()


def _first_free(client: Client, clinic: Clinic, today: date) -> date:
    """By the pace of all training mails (N2, N6), and a week after the last of this kind."""
    gone = Mail.objects.gone_out(client).values_list("kind", "data_at")
    days = [(kind, clinic.day_of(at)) for kind, at in gone if at]
    last = max((day for _, day in days), default=None)
    own = max((day for kind, day in days if kind == MailKind.AGAINST_PLAN), default=None)
    races = [race.in_training for race in client.races.all()]
    pace = training.Pace(protocol.current(), training.blackout(races), last, None)
    return pace.first_free(max(today, own + A_WEEK) if own else today)
