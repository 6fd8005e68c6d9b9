"""What the desk sees of one client."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Race
from bookings.queries.training.plans import History, plan_of, runner_of

SESSIONS_SHOWN = 4
VISITS_SHOWN = 20
EVENTS_SHOWN = 20


@dataclass(frozen=True)
class ClientRecord:
    """What the desk sees of one client; nothing of their health but that there is a question."""

    client: Client
    ahead: Sequence[Appointment]
    before: Sequence[Appointment]
    called_off: Sequence[Appointment]
    races: Sequence[Race]
    plan: training.Plan
    today: date

    @property
    def phase(self) -> training.PhaseDay:
        return self.plan.on(self.today)

    @property
    def sessions(self) -> list[tuple[str, training.Session]]:
        """The next that the plan asks for, each with its name."""
        types = self.plan.protocol.session_types
        to_come = [one for one in self.plan.sessions if one.window_end > self.today]
        return [(types[one.kind].name, one) for one in to_come[:SESSIONS_SHOWN]]

    @property
    def lacks_consent(self) -> bool:
        return self.client.lacks_consent(self.today)


def record(client: Client, clinic: Clinic, *, now: datetime) -> ClientRecord:
    history = History.of(client)
    today = clinic.day_of(now)
    races = list(client.races.all())
    visits = client.appointments.visits().with_everything()
    return ClientRecord(
        client=client,
        ahead=list(visits.upcoming(now)),
        before=list(visits.filter(starts_at__lt=now).order_by("-starts_at")[:VISITS_SHOWN]),
        called_off=list(
            visits.filter(starts_at__gte=now).exclude(status=Status.BOOKED)[:VISITS_SHOWN]
        ),
        races=races,
        plan=plan_of(races, runner_of(client, history), today=today),
        today=today,
    )
