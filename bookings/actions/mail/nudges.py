"""Mails timed to the training phase (N1 to N8): which are owed.

What becomes of each when it is due is decided then, in `nudge_delivery`.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from bookings.actions.mail.outbox import write_down
from bookings.core import training
from bookings.core.training.protocol.mails import NudgeRules
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailState, Race
from bookings.models.mail.kinds import TIMED_TO_TRAINING, UNFINISHED
from bookings.queries.mail.nudges import Edition, edition_of, races_and_plan
from bookings.queries.training import protocol

LOOK_AHEAD = timedelta(days=60)  # for the off-season, which has no end
FORGOTTEN_AFTER = timedelta(days=365)
# No mail is sent about what can no longer be booked; this is only when to give up trying.
OF_USE_FOR = {
    MailKind.PLAN: timedelta(days=1),
    MailKind.NUDGE: timedelta(days=60),
    MailKind.RACE_CHECK: timedelta(days=3),
    MailKind.OFF_SEASON: timedelta(days=14),
}
OFF_SEASON = "off_season"
OF_A_RACE = frozenset(TIMED_TO_TRAINING) - {MailKind.OFF_SEASON}

logger = logging.getLogger(__name__)


@transaction.atomic
def plan_for(client: Client, *, now: datetime, changed: Mapping[str, Any] | None = None) -> None:
    """Owe the mails that the client's plan leads to; asking again adds nothing.

    `changed`: a race has just been entered or changed, which the client is told at once (N1)
    and which ends what was owed before; it may say what was. Otherwise what is still part of
    the plan stays as it is, and what is not any more is withdrawn.
    """
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if not client.wants_nudges:
        return
    clinic = Clinic.objects.the()
    today = clinic.day_of(now)
    edition = edition_of(client, clinic)
    races, plan = races_and_plan(client, as_of=edition.day if edition else today)
    if any(race.is_run for race in races) and (changed is not None or edition is None):
        edition = _tell_of_the_plan(client, clinic, changed, now=now)
        plan = training.plan(races, plan.runner, plan.protocol, as_of=today)
    if edition is None:
        return
    rules = plan.protocol.mails.nudges
    _Owing(client, clinic, edition, rules, today, now).keep_to(_wanted(races, plan, today))


def plan_for_everybody(*, now: datetime) -> None:
    """What a change of the protocol, or of anything else that nobody announced, leads to."""
    for client in _with_plans(now).only("pk").order_by("pk"):
        try:
            plan_for(client, now=now)
        except DatabaseError:
            raise
        except Exception:  # Whatever is wrong with one, the others have their plans.
            logger.exception("No mails could be planned for client %s.", client.pk)


def _with_plans(now: datetime) -> QuerySet[Client]:
    """But for whoever has neither raced nor been here for a year, and whom nothing is owed.

    The last of them have long been told of the time between races, and have not answered.
    """
    long_ago, own = now - FORGOTTEN_AFTER, OuterRef("pk")
    races = Race.objects.filter(client=own)
    lately = (
        races.filter(race_date__gte=long_ago.date()),
        Appointment.objects.filter(client=own, starts_at__gte=long_ago),
        Mail.objects.filter(client=own, state__in=UNFINISHED, kind__in=OF_A_RACE),
    )
    asked = reduce(or_, (Q(Exists(one.order_by())) for one in lately))
    return Client.objects.filter(asked, Exists(races.order_by()), wants_nudges=True)


@dataclass(frozen=True)
class _Wanted:
    """A mail of the plan: its kind, what names it within its edition, and its day."""

    kind: MailKind
    topic: str
    race: date
    opens: date
    due: date

    @property
    def rule(self) -> str:
        return "N8" if self.topic == OFF_SEASON else training.Topic(self.topic).rule

    def key(self, client: Client, edition: Edition) -> str:
        names = (self.kind, client.pk, edition.number, self.topic, self.race, self.opens)
        return ":".join(str(name) for name in names)


def _wanted(races: list[training.Race], plan: training.Plan, today: date) -> Iterator[_Wanted]:
    for nudge in training.nudges_of(races, plan.sessions, plan.protocol):
        is_check = nudge.topic is training.Topic.POST_RACE_CHECK
        kind = MailKind.RACE_CHECK if is_check else MailKind.NUDGE
        yield _Wanted(kind, *nudge.id, nudge.due)
    for mail in training.off_season_mails(races, plan.protocol, until=today + LOOK_AHEAD):
        yield _Wanted(MailKind.OFF_SEASON, OFF_SEASON, mail.begins, mail.day, mail.day)


def _tell_of_the_plan(
    client: Client, clinic: Clinic, changed: Mapping[str, Any] | None, *, now: datetime
) -> Edition:
    """Owe the plan mail; what is owed from now on belongs to it.

    Where nobody has just acted, it keeps to the hours of mail.
    """
    hours = protocol.current().mails.reminders
    due_at = Now() if changed is not None else hours.hours_begin(now, clinic.tz)
    edition = Edition(client.plan_revision, clinic.day_of(now))
    mail = Mail(
        key=plan_key(client, edition),
        kind=MailKind.PLAN,
        client=client,
        revision=client.plan_revision,
        about={"edition": edition.number, **(changed or {})},
        why=_("A race was entered or changed (N1)."),
        created_at=now,
        due_at=due_at,
        not_after=now + OF_USE_FOR[MailKind.PLAN],
    )
    write_down(mail)
    return edition


@dataclass(frozen=True)
class _Owing:
    """Brings a client's rows in line with what is wanted."""

    client: Client
    clinic: Clinic
    edition: Edition
    rules: NudgeRules
    today: date
    now: datetime

    def keep_to(self, wanted: Iterator[_Wanted]) -> None:
        """Writes only what differs, so that planning each hour costs next to nothing."""
        by_key = {one.key(self.client, self.edition): one for one in wanted}
        timed = Mail.objects.timed_to_training(self.client).exclude(kind=MailKind.AGAINST_PLAN)
        rows = {mail.key: mail for mail in timed}
        kept = {*by_key, plan_key(self.client, self.edition)} if by_key else set()
        self._withdraw([mail for key, mail in rows.items() if key not in kept])
        self._renumber([mail for key, mail in rows.items() if key in kept])
        ahead = {key: one for key, one in by_key.items() if one.due > self.today}
        for key in ahead.keys() & rows.keys():
            if rows[key].is_withdrawn:
                rows[key].owe_again(self._at(ahead[key]), revision=self.client.plan_revision)
        new = [self._row(key, one) for key, one in ahead.items() if key not in rows]
        if new:
            write_down(*new)

    def _withdraw(self, mails: list[Mail]) -> None:
        """With what they had taken along, should that still be in the plan."""
        gone = [mail for mail in mails if mail.state in UNFINISHED]
        if gone:
            Mail.objects.merged_into(gone).update(
                state=MailState.SCHEDULED, why=_("Part of the training plan.")
            )
            everything = Mail.objects.filter(pk__in=[mail.pk for mail in mails])
            everything.supersede(_("The plan has changed since."))

    def _renumber(self, mails: list[Mail]) -> None:
        revision = self.client.plan_revision
        old = [mail.pk for mail in mails if mail.state in UNFINISHED and mail.revision != revision]
        if old:
            Mail.objects.filter(pk__in=old).unfinished().update(revision=revision)

    def _row(self, key: str, one: _Wanted) -> Mail:
        due_at = self._at(one)
        return Mail(
            key=key,
            kind=one.kind,
            client=self.client,
            revision=self.client.plan_revision,
            about={
                "edition": self.edition.number,
                "topic": one.topic,
                "race": one.race.isoformat(),
                "opens": one.opens.isoformat(),
            },
            why=_("Part of the training plan ({rule}).").format(rule=one.rule),
            created_at=self.now,
            due_at=due_at,
            not_after=due_at + OF_USE_FOR[one.kind],
        )

    def _at(self, one: _Wanted) -> datetime:
        is_check = one.kind == MailKind.RACE_CHECK
        clock = self.rules.check_send_at if is_check else self.rules.send_at
        return at_clock(one.due, clock, self.clinic)


def plan_key(client: Client, edition: Edition) -> str:
    return f"{MailKind.PLAN}:{client.pk}:{edition.number}"


def at_clock(day: date, clock: time, clinic: Clinic) -> datetime:
    return datetime.combine(day, clock, clinic.tz)
