"""The reports beside the diary and the receipts, each counted in its own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Method, Payment
from bookings.models.money.payments import NOTHING
from bookings.queries.money.takings import unpaid
from bookings.queries.reports.definitions import ATTENDANCE, TAKINGS, UNPAID
from bookings.queries.reports.periods import Period
from bookings.queries.reports.selection import AskedReport
from bookings.queries.reports.totals import Totals, totals_of


@dataclass(frozen=True)
class Compared:
    """One figure as the reports, the diary and the receipts have it; None where one has none."""

    what: Promise
    here: Decimal
    diary: Decimal | None = None
    receipts: Decimal | None = None
    currency: str = ""

    @property
    def agrees(self) -> bool:
        return all(one is None or one == self.here for one in (self.diary, self.receipts))


def compared(period: Period, now: datetime) -> list[Compared]:
    """In constantly many queries."""
    takings = totals_of(AskedReport(TAKINGS, period, now), [])
    return [
        *_of_the_diary(period, now),
        *_of_the_receipts(period, takings),
        _of_the_numbers(),
    ]


def _figure(totals: Totals, name: str, currency: str = "") -> Decimal:
    place = [one.name for one in totals.report.figures].index(name)
    return totals.of(currency)[place]


def _of_the_diary(period: Period, now: datetime) -> Iterator[Compared]:
    clinic, bounds = period.clinic, period.bounds
    visits = Appointment.objects.filter(starts_at__gte=bounds.start, starts_at__lt=bounds.end)
    done = visits.filter(status__in=[Status.ARRIVED, Status.COMPLETED]).count()
    came = _figure(totals_of(AskedReport(ATTENDANCE, period, now), []), "came")
    yield Compared(gettext_lazy("Visits that took place"), came, diary=Decimal(done))
    here = _figure(totals_of(AskedReport(UNPAID, period, now), []), "left")
    left = sum((visit.left for visit in unpaid(bounds)), NOTHING)
    what = gettext_lazy("Left to pay")
    yield Compared(what, here, diary=left, currency=clinic.currency)


def _of_the_receipts(period: Period, takings: Totals) -> Iterator[Compared]:
    rows = Payment.objects.during(period.bounds).order_by()
    receipts = _added(rows.filter(number__isnull=False))
    waived = _added(rows.filter(method=Method.WAIVED))
    for currency in sorted({period.clinic.currency, *takings.all, *receipts, *waived}):
        many, money = receipts.get(currency, (Decimal(0), NOTHING))
        here = _figure(takings, "payments", currency)
        yield Compared(gettext_lazy("Payments and refunds"), here, receipts=many)
        here = _figure(takings, "taken", currency)
        yield Compared(gettext_lazy("Taken"), here, receipts=money, currency=currency)
        here = _figure(takings, "waived", currency)
        _many, off = waived.get(currency, (Decimal(0), NOTHING))
        yield Compared(gettext_lazy("Waived"), here, diary=off, currency=currency)


def _added(payments: QuerySet[Payment]) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency, how many there are and what they come to."""
    summed = payments.values_list("currency").annotate(many=Count("pk"), money=Sum("amount"))
    return {currency: (Decimal(many), money) for currency, many, money in summed}


def _of_the_numbers() -> Compared:
    """Receipts are numbered from 1 without a gap, so that the last number is how many there are."""
    last = Payment.objects.aggregate(last=Max("number"), many=Count("number"))
    what = gettext_lazy("Receipts so far, by the last number")
    return Compared(what, Decimal(last["last"] or 0), receipts=Decimal(last["many"]))
