"""A day's takings: every row, and what they come to by method and by therapist."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Fee, Method, Payment
from bookings.models.money.payments import NOTHING

MONEY = DecimalField(max_digits=8, decimal_places=2)


@dataclass(frozen=True)
class Sums:
    """What was taken in one currency; `total` is the sum of either list. Waived is no money."""

    currency: str
    by_method: Sequence[tuple[str, Decimal]]
    by_therapist: Sequence[tuple[str, Decimal]]
    total: Decimal
    waived: Decimal


@dataclass(frozen=True)
class Takings:
    """`unpaid` are visits that took place, or cost a fee, with what is left to pay as `left`."""

    payments: Sequence[Payment]
    sums: Sequence[Sums]
    unpaid: Sequence[Appointment]


def takings_of(clinic: Clinic, day: date) -> Takings:
    """In a constant number of queries. Money counts on the day that it was taken."""
    bounds = day_bounds(day, 1, clinic.tz)
    payments = list(Payment.objects.during(bounds).with_everything())
    currencies = sorted({one.currency for one in payments} | {clinic.currency})
    return Takings(
        payments=payments,
        sums=[_sums(currency, payments) for currency in currencies],
        unpaid=unpaid(bounds),
    )


def _sums(currency: str, payments: Iterable[Payment]) -> Sums:
    of_it = [one for one in payments if one.currency == currency]
    taken = [one for one in of_it if one.method != Method.WAIVED]
    methods = [str(Method(name).label) for name in Method if name != Method.WAIVED]
    by_method = dict.fromkeys(methods, NOTHING)
    by_method.update(_added(taken, lambda one: one.get_method_display()))
    return Sums(
        currency=currency,
        by_method=list(by_method.items()),
        by_therapist=sorted(_added(taken, lambda one: one.therapist.name).items()),
        total=sum((one.amount for one in taken), NOTHING),
        waived=sum((one.amount for one in of_it if one.method == Method.WAIVED), NOTHING),
    )


def _added(payments: Iterable[Payment], whose: Callable[[Payment], str]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for payment in payments:
        sums[whose(payment)] += payment.amount
    return sums


def unpaid(bounds: Interval) -> list[Appointment]:
    """Of the visits that begin then, with what is `left`; and their last event, for forms."""
    visits = Appointment.objects.visits().with_everything().with_last_event()
    of_the_day = visits.filter(starts_at__gte=bounds.start, starts_at__lt=bounds.end)
    settled = sum_of(Payment)
    charged = sum_of(Fee)
    came = of_the_day.filter(status__in=[Status.ARRIVED, Status.COMPLETED]).annotate(
        left=F("price") - settled
    )
    did_not = of_the_day.filter(
        status__in=[Status.CANCELLED, Status.NO_SHOW], pk__in=Fee.objects.values("appointment")
    ).annotate(left=charged - settled)
    found = [*came.filter(left__gt=0), *did_not.filter(left__gt=0)]
    return sorted(found, key=lambda visit: visit.starts_at)


def sum_of(model: type[Payment] | type[Fee]) -> Coalesce:
    """Of each appointment of a query, what its rows add up to that count now."""
    rows = Payment.objects.settling() if model is Payment else Fee.objects.all()
    rows = rows.filter(appointment=OuterRef("pk")).order_by()
    total = rows.values("appointment").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), NOTHING, output_field=MONEY)
