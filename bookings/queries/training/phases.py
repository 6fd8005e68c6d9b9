"""Which training phase clients are in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from bookings.core import training
from bookings.core.wording import Sentence
from bookings.models import Appointment, Client, Clinic, Distance, Race
from bookings.models.training.own_plans import schedule_of
from bookings.queries.training import protocol


def phase_at(
    visit: Appointment,
    clinic: Clinic,
    rules: training.Protocol | None = None,
    *,
    races: Iterable[Race] | None = None,
) -> training.PhaseDay:
    """The phase of its client on the visit's day; off-season without any race.

    `rules`: the protocol, where the caller asks about many visits; `races`: the client's, where
    they are known.
    """
    there = visit.whose.races.all() if races is None else races
    in_training = [race.in_training for race in there]
    day = clinic.day_of(visit.starts_at)
    return training.phase_on(day, in_training, rules or protocol.current())


def phases_told(
    races: Iterable[Sequence], day: date, rules: training.Protocol
) -> dict[int, training.PhaseDay]:
    """The phase of each client who has a race, of rows: client, date, distance, priority, begin of
    training, weeks, outcome, kilometres, and its name where the caller says it."""
    of_clients: dict[int, list[Sequence]] = defaultdict(list)
    for client, *race in races:
        of_clients[client].append(tuple(race))

    @cache  # Many train for the same race.
    def phase(of: tuple[Sequence, ...]) -> training.PhaseDay:
        return training.phase_on(day, [_race(one) for one in of], rules)

    return {client: phase(tuple(of)) for client, of in of_clients.items()}


def _race(row: Sequence) -> training.Race:
    day, distance, priority, begin, weeks, outcome, dnf_km, *name = row
    return training.Race(
        race_date=date.fromisoformat(day),
        distance=training.Distance(distance),
        priority=training.Priority(priority),
        name=(name[0] or str(Distance(distance).label)) if name else "",
        training_start=date.fromisoformat(begin) if begin else None,
        weeks=weeks,
        outcome=training.Outcome(outcome),
        dnf_km=dnf_km,
    )


def phases_on(
    clients: Iterable[Client], day: date, rules: training.Protocol | None = None
) -> dict[int, training.PhaseDay]:
    """The phase of each client on one day, by the client's id: one query for any number.

    `rules`: the protocol, where the caller has asked for it.
    """
    people = {client.pk for client in clients}
    rules = rules or protocol.current()
    races = defaultdict(list)
    for race in Race.objects.filter(client__in=people):
        races[race.client_id].append(race.in_training)

    @cache  # Many train for the same race, and many for none.
    def phase(of: tuple[training.Race, ...]) -> training.PhaseDay:
        return training.phase_on(day, of, rules)

    return {pk: phase(tuple(races.get(pk, ()))) for pk in people}


def hard_training_told(
    plans: Iterable[Sequence], efforts: Iterable[Sequence], day: date
) -> dict[int, Sentence]:
    """What lies near that day in the own plans of those who have one, and of what they have noted
    as hard, by client: of rows of client and days as an `OwnPlan` keeps them, of client and day."""
    own = {client: schedule_of(days) for client, days in plans}
    noted = defaultdict(set)
    for client, effort in efforts:
        noted[client].add(date.fromisoformat(effort))
    found = {
        pk: training.near_a_visit(day, own.get(pk, training.Schedule()), noted.get(pk, ()))
        for pk in own.keys() | noted.keys()
    }
    return {client: words for client, words in found.items() if words}
