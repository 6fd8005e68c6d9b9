"""Whom a mail about sessions reaches today, by the nudges' own rules; and why not the others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from bookings import dates
from bookings.core import training
from bookings.models import Client, Clinic, Mail, MailKind, MailState, Race
from bookings.models.mail.kinds import TIMED_TO_TRAINING
from bookings.queries.mail.nudges import (
    NOTHING_LEFT,
    AskedAtOnce,
    Edition,
    Standing,
    nudge_id,
    why_none_at_all,
)
from bookings.queries.training import protocol
from bookings.queries.training.consequences import histories_of


@dataclass(frozen=True)
class MailReach:
    """Of one race: the mail that is owed and can go today, or why none does."""

    race: Race
    mail: Mail | None
    why_not: str = ""


def reach(clinic: Clinic, races: Sequence[Race], *, today: date) -> list[MailReach]:
    """In their order, in a constant number of queries."""
    prefetch_related_objects(
        races, "client__races", "client__hard_efforts", "client__own_plan",
        "client__declined_sessions", "client__usual_therapist",
    )  # fmt: skip
    clients = list({race.client_id: race.client for race in races}.values())
    mails: dict[int, list[Mail]] = defaultdict(list)
    owed = Mail.objects.filter(client__in=clients, kind__in=TIMED_TO_TRAINING)
    for mail in owed.order_by("created_at", "pk"):
        mails[mail.client_id].append(mail)
    histories, rules = histories_of(clients), protocol.current()
    found = []
    for race in races:
        theirs, client = mails[race.client_id], race.client
        edition = _edition(theirs, clinic)
        known = AskedAtOnce(histories[client.pk], _declined(client), _gone_out(theirs), rules)
        standing = Standing(client, clinic, edition, known) if edition else None
        found.append(_reach(race, standing, theirs, today))
    return found


def _edition(mails: Sequence[Mail], clinic: Clinic) -> Edition | None:
    plans = [mail for mail in mails if mail.kind == MailKind.PLAN]
    return (
        Edition(plans[-1].about["edition"], clinic.day_of(plans[-1].created_at)) if plans else None
    )


def _declined(client: Client) -> frozenset[training.SessionId]:
    there = client.declined_sessions.all()
    return frozenset((training.Kind(one.kind), one.ideal) for one in there)


def _gone_out(mails: Sequence[Mail]) -> list[Mail]:
    states = (MailState.SENT, MailState.AMBIGUOUS, MailState.SENDING)
    sent = [mail for mail in mails if mail.state in states and mail.data_at]
    return sorted(sent, key=lambda mail: mail.data_at or mail.created_at)


def _reach(race: Race, standing: Standing | None, mails: Sequence[Mail], today: date) -> MailReach:
    client = race.client
    if not client.email:
        return MailReach(race, None, _("No address is known."))
    if why := why_none_at_all(client):
        return MailReach(race, None, why)
    if standing is None:
        return MailReach(race, None, _("They have not been told of their plan yet."))
    waiting = _waiting(race, standing, mails)
    if not waiting:
        return MailReach(race, None, _("All mails about this race have gone out."))
    mail, nudge = _next(waiting, standing, today)
    if mail is None or nudge is None:
        return MailReach(race, None, str(NOTHING_LEFT))
    handled = standing.pace.handle(today, [nudge])
    if handled.now:
        return MailReach(race, mail)
    if handled.later:
        return MailReach(race, None, _why_later(standing.pace, handled.later[0][1], today))
    return MailReach(race, None, str(NOTHING_LEFT))


def _why_later(pace: training.Pace, later: date, today: date) -> str:
    """The one thing that the day hangs on."""
    day, free = dates.civil_day_from(later, today), pace.first_free(today)
    if later == free and pace.is_kept_by_a_race(today):
        said = _("Not before {day}: nobody is written to around a race.")
        return said.format(day=day)
    last = pace.last if later == free or not pace.last_cycle else pace.last_cycle.day
    said = _("Not before {day}: their last mail about sessions was on {last}.")
    return said.format(day=day, last=dates.civil_day_from(last or today, today))


def _waiting(race: Race, standing: Standing, mails: Sequence[Mail]) -> list[Mail]:
    """Mails of the race that are still to go, the next first."""
    waiting = [
        mail
        for mail in mails
        if mail.kind == MailKind.NUDGE
        and mail.state == MailState.SCHEDULED
        and mail.about.get("edition") == standing.edition.number
        and mail.about.get("race") == race.race_date.isoformat()
    ]
    return sorted(waiting, key=lambda one: one.due_at)


def _next(
    waiting: Sequence[Mail], standing: Standing, today: date
) -> tuple[Mail | None, training.Nudge | None]:
    """The first that still has something to say."""
    for mail in waiting:
        nudge = standing.nudges.get(nudge_id(mail.about))
        left = nudge and nudge.left_on(today, standing.gone)
        if left and left.covers:
            return mail, left
    return None, None
