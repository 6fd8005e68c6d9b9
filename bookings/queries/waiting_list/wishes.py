"""What everybody on the list waits for, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core import training
from bookings.core.intervals import Interval
from bookings.core.scheduling.openings import Duration
from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.wishes import ListedWish
from bookings.models import Appointment, Client, Clinic, OfferState, WaitlistEntry, WaitlistOffer
from bookings.queries.scheduling.cutoffs import move_until
from bookings.queries.training import protocol
from bookings.queries.training.plans import HAS_BEEN

ENDED_UNTAKEN = (OfferState.DECLINED, OfferState.EXPIRED)


@dataclass(frozen=True)
class Tried:
    """What one client has been offered."""

    starts: frozenset[datetime]
    asked_on: date | None
    is_open: bool


NOTHING_TRIED = Tried(frozenset(), None, False)


def wishes_of(
    entries: Sequence[WaitlistEntry], clinic: Clinic, *, now: datetime
) -> dict[int, ListedWish]:
    """By entry; without those whose visit that should be earlier is to come no more."""
    clients = {entry.client_id for entry in entries}
    tried, visits = _tried_of(clients, clinic), _visits_of(clients, now)
    return {
        entry.pk: _wish(entry, clinic, tried.get(entry.client_id, NOTHING_TRIED), visits)
        for entry in entries
        if is_still_to_come(entry, now)
    }


def is_still_to_come(entry: WaitlistEntry, now: datetime) -> bool:
    """Of what should be earlier: whether it is still booked."""
    visit = entry.appointment
    return visit is None or (visit.status == Status.BOOKED and visit.starts_at > now)


def duration_of(entry: WaitlistEntry) -> Duration:
    """A visit that moves keeps its length."""
    return entry.appointment.duration if entry.appointment else entry.treatment.duration


def plans_of(
    clients: Iterable[Client], clinic: Clinic, *, now: datetime
) -> dict[int, training.Plan | None]:
    """By client; None without a race. Three queries for any number."""
    people = {client.pk for client in clients}
    found = Client.objects.filter(pk__in=people).prefetch_related("races", "hard_efforts")
    been = set(
        Appointment.objects.filter(client__in=people, status__in=HAS_BEEN).values_list(
            "client", flat=True
        )
    )
    rules, today = protocol.current(), clinic.day_of(now)
    return {one.pk: _plan(one, rules, today, is_new=one.pk not in been) for one in found}


def _plan(
    client: Client, rules: training.Protocol, today: date, *, is_new: bool
) -> training.Plan | None:
    races = [race.in_training for race in client.races.all()]
    if not races:
        return None
    runner = training.Runner(
        long_run_weekday=training.Weekday(client.long_run_weekday),
        weekly_volume_km=client.weekly_volume_km,
        new_client=is_new,
        hard_efforts=tuple(effort.day for effort in client.hard_efforts.all()),
    )
    return training.plan(races, runner, rules, as_of=today)


def _wish(
    entry: WaitlistEntry,
    clinic: Clinic,
    tried: Tried,
    visits: dict[int, list[tuple[int, Interval]]],
) -> ListedWish:
    visit, client = entry.appointment, entry.client
    busy = (at for pk, at in visits.get(client.pk, []) if pk != entry.appointment_id)
    return ListedWish(
        entry=entry.pk,
        client=client.pk,
        treatment=entry.treatment_id,
        length=timedelta(seconds=duration_of(entry).length),
        since=entry.joined_at,
        therapist=entry.therapist_id,
        weekdays=frozenset(entry.weekdays),
        parts=frozenset(entry.parts),
        first=entry.first_day,
        last=entry.last_day,
        notice=entry.notice,
        earlier_than=visit.starts_at if visit else None,
        until=move_until(visit, clinic) if visit else None,
        tried=tried.starts,
        asked_on=tried.asked_on,
        has_an_offer=tried.is_open,
        is_confirmed=not client.is_provisional,
        is_reachable=bool(client.email and client.wants_news and client.bounced_at is None),
        busy=tuple(busy),
    )


def _tried_of(clients: Collection[int], clinic: Clinic) -> dict[int, Tried]:
    offers: dict[int, list[WaitlistOffer]] = defaultdict(list)
    for offer in WaitlistOffer.objects.filter(client__in=clients):
        offers[offer.client_id].append(offer)
    return {client: _tried(there, clinic) for client, there in offers.items()}


def _tried(offers: Sequence[WaitlistOffer], clinic: Clinic) -> Tried:
    """What the clinic has withdrawn was none; what was taken and then cancelled was."""
    asked = [clinic.day_of(one.made_at) for one in offers if one.state in ENDED_UNTAKEN]
    return Tried(
        starts=frozenset(one.starts_at for one in offers if one.state != OfferState.WITHDRAWN),
        asked_on=max(asked, default=None),
        is_open=any(one.state == OfferState.OPEN for one in offers),
    )


def _visits_of(clients: Collection[int], now: datetime) -> dict[int, list[tuple[int, Interval]]]:
    visits: dict[int, list[tuple[int, Interval]]] = defaultdict(list)
    ahead = Appointment.objects.occupying().filter(client__in=clients, ends_at__gt=now)
    for pk, client, start, end in ahead.values_list("pk", "client", "starts_at", "ends_at"):
        visits[client].append((pk, Interval(start, end)))
    return visits
