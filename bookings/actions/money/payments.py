"""Taking money for a visit, waiving it, taking a row back, and the clinic's fees.

All of it under the diary's lock, which is also what keeps the receipts' numbers without gaps.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.optimistic_lock import refuse_if_changed
from bookings.actions.refusals import Refused
from bookings.core import wording
from bookings.core.scheduling.statuses import Status
from bookings.models import Account, Appointment, Clinic, Method, Payment, Therapist
from bookings.models.money.payments import charged_for
from bookings.queries.scheduling.cutoffs import moved_late_at

AS_IN_WHAT_IS_CORRECTED = ("method", "waives", "therapist", "what", "currency")


class TooMuch(Refused):
    sentence = gettext_lazy("That is more than there is left to pay.")


@changes_the_diary
def pay(
    clinic: Clinic,
    appointment: Appointment,
    *,
    method: Method,
    amount: Decimal,
    reason: str = "",
    key: str,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Payment:
    """Note what was paid, or waived for a reason; the same form sent again returns the first.

    `key` is the form's, and says so of this visit alone. Raises TooMuch beyond what is left to
    pay, and Stale when the page was out of date.
    """
    kind = "waived" if method == Method.WAIVED else "paid"
    key = f"{kind}:{appointment.pk}:{key}"
    if first := appointment.payments.filter(key=key).first():
        return _still_as(first, method, amount, reason)
    appointment = _fresh(appointment)
    refuse_if_changed(clinic, appointment, seen)
    left = Account.of(appointment).left
    if amount > left:
        rest = wording.price(max(left, Decimal(0)), clinic.currency)
        raise TooMuch(_("Only {amount} is left to pay.").format(amount=rest))
    facts = {"amount": amount, "reason": reason, "key": key, "by": by}
    return _write(clinic, appointment, kind, method=method, now=now, **facts)


def _still_as(first: Payment, method: Method, amount: Decimal, reason: str) -> Payment:
    """What the form noted when it was sent first; Refused where that is not what it says now."""
    if hasattr(first, "corrected_by"):
        raise Refused(
            _(
                "That was noted once and has been taken back since. Nothing was noted now: "
                "please send it from the page as it is today."
            )
        )
    if (first.method, first.amount, first.reason) != (method, amount, reason):
        raise Refused(
            _(
                "That page has noted {amount}, {method} before. Nothing was noted now: please "
                "send it from the page as it is today."
            ).format(
                amount=wording.price(first.amount, first.currency),
                method=first.get_method_display().lower(),
            )
        )
    return first


@changes_the_diary
def take_back(
    clinic: Clinic,
    payment: Payment,
    *,
    reason: str,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Payment:
    """Correct a row by one of the opposite amount; taking back again returns the first."""
    if again := Payment.objects.filter(corrects=payment).first():
        return again
    payment = Payment.objects.select_related("therapist").get(pk=payment.pk)
    if payment.corrects_id is not None:
        raise Refused(_("A correction is not taken back; note the payment anew."))
    appointment = _fresh(payment.appointment)
    refuse_if_changed(clinic, appointment, seen)
    return _write(
        clinic,
        appointment,
        "taken back",
        amount=-payment.amount,
        corrects=payment,
        reason=reason,
        key=f"correction:{payment.pk}",
        by=by,
        now=now,
        **{name: getattr(payment, name) for name in AS_IN_WHAT_IS_CORRECTED},
    )


@changes_the_diary
def set_price(
    clinic: Clinic,
    appointment: Appointment,
    price: Decimal,
    *,
    seen: int | None = None,
    by: str,
    now: datetime,
) -> Appointment:
    """Agree on another price; the same again changes nothing."""
    appointment = _fresh(appointment)
    if appointment.price == price:
        return appointment
    refuse_if_changed(clinic, appointment, seen)
    facts = {"from": appointment.price, "to": price}
    Appointment.objects.filter(pk=appointment.pk).update(price=price)
    appointment.record("priced", by=by, now=now, facts=facts)
    return _fresh(appointment)


def charge_for_cancelling_late(
    clinic: Clinic, appointment: Appointment, *, by: str, now: datetime
) -> None:
    """In the caller's transaction: the clinic's fee for a visit given back too late."""
    amount = clinic.fee_for_cancelling_late(appointment.price)
    rule = f"Cancelled less than {clinic.cancel_cutoff_hours} hours before"
    if moved_late_at(appointment, clinic):
        rule = _("Moved when it was too late to cancel, and cancelled")
    _charge(appointment, amount, clinic.currency, rule, by=by, now=now)


def charge_for_not_coming(
    clinic: Clinic, appointment: Appointment, *, by: str, now: datetime
) -> None:
    """In the caller's transaction: the clinic's fee for a visit that nobody came to."""
    amount = clinic.fee_for_not_coming(appointment.price)
    _charge(appointment, amount, clinic.currency, "Did not come", by=by, now=now)


def take_fees_back(appointment: Appointment, *, by: str, now: datetime) -> None:
    """In the caller's transaction: what was charged for something that turned out not so."""
    for currency in set(appointment.fees.values_list("currency", flat=True)):
        fees = appointment.fees.filter(currency=currency)
        if charged := sum(fee.amount for fee in fees):
            appointment.fees.create(
                amount=-charged, currency=currency, rule="Taken back", at=now, by=by
            )
            appointment.record("fee taken back", by=by, now=now, facts={"amount": charged})


