"""How it goes with a time that is passed on: how many were asked, and not who."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.holding import held_until
from bookings.models import Appointment, Clinic, WaitlistOffer
from bookings.queries.scheduling.cutoffs import by_visit, taken_over
from bookings.queries.waiting_list.people import have_been_here


@dataclass(frozen=True)
class Relay:
    """`until` is when the one who is asked now has to answer; `is_near`: nobody is written to."""

    since: datetime | None
    asked: int
    until: datetime | None
    is_near: bool


def relay_of(visit: Appointment, clinic: Clinic, *, now: datetime) -> Relay:
    offers = list(visit.passed_to.all())
    cut_off = visit.starts_at - timedelta(minutes=clinic.minimum_notice_minutes)
    return Relay(
        since=visit.relayed_at,
        asked=len({one.client_id for one in offers}),
        until=next((one.until for one in offers if one.is_open(now)), None),
        is_near=held_until(now, cut_off) is None,
    )


def was_passed_on(visit: Appointment) -> bool:
    """Whether somebody from the waiting list has taken its time."""
    if visit.status != Status.CANCELLED:
        return False
    last = visit.events.filter(kind=Status.CANCELLED).last()
    return bool(last and last.facts.get("passed_on"))


def given_to_a_newcomer(visit: Appointment) -> WaitlistOffer | None:
    """Of the visit that was given up as of the one instead: taken by whom nobody has seen yet."""
    there = taken_over().filter(Q(relayed=visit) | by_visit(visit))
    offer = there.select_related("client", "relayed__client").last()
    return offer if offer and not have_been_here([offer.client_id]) else None
