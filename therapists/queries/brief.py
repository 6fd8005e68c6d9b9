"""What a therapist should know in the ninety seconds before a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bookings import dates
from bookings.core import training
from bookings.core.intervals import day_bounds
from bookings.core.training.protocol.evidence import Contraindication
from bookings.core.training.protocol.phases import PhaseRules
from bookings.core.wording import isolated
from bookings.dates import length_of_time
from bookings.models import Appointment, Client, Clinic, Therapist
from bookings.models.training.own_plans import schedule_known
from bookings.queries.training import protocol
from bookings.queries.training.phases import phases_on
from therapists import health_audit
from therapists.core.content import trends
from therapists.core.contraindications import Firmest, firmest, in_short
from therapists.core.private import Private
from therapists.health_audit import Reader
from therapists.models import Decision, HealthCheck
from therapists.queries.alerts import Alert, alerts_of, record_alerts
from therapists.queries.client_summary import Known, Said, known_of
from therapists.queries.questionnaire import asked_in_person

LOOKED_BACK = 5  # notes
HARD_DAYS_NEAR = 3  # days before and after the visit


def race_in_words(here: training.PhaseDay) -> str:
    """12 days to Two Bridges Half, 3 days after it; nothing without a race."""
    race, days = here.race, here.days_to_race
    if race is None or days is None:
        return ""
    if days == 0:
        return f"{isolated(race.name)} today"
    side = "to" if days > 0 else "after"
    return f"{length_of_time(abs(days))} {side} {isolated(race.name)}"


@dataclass(frozen=True, repr=False)
class Decided(Private):
    """What somebody has decided about the hold, and why."""

    at: datetime
    who: str
    what: str
    why: str


@dataclass(frozen=True, repr=False)
class Brief(Private):
    visit: Appointment
    day: date
    phase: training.PhaseDay
    rules: PhaseRules
    known: Known
    alerts: Sequence[Alert]
    ask: Sequence[Contraindication]
    trends: Sequence[str]
    decided: Sequence[Decided]
    checks: Sequence[HealthCheck]
    hard_days: Sequence[date]  # of the client's own training plan, near the visit
    efforts: Sequence[date]  # that the client has noted as hard, near the visit

    @property
    def race_in_words(self) -> str:
        return race_in_words(self.phase)

    @property
    def said(self) -> list[tuple[str, Said]]:
        """Every yes that counts, each with itself in short."""
        said = self.known.said(on_hold=self.visit.whose.health_hold)
        return [(dates.translated(in_short(one.given)), one) for one in said]

    @property
    def firmest(self) -> Firmest:
        said = (one.given for _short, one in self.said)
        return firmest(self.phase.ceiling, said, on_hold=self.visit.whose.health_hold)

    @property
    def hold_because(self) -> Sequence[str]:
        return self.known.serious(on_hold=self.visit.whose.health_hold)

    @property
    def is_urgent(self) -> bool:
        """Whether somebody may have to ring for help."""
        return any(one.given.is_urgent for _short, one in self.said)

    @property
    def told_freely(self) -> list[tuple[datetime, str]]:
        return [(t.check.given_at, t.answers.text) for t in self.known.told if t.answers.text]

    @property
    def changed(self) -> bool | None:
        """What the client said last to "anything changed?"; None when nobody has asked."""
        return self.known.since[0].answers.changed if self.known.since else None

    @property
    def asked_before(self) -> HealthCheck | None:
        """The newest answers, where they were given in the room at another visit."""
        newest = self.known.told[0].check if self.known.told else None
        return newest if newest and newest.was_in_the_room and not self.checks else None

    @property
    def last(self):
        return self.known.notes[0] if self.known.notes else None


def brief_of(
    visit: Appointment, clinic: Clinic, *, therapist: Therapist, reader: Reader, now: datetime
) -> Brief:
    day = clinic.day_of(visit.starts_at)
    before = day_bounds(day, 1, clinic.tz).start
    client = visit.whose
    known = known_of(
        [client.pk],
        before=before,
        therapist=therapist,
        reader=reader,
        now=now,
        notes=LOOKED_BACK,
    )[client.pk]
    rules = protocol.current()
    phase = phases_on([client], day)[client.pk]
    return Brief(
        visit=visit,
        day=day,
        phase=phase,
        rules=rules.phases[phase.phase],
        known=known,
        alerts=[*record_alerts(client, day), *alerts_of(known, on_hold=client.health_hold)],
        ask=asked_in_person(rules, phase.phase),
        trends=trends([note.content for note in known.notes]),
        decided=_decided(client, reader=reader, now=now) if client.health_hold else (),
        checks=list(visit.health_checks.select_related("client").order_by("given_at", "pk")),
        hard_days=_hard_days(client, day),
        efforts=_near(day, (effort.day for effort in client.hard_efforts.all())),
    )


def _hard_days(client: Client, day: date) -> list[date]:
    """All that is told of the plan: neither what they do on them nor how far."""
    schedule = schedule_known(client)
    return _near(day, schedule.hard_days | schedule.long_runs)


def _near(day: date, days: Iterable[date]) -> list[date]:
    return sorted(one for one in days if abs((one - day).days) <= HARD_DAYS_NEAR)


def _decided(client: Client, *, reader: Reader, now: datetime) -> list[Decided]:
    """About a hold that stands, the newest first; those who decide next must know it."""
    rows = list(client.clearances.select_related("by__therapist")[:LOOKED_BACK])
    found = []
    for row, said in zip(rows, health_audit.opened(rows, reader=reader, now=now), strict=True):
        therapist = getattr(row.by, "therapist", None)
        what = Decision(said["decision"]).label if "decision" in said else Decision.LIFT.label
        who = therapist.name if therapist else str(row.by)
        found.append(Decided(row.at, who, str(what), said["reason"]))
    return found
