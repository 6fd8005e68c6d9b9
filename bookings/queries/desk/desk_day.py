"""What the front desk needs of one day, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings.core.intervals import day_bounds
from bookings.models import Appointment, BusyCalendar, Client, Clinic, Mail
from bookings.queries.clients.strangers import (
    FromOneAddress,
    from_one_address,
    said_to_be_nobodys,
)
from bookings.queries.desk.worklist import SHOWN, Worklist, worklist
from bookings.queries.rota.busy_calendars import not_read
from bookings.queries.scheduling.conflicts import Conflict, conflicts
from bookings.queries.training.told import ToAsk, to_ask, to_ring_about_races


@dataclass(frozen=True)
class DeskDay:
    """A civil day: its visits in order, and what waits for somebody to decide."""

    day: date
    visits: Sequence[Appointment]
    to_compare: Sequence[Client] = ()
    mails: Sequence[Mail] = ()
    conflicts: Sequence[Conflict] = ()
    strangers: Sequence[FromOneAddress] = ()
    nobodys: Sequence[Appointment] = ()
    work: Worklist | None = None
    not_read: Sequence[BusyCalendar] = ()
    races: Sequence[ToAsk] = ()
    runners_to_ring: int = 0

    @property
    def runners_to_ask(self) -> int:
        return sum(one.left for one in self.races)

    @property
    def unconfirmed(self) -> int:
        return len(self.strangers) + len(self.nobodys)

    @property
    def before(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.day + timedelta(days=1)


def desk_day(clinic: Clinic, day: date, *, answers: bool, now: datetime) -> DeskDay:
    """With the questions that wait, for those who may answer them."""
    bounds = day_bounds(day, 1, clinic.tz)
    visits = (
        Appointment.objects.visits()
        .filter(starts_at__gte=bounds.start, starts_at__lt=bounds.end)
        .with_everything()
        .order_by("starts_at", "therapist__name")
    )
    to_compare = Client.objects.filter(same_address_as__isnull=False)
    mails = Mail.objects.asking_for_attention().select_related("client", "appointment")
    if not answers:
        return DeskDay(day=day, visits=list(visits))
    return DeskDay(
        day=day,
        visits=list(visits),
        to_compare=list(to_compare.select_related("same_address_as")[:SHOWN]),
        mails=list(mails[:SHOWN]),
        conflicts=[one for one in conflicts(clinic, now=now) if one.appointment.client_id][:SHOWN],
        strangers=from_one_address(now)[:SHOWN],
        nobodys=list(said_to_be_nobodys(now)[:SHOWN]),
        work=worklist(now),
        not_read=not_read(now),
        races=to_ask(clinic.day_of(now)),
        runners_to_ring=to_ring_about_races(),
    )
