"""How a client stands with the clinic over all their visits: what is open, and what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Fee, Payment
from bookings.models.money.payments import CHARGED_A_FEE, NOTHING
from bookings.queries.money.takings import sum_of

OVER = (Status.ARRIVED, Status.COMPLETED, *CHARGED_A_FEE)
COMES_OR_NOT = (Status.COMPLETED, Status.NO_SHOW)


@dataclass(frozen=True)
class OpenAccount:
    """A visit of which something is left to pay, or, where that is negative, to give back."""

    visit: int
    starts_at: datetime
    left: Decimal


@dataclass(frozen=True)
class ClientStanding:
    """`missed` are the times at which they did not come, of `visits` that have been."""

    open: Sequence[OpenAccount]
    missed: Sequence[datetime]
    visits: int

    @property
    def owed(self) -> Decimal:
        return sum((one.left for one in self.open), NOTHING)

    @property
    def back(self) -> Decimal:
        """What the clinic owes them."""
        return max(NOTHING, -self.owed)


def standing_of(client: Client) -> ClientStanding:
    """One query. What is due follows from each visit's status, as in its own `Account`."""
    visits = Appointment.objects.visits().filter(client=client, status__in=OVER)
    sums = visits.annotate(settled=sum_of(Payment), charged=sum_of(Fee)).order_by("-starts_at")
    rows = list(sums.values_list("pk", "starts_at", "status", "price", "charged", "settled"))
    left = [
        OpenAccount(pk, at, (charged if status in CHARGED_A_FEE else price) - settled)
        for pk, at, status, price, charged, settled in rows
    ]
    return ClientStanding(
        open=[one for one in left if one.left],
        missed=[at for _, at, status, *_ in rows if status == Status.NO_SHOW],
        visits=sum(status in COMES_OR_NOT for _, _, status, *_ in rows),
    )
