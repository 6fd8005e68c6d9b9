"""Of a visit in a plan: that another day would be better, and where such a one is waited for."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.cutoffs import move_until
from bookings.queries.waiting_list.better import better_for, has_any
from bookings.web.appointment_links import Opened, reads_the_mailbox


@dataclass(frozen=True)
class BetterElsewhere:
    """What the plan says of the day that it is booked for; without a page, one is waited for."""

    why_not: training.Because
    url: str


def better_elsewhere(
    visit: Appointment, plan: training.Plan, url: str, clinic: Clinic, *, now: datetime
) -> BetterElsewhere | None:
    """Nothing where its day is as good as any, or it is too late to move it."""
    if visit.status != Status.BOOKED or visit.waits or move_until(visit, clinic) <= now:
        return None
    kinds, day = visit.treatment.kinds, clinic.day_of(visit.starts_at)
    days = training.BetterDays(kinds, day, plan)
    return BetterElsewhere(days.why_not_than, url) if has_any(days, clinic, now=now) else None


def better_for_the_reader(
    request: HttpRequest, opened: Opened, clinic: Clinic, now: datetime
) -> training.BetterDays | None:
    """Somebody's training is told to who reads their mail."""
    if not reads_the_mailbox(request, opened):
        return None
    return better_for(opened.appointment, clinic, now=now)
