"""All prices raised from a day on: what each treatment would cost then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256

from bookings.models import Treatment

DEAREST = Decimal("999999.99")  # as a column of money keeps it


@dataclass(frozen=True, kw_only=True)
class PriceRise:
    """By so many percent or else by that amount, rounded to a multiple of `step`."""

    first: date
    percent: Decimal | None = None
    amount: Decimal = Decimal()
    step: Decimal

    def of(self, price: Decimal) -> Decimal:
        """Never less than it was: rounding takes nothing away. What is free stays free."""
        if not price:
            return price
        raised = price + (self.amount if self.percent is None else price * self.percent / 100)
        steps = (raised / self.step).quantize(Decimal(1), ROUND_HALF_UP)
        return max(price, steps * self.step)


@dataclass(frozen=True)
class RaisedPrice:
    treatment: Treatment
    new: Decimal

    @property
    def waits(self) -> bool:
        """Whether it has a new price to come already, which is left alone."""
        return self.treatment.next_price_from is not None

    @property
    def changes(self) -> bool:
        return not self.waits and self.new != self.treatment.price


def raised(rise: PriceRise) -> list[RaisedPrice]:
    """Of what can be booked, in its order; one query."""
    return [RaisedPrice(one, rise.of(one.price)) for one in Treatment.objects.filter(active=True)]


def digest_of(rise: PriceRise, prices: Sequence[RaisedPrice]) -> str:
    """Another one as soon as anything of what was shown is another."""
    shown = [(one.treatment.pk, one.treatment.price, one.new, one.waits) for one in prices]
    return sha256(repr((rise.first, shown)).encode()).hexdigest()[:24]
