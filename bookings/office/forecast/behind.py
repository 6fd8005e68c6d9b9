"""Which visits and sessions a week of the forecast is made of: for the desk and the owner, who see
plans anyway."""

from dataclasses import dataclass
from typing import Any

from bookings.core.training.forecast.facts import WantedFact, monday
from bookings.core.training.forecast.weeks import BESIDES_FROM, Looking
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
        **_lately(forecast, looking, week),
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


def _lately(forecast: Forecast, looking: Looking, week: WeekShown) -> dict[str, Any]:
    """How many came besides in each of the last weeks, booked as late as this week is ahead."""
    before, ledger = week.first - looking.on, forecast.ledger
    counts = [
        sum(
            visit.stood and ledger.comes_besides(visit, monday(one) - before)
            for visit in ledger.visits_in.get(one, ())
        )
        for one in range(looking.now - BESIDES_FROM, looking.now)
    ]
    return {"lately": counts, "days_before": before.days}
