"""What everybody on the list waits for, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q

from bookings.core.intervals import Interval
from bookings.core.roles import Role
from bookings.core.scheduling.openings import Duration
from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.holding import Kept, kept_twice
from bookings.core.waiting_list.wishes import ListedWish
from bookings.models import (
    Appointment,
    AppointmentEvent,
    Change,
    Client,
    Clinic,
    OfferState,
    Operation,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.queries.waiting_list.better import better_days
from bookings.queries.waiting_list.people import counted_as, have_been_here

A_DAY_AT_LEAST = timedelta(hours=25)  # on the day that the clocks go back
MOVED = "moved"
TERMS = ["therapist_id", "weekdays", "parts", "first_day", "last_day", "notice_hours"]
ASKED_AND_OVER = (
    OfferState.ACCEPTED,
    OfferState.DECLINED,
    OfferState.EXPIRED,
    OfferState.UNREAD,
)


@dataclass(frozen=True)
class Tried:
    """What one client has been offered, and when any of those they are `counted` with was asked.

    `worn_out` is what has been kept for two newcomers of late, if they are one.
    """

    counted: str
    starts: frozenset[datetime]
    asked_on: date | None
    is_open: bool
    worn_out: tuple[Kept, ...] = ()


def wishes_of(
    entries: Sequence[WaitlistEntry], clinic: Clinic, *, now: datetime
) -> dict[int, ListedWish]:
    """By entry; without those whose visit that should be earlier is to come no more."""
    clients = {entry.client_id: entry.client for entry in entries}
    tried, visits = _tried_of(clients.values(), clinic, now), _visits_of(clients, now)
    changed, better = changed_at(entries), better_days(entries, clinic, now=now)
    given_up = _given_up(entries)
    return {
        entry.pk: _wish(
            entry,
            clinic,
            tried[entry.client_id],
            visits,
            asked_at=changed.get(entry.pk, entry.joined_at),
            better_on=better.get(entry.pk),
            given_up=frozenset(given_up.get(entry.pk, ())),
        )
        for entry in entries
        if is_still_to_come(entry, now)
    }


def changed_at(entries: Sequence[WaitlistEntry]) -> dict[int, datetime]:
    """When they last said what they wait for, of those who have changed it."""
    changes = Change.objects.filter(
        client__in={entry.client_id for entry in entries},
        table=WaitlistEntry._meta.db_table,
        row__in=[entry.pk for entry in entries],
        did=Operation.CHANGED,
        after__has_any_keys=TERMS,
    )
    return dict(
        changes.order_by().values("row").annotate(last=Max("at")).values_list("row", "last")
    )


def _given_up(entries: Sequence[WaitlistEntry]) -> dict[int, set[datetime]]:
    """The times that they have left themselves since they joined."""
    left = (
        AppointmentEvent.objects.filter(
            appointment__client__in={entry.client_id for entry in entries},
            kind__in=[MOVED, Status.CANCELLED],
            by=Role.RUNNER,
            at__gte=min((entry.joined_at for entry in entries), default=None),
        ).select_related("appointment")
        if entries
        else ()
    )
    theirs: dict[int | None, list[WaitlistEntry]] = defaultdict(list)
    for entry in entries:
        theirs[entry.client_id].append(entry)
    found: dict[int, set[datetime]] = defaultdict(set)
    for event in left:
        visit = event.appointment
        was = event.facts.get("from", {}).get("starts_at") if event.kind == MOVED else None
        start = datetime.fromisoformat(was) if was else visit.starts_at
        for entry in theirs[visit.client_id]:
            if event.at >= entry.joined_at:
                found[entry.pk].add(start)
    return found


def is_still_to_come(entry: WaitlistEntry, now: datetime) -> bool:
    """Of what should be earlier: whether it is still booked."""
    visit = entry.appointment
    return visit is None or (visit.status == Status.BOOKED and visit.starts_at > now)


def duration_of(entry: WaitlistEntry) -> Duration:
    """A visit that moves keeps its length."""
    return entry.appointment.duration if entry.appointment else entry.treatment.duration


def _wish(
    entry: WaitlistEntry,
    clinic: Clinic,
    tried: Tried,
    visits: dict[int, list[Appointment]],
    **known: Any,
) -> ListedWish:
    visit, client = entry.appointment, entry.client
    others = [one for one in visits.get(client.pk, []) if one.pk != entry.appointment_id]
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
        earlier_than=visit.starts_at if visit and entry.wants_earlier else None,
        until=clinic.last_move(visit.starts_at) if visit else None,
        **_told_before(tried),
        is_confirmed=not (client.is_provisional and client.email),
        is_reachable=bool(client.email and client.wants_news and client.bounced_at is None),
        busy=tuple(Interval(one.starts_at, one.ends_at) for one in others),
        weeks_with_one=_weeks_with_one(entry, others, clinic),
        **known,
    )


def _told_before(tried: Tried) -> dict[str, Any]:
    return {
        "mailbox": tried.counted,
        "tried": tried.starts,
        "asked_on": tried.asked_on,
        "has_an_offer": tried.is_open,
        "worn_out": tried.worn_out,
    }


def _weeks_with_one(
    entry: WaitlistEntry, visits: Sequence[Appointment], clinic: Clinic
) -> frozenset[tuple[int, int]]:
    days = [clinic.day_of(one.starts_at) for one in visits if serves(one, entry)]
    return frozenset(day.isocalendar()[:2] for day in days)


def _tried_of(clients: Iterable[Client], clinic: Clinic, now: datetime) -> dict[int, Tried]:
    people = {client.pk: client for client in clients}
    recent = Q(state=OfferState.OPEN) | Q(made_at__gt=now - A_DAY_AT_LEAST)
    there = WaitlistOffer.objects.filter(recent | Q(client__in=people)).select_related("client")
    made = list(there)
    known = have_been_here({*people, *(offer.client_id for offer in made)})
    offers: dict[int, list[WaitlistOffer]] = defaultdict(list)
    of_all_counted: dict[str, list[WaitlistOffer]] = defaultdict(list)
    for offer in made:
        offers[offer.client_id].append(offer)
        of_all_counted[counted_as(offer.client, known)].append(offer)
    worn_out = _worn_out(made, known, now)
    found = {
        pk: _tried(offers[pk], counted_as(client, known), of_all_counted, clinic)
        for pk, client in people.items()
    }
    return {
        pk: one if pk in known else replace(one, worn_out=worn_out) for pk, one in found.items()
    }


def _worn_out(
    made: Iterable[WaitlistOffer], known: Collection[int], now: datetime
) -> tuple[Kept, ...]:
    """Times that were kept for two newcomers within a day, whatever came of it."""
    return kept_twice(
        Kept(offer.therapist_id, Interval(offer.starts_at, offer.ends_at))
        for offer in made
        if offer.client_id not in known
        and offer.relayed_id is None
        and offer.made_at > now - A_DAY_AT_LEAST
    )


def _tried(
    own: Sequence[WaitlistOffer],
    counted: str,
    of_all_counted: Mapping[str, Sequence[WaitlistOffer]],
    clinic: Clinic,
) -> Tried:
    """What the clinic has withdrawn was none; what was taken and then cancelled was, and what
    whoever passed it on has kept after all: they were written to twice.
    """
    of_mailbox = of_all_counted.get(counted, ())
    asked = [clinic.day_of(one.made_at) for one in of_mailbox if _was_asked(one)]
    return Tried(
        counted=counted,
        starts=frozenset(one.starts_at for one in own if _was_an_offer(one)),
        asked_on=max(asked, default=None),
        is_open=any(one.state == OfferState.OPEN for one in of_mailbox),
    )


def _was_an_offer(offer: WaitlistOffer) -> bool:
    return offer.state != OfferState.WITHDRAWN or offer.relayed_id is not None


def _was_asked(offer: WaitlistOffer) -> bool:
    is_withdrawn = offer.state == OfferState.WITHDRAWN and _was_an_offer(offer)
    return offer.state in ASKED_AND_OVER or is_withdrawn


def serves(visit: Appointment, entry: WaitlistEntry) -> bool:
    """Whether it is what they wait for, got since they joined the list for it."""
    is_the_same = visit.status == Status.BOOKED and visit.treatment_id == entry.treatment_id
    came_since = visit.booked_at is not None and visit.booked_at >= entry.joined_at
    return is_the_same and came_since and not entry.moves_a_visit


def _visits_of(clients: Collection[int], now: datetime) -> dict[int, list[Appointment]]:
    visits: dict[int, list[Appointment]] = defaultdict(list)
    ahead = Appointment.objects.occupying().filter(client__in=clients, ends_at__gt=now)
    for one in ahead:
        assert one.client_id is not None  # noqa: S101 - it is among the clients
        visits[one.client_id].append(one)
    return visits
