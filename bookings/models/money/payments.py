"""What was paid for a visit, and what is charged for one that did not take place.

Rows of both are never edited or deleted (a trigger refuses it): what was wrong is corrected by
a further row that takes it back.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from bookings.core.intervals import Interval
from bookings.core.scheduling.statuses import Status
from bookings.models.rota.therapists import Therapist
from bookings.models.scheduling.appointments import Appointment

NOTHING = Decimal("0.00")
CHARGED_A_FEE = (Status.CANCELLED, Status.NO_SHOW)


class Method(models.TextChoices):
    CASH = "cash", gettext_lazy("Cash")
    CARD = "card", gettext_lazy("Card")
    TRANSFER = "transfer", gettext_lazy("Bank transfer")
    WAIVED = "waived", gettext_lazy("Waived")


class PaymentQuerySet(models.QuerySet):
    def settling(self):
        """Money, and what was waived of that which is charged now; see `Account`."""
        of_the_fee = Q(waives=F("appointment__status"))
        of_the_price = Q(waives="") & ~Q(appointment__status__in=CHARGED_A_FEE)
        return self.filter(~Q(method=Method.WAIVED) | of_the_fee | of_the_price)

    def during(self, interval: Interval) -> Self:
        return self.filter(at__gte=interval.start, at__lt=interval.end)

    def with_everything(self):
        return self.select_related("appointment__client", "therapist", "corrects", "corrected_by")

    def next_number(self) -> int:
        """To be asked under the clinic's lock, so that the sequence has no gap."""
        return (self.aggregate(last=models.Max("number"))["last"] or 0) + 1


class Payment(models.Model):
    """Money that changed hands, or was waived; a correction has the opposite amount.

    `number` is the receipt's, and what stands on it is kept as it was then: `what`, both names,
    the `issuer` (name, address and phone, a line each) and the tax note.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="payments")
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200)
    client_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    therapist_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    issuer = models.TextField(blank=True, default="", db_default="")
    tax_note = models.CharField(max_length=200, blank=True, default="", db_default="")
    method = models.CharField(max_length=10, choices=Method)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    currency = models.CharField(max_length=3)
    number = models.PositiveIntegerField(null=True, unique=True)
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    waives = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy(
            "Of what is waived: the status that the fee was charged for; empty for the price."
        ),
    )
    reason = models.CharField(max_length=300, blank=True)
    key = models.CharField(
        max_length=64,
        unique=True,
        help_text=gettext_lazy("Sent with the form, so that one sent twice pays once."),
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["at"], name="payments_by_time"),
            # What visits have been paid is summed from the index alone.
            models.Index(
                fields=["appointment"],
                include=["method", "amount", "waives"],
                name="payments_of_visit",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="a_payment_is_of_something"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, amount__gt=0)
                | Q(corrects__isnull=False, amount__lt=0),
                name="only_a_correction_takes_back",
            ),
            models.CheckConstraint(
                condition=Q(method=Method.WAIVED, number__isnull=True)
                | (~Q(method=Method.WAIVED) & Q(number__isnull=False)),
                name="money_has_a_receipt",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(corrects__isnull=True) & ~Q(method=Method.WAIVED),
                name="what_is_waived_or_corrected_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}, {self.get_method_display().lower()}"


class Fee(models.Model):
    """What the clinic's rule charges for a visit that was cancelled late or not come to."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="fees")
    amount = models.DecimalField(
        max_digits=8, decimal_places=2, help_text=gettext_lazy("Negative where it is taken back.")
    )
    currency = models.CharField(max_length=3)
    rule = models.CharField(
        max_length=200, help_text=gettext_lazy("Why, in words, as it stood then.")
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="a_fee_is_of_something")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.amount} {self.currency}"


def charged_for(status: str) -> str:
    """What is charged then, as a waiver names it."""
    return status if status in CHARGED_A_FEE else ""


class Account:
    """What one appointment comes to: due, settled, and what is left.

    What is due follows from its status alone: the price, or the fee of a visit that was missed
    or cancelled late. Money counts towards either; a waiver counts only where that is due which
    was waived, so that a fee which is taken back takes its waiver along, and brings it back.
    """

    def __init__(self, appointment: Appointment, fees: Iterable[Fee], payments: Iterable[Payment]):
        self.fees, self.payments = list(fees), list(payments)
        charged = sum((fee.amount for fee in self.fees), NOTHING)
        self.due = charged if appointment.status in CHARGED_A_FEE else appointment.price
        self.paid = self._sum(lambda one: one.method != Method.WAIVED)
        now_due = charged_for(appointment.status)
        self.waived = self._sum(lambda one: one.method == Method.WAIVED and one.waives == now_due)

    @classmethod
    def of(cls, appointment: Appointment) -> "Account":
        payments = appointment.payments.select_related("corrects", "corrected_by")
        return cls(appointment, appointment.fees.all(), payments)

    @property
    def left(self) -> Decimal:
        """What is still to be paid; negative when the client is owed."""
        return self.due - self.paid - self.waived

    @property
    def back(self) -> Decimal:
        """What the client is owed."""
        return max(NOTHING, -self.left)

    def _sum(self, counts: Callable[[Payment], bool]) -> Decimal:
        return sum((one.amount for one in self.payments if counts(one)), NOTHING)
