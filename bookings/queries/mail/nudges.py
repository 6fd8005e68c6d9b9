"""Where a client stands with the mails timed to their training."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core import training
from bookings.models import Client, Clinic, Mail, MailKind
from bookings.queries.training import protocol
from bookings.queries.training.plans import History, declined_by, runner_of

NOTHING_LEFT = gettext_lazy("Nothing is left to book.")


@dataclass(frozen=True)
class Edition:
    """A plan as the client was told of it: the revision it had then, and the day."""

    number: int
    day: date


def edition_of(client: Client, clinic: Clinic) -> Edition | None:
    """The latest; none while no plan mail has ever been owed."""
    mail = (
        Mail.objects.filter(client=client, kind=MailKind.PLAN).order_by("created_at", "pk").last()
    )
    if mail is None:
        return None
    return Edition(mail.about["edition"], clinic.day_of(mail.created_at))


def races_and_plan(
    client: Client, *, as_of: date, rules: training.Protocol | None = None
) -> tuple[list[training.Race], training.Plan]:
    """With the sessions that were open on that day."""
    races = [race.in_training for race in client.races.all()]
    runner = runner_of(client, History())  # The days of a plan do not depend on visits.
    return races, training.plan(races, runner, rules or protocol.current(), as_of=as_of)


class TakesNudges(Protocol):
    """A client, or as much of one."""

    @property
    def wants_nudges(self) -> bool: ...
    @property
    def bounced_at(self) -> datetime | None: ...
    @property
    def health_hold(self) -> bool: ...


def why_none_at_all(client: TakesNudges) -> str:
    """Why no training mail goes to this client, whatever it is about."""
    if not client.wants_nudges:
        return _("The client does not want these mails.")
    if client.bounced_at:
        return _("The address does not take mail.")
    if client.health_hold:
        return _("The therapist is to see this client first.")
    return ""


@dataclass(frozen=True)
class AskedAtOnce:
    """What was asked for many clients at once: their visits, what they have declined, the training
    mails that have gone out, in that order, and the protocol."""

    history: History
    declined: frozenset[training.SessionId]
    sent: Sequence[Mail]
    rules: training.Protocol


@dataclass(frozen=True)
class Standing:
    """Everything that decides which of a client's nudges may go out on a day."""

    client: Client
    clinic: Clinic
    edition: Edition
    known: AskedAtOnce | None = None

    @cached_property
    def races(self) -> list[training.Race]:
        return self._races_and_plan[0]

    @cached_property
    def plan(self) -> training.Plan:
        return self._races_and_plan[1]

    @cached_property
    def nudges(self) -> dict[training.NudgeId, training.Nudge]:
        found = training.nudges_of(self.races, self.plan.sessions, self.plan.protocol)
        return {nudge.id: nudge for nudge in found}

    @cached_property
    def gone(self) -> set[training.Session]:
        """Booked or declined (N7)."""
        known = self.known
        history = known.history if known else History.of(self.client)
        declined = known.declined if known else declined_by(self.client)
        return {
            session
            for session in self.plan.sessions
            if session.id in declined or history.booked_for(session, self.clinic)
        }

    @cached_property
    def pace(self) -> training.Pace:
        asked = Mail.objects.gone_out(self.client).order_by("data_at")
        mails = self.known.sent if self.known else asked
        sent = [(self._day_of(mail), mail.about) for mail in mails]
        last = max([self.edition.day, *(day for day, _ in sent)])
        return training.Pace(
            self.plan.protocol, training.blackout(self.races), last, _last_cycle(sent)
        )

    @cached_property
    def _races_and_plan(self) -> tuple[list[training.Race], training.Plan]:
        rules = self.known.rules if self.known else None
        return races_and_plan(self.client, as_of=self.edition.day, rules=rules)

    def _day_of(self, mail: Mail) -> date:
        return self.clinic.day_of(mail.data_at or mail.created_at)


def _last_cycle(sent: list[tuple[date, dict]]) -> training.LastCycle | None:
    for day, about in reversed(sent):
        if training.Topic.CYCLE in about.get("topics", ()):
            return training.LastCycle(day, frozenset(session_ids(about)))
    return None


def listed(sessions: Iterable[training.Session]) -> list[tuple[str, str]]:
    """How a row names the sessions that its mail lists."""
    return [(session.kind.value, session.ideal.isoformat()) for session in sessions]


def session_ids(about: dict) -> list[training.SessionId]:
    """The sessions that a training mail lists."""
    return [(training.Kind(kind), date.fromisoformat(day)) for kind, day in about.get("covers", ())]


def about_of(nudge: training.Nudge) -> dict[str, str]:
    """How a row names its nudge."""
    topic, race, opens = nudge.id
    return {"topic": topic, "race": race.isoformat(), "opens": opens.isoformat()}


def nudge_id(about: dict) -> training.NudgeId:
    race, opens = date.fromisoformat(about["race"]), date.fromisoformat(about["opens"])
    return training.Topic(about["topic"]), race, opens
