"""What is kept for somebody now: why for them, and what else they have booked that week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings import dates
from bookings.actions.waiting_list.offers import BY_ITSELF
from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.core.waiting_list.order import Rank, need_on
from bookings.models import Appointment, Clinic, WaitlistOffer
from bookings.queries.waiting_list.plans import plans_of


@dataclass(frozen=True)
class KeptNow:
    """`beside` are appointments of theirs in the same week, but for what the offer would move."""

    offer: WaitlistOffer
    rank: Rank
    beside: Sequence[Appointment]

    @property
    def need(self) -> str:
        return dates.translated(self.rank.need.sentence)

    @property
    def came_first(self) -> bool:
        return self.offer.by == BY_ITSELF

    @property
    def asks_first(self) -> bool:
        """Whether what taking it for them does is to be read before."""
        return bool(self.offer.relayed_id or self.beside)


def kept_now(clinic: Clinic, now: datetime) -> list[KeptNow]:
    """In a constant number of queries."""
    offers = list(WaitlistOffer.objects.open().with_everything().order_by("until"))
    if not offers:
        return []
    plans = plans_of([one.client for one in offers], clinic, now=now)
    clients = {one.client_id for one in offers}
    booked = Appointment.objects.filter(client__in=clients, status=Status.BOOKED, starts_at__gt=now)
    ahead = list(booked.select_related("treatment").order_by("starts_at"))
    return [
        KeptNow(
            one,
            _rank(one, plans[one.client_id], clinic, now),
            [visit for visit in ahead if _is_beside(visit, one, clinic)],
        )
        for one in offers
    ]


def _rank(offer: WaitlistOffer, plan: training.Plan | None, clinic: Clinic, now: datetime) -> Rank:
    need = need_on(clinic.day_of(offer.starts_at), offer.entry.kinds, plan)
    return Rank(entry=offer.entry_id, need=need, since=offer.entry.joined_at, now=now)


def _is_beside(visit: Appointment, offer: WaitlistOffer, clinic: Clinic) -> bool:
    weeks = {clinic.day_of(one.starts_at).isocalendar()[:2] for one in (visit, offer)}
    is_moved = visit.pk == offer.entry.appointment_id
    return visit.client_id == offer.client_id and len(weeks) == 1 and not is_moved