def _charge(
    appointment: Appointment,
    amount: Decimal,
    currency: str,
    rule: str,
    *,
    by: str,
    now: datetime,
) -> None:
    if amount:
        appointment.fees.create(amount=amount, currency=currency, rule=rule, at=now, by=by)
        appointment.record("fee", by=by, now=now, facts={"amount": amount, "reason": rule})


def _write(
    clinic: Clinic, appointment: Appointment, kind: str, *, method: str, now: datetime, **facts: Any
) -> Payment:
    """The row, and the event of this `kind`."""
    therapist = facts.get("therapist", appointment.therapist)
    defaults = {
        **on_a_receipt(appointment, clinic, therapist),
        "number": None if method == Method.WAIVED else Payment.objects.next_number(),
        "waives": charged_for(appointment.status) if method == Method.WAIVED else "",
    }
    payment = Payment.objects.create(
        appointment=appointment, method=method, at=now, **{**defaults, **facts}
    )
    _record(appointment, kind, payment)
    return payment


def on_a_receipt(appointment: Appointment, clinic: Clinic, therapist: Therapist) -> dict[str, Any]:
    """What stands on it for ever, whatever becomes of the clinic, the visit and the names."""
    day = dates.day(appointment.starts_at, clinic.tz)
    year = appointment.starts_at.astimezone(clinic.tz).year
    return {
        "therapist": therapist,
        "what": f"{appointment.treatment}, {day} {year}{_kind_of_charge(appointment)}",
        "client_name": appointment.whose.name,
        "therapist_name": therapist.name,
        "issuer": "\n".join(filter(None, [clinic.name, clinic.address, clinic.phone])),
        "tax_note": clinic.tax_note,
        "currency": clinic.currency,
    }


def _kind_of_charge(appointment: Appointment) -> str:
    fees = {Status.CANCELLED: ", late cancellation", Status.NO_SHOW: ", missed"}
    return fees.get(Status(appointment.status), "")


def _record(appointment: Appointment, kind: str, payment: Payment) -> None:
    facts = {
        "amount": abs(payment.amount),
        "method": payment.method,
        "reason": payment.reason,
        "payment": payment.pk,
    }
    appointment.record(kind, by=payment.by, now=payment.at, facts=facts)


def _fresh(appointment: Appointment) -> Appointment:
    return Appointment.objects.visits().with_everything().get(pk=appointment.pk)
