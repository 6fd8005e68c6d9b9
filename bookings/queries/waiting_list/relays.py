"""How it goes with a time that is passed on: how many were asked, and not who."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.core.waiting_list.holding import held_until
from bookings.models import Appointment, Clinic


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
