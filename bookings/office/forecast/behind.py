"""Which visits and sessions a week of the forecast is made of: for the desk and the owner, who see
plans anyway."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bookings.core.training.forecast.facts import WantedFact
from bookings.core.training.forecast.weeks import Looking
from bookings.models import Appointment, Client
from bookings.office.forecast.shown import Forecast, WeekShown
from bookings.queries.training import protocol


@dataclass(frozen=True)
class OpenSession:
    """A session of somebody's plan for which nothing is booked, and how likely it comes to be."""

    client: Client
    of: WantedFact
    name: str
    percent: int


def behind(forecast: Forecast, week: WeekShown) -> dict[str, Any]:
    """In a constant number of queries."""
    looking = Looking.today(forecast.ledger, forecast.today)
    there = forecast.ledger.visits_in.get(week.of.week, ())
    booked = [one.visit for one in there if one.was_booked(looking.on)]
    visits = Appointment.objects.with_everything().filter(pk__in=booked)
    return {
        "visits": list(visits.order_by("starts_at")),
        "sessions": _sessions(looking, week),
        "lately": (lately := looking.besides_lately(week.of.lead)),
        "on_average": fmean(lately),
        "season": looking.season(week.of.lead),
        "days_before": looking.days_before(week.of.lead).days,
        "skills": [
            (load, forecast.skill_in_words(load.skill), forecast.people_in_words(load.skill))
            for load in week.loads
        ],
    }


def _sessions(looking: Looking, week: WeekShown) -> list[OpenSession]:
    chances = list(looking.chances(week.of.week, week.of.lead))
    clients = Client.objects.in_bulk({session.client for session, _ in chances})
    types = protocol.current().session_types
    found = [
        OpenSession(clients[one.client], one, types[one.kind].name, round(100 * chance))
        for one, chance in chances
        if one.client in clients
    ]
    return sorted(found, key=lambda one: (one.of.ideal, one.client.name))
