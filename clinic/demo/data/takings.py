"""What the demo's visits were paid, and what is charged for those that did not take place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from bookings.actions.money.payments import on_a_receipt
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, AppointmentEvent, Clinic, Fee, Method, Payment
from bookings.models.money.payments import charged_for
from clinic.demo.data.history import DESK, cancelled_at, is_late

AFTERWARDS = timedelta(minutes=3)
METHODS = {Method.CARD: 0.72, Method.CASH: 0.17, Method.TRANSFER: 0.07, Method.WAIVED: 0.04}
OF_FEES = {Method.CARD: 0.5, Method.WAIVED: 0.5}
OPEN = 0.06  # of the visits, so many are still to be paid
WHY_WAIVED = "We began late (demo)."
WHY_FORGIVEN = "The train did not run, and they rang us (demo)."


def make_takings(
    visits: Iterable[Appointment], clinic: Clinic, now: datetime, chance: Random
) -> None:
    """Fees, payments with receipts that have no gaps, and the events that tell of both."""
    fees = [fee for visit in visits if (fee := _fee(visit, clinic, now))]
    owed = [(visit.ends_at + AFTERWARDS, visit, METHODS) for visit in visits if _took_place(visit)]
    owed += [(fee.at + AFTERWARDS, fee.appointment, OF_FEES) for fee in fees]
    settled = [due for due in owed if due[0] <= now and chance.random() > OPEN]
    amounts = {fee.appointment_id: fee.amount for fee in fees}
    payments = list(_payments(sorted(settled, key=_in_order), amounts, clinic, chance))
    Fee.objects.bulk_create(fees)
    Payment.objects.bulk_create(payments)
    AppointmentEvent.objects.bulk_create([*map(_charged, fees), *map(_told, payments)])


def _took_place(visit: Appointment) -> bool:
    return visit.status == Status.COMPLETED


def _in_order(due: tuple[datetime, Appointment, dict]) -> tuple[datetime, int]:
    return due[0], due[1].pk


def _fee(visit: Appointment, clinic: Clinic, now: datetime) -> Fee | None:
    if visit.status == Status.NO_SHOW:
        amount, rule, at = clinic.fee_for_not_coming(visit.price), "Did not come", visit.ends_at
    elif visit.status == Status.CANCELLED and is_late(visit, now):
        amount = clinic.fee_for_cancelling_late(visit.price)
        rule = f"Cancelled less than {clinic.cancel_cutoff_hours} hours before"
        at = cancelled_at(visit, now)
    else:
        return None
    return Fee(
        appointment=visit, amount=amount, currency=clinic.currency, rule=rule, at=at, by=DESK
    )


def _payments(
    settled: Sequence[tuple[datetime, Appointment, dict]],
    fees: Mapping[int, Decimal],
    clinic: Clinic,
    chance: Random,
) -> Iterator[Payment]:
    number = 0
    for at, visit, methods in settled:
        (method,) = chance.choices(list(methods), list(methods.values()))
        waived = method == Method.WAIVED
        number += not waived
        yield Payment(
            appointment=visit,
            **on_a_receipt(visit, clinic, visit.therapist),
            method=method,
            amount=fees.get(visit.pk, visit.price),
            number=None if waived else number,
            waives=charged_for(visit.status) if waived else "",
            reason=_why(methods) if waived else "",
            key=f"demo {visit.pk}",
            at=at,
            by=DESK,
        )


def _why(methods: dict) -> str:
    return WHY_FORGIVEN if methods is OF_FEES else WHY_WAIVED


def _charged(fee: Fee) -> AppointmentEvent:
    facts = {"amount": str(fee.amount), "reason": fee.rule}
    return AppointmentEvent(
        appointment=fee.appointment, kind="fee", at=fee.at, by=fee.by, facts=facts
    )


def _told(payment: Payment) -> AppointmentEvent:
    kind = "waived" if payment.method == Method.WAIVED else "paid"
    facts = {
        "amount": str(payment.amount),
        "method": payment.method,
        "reason": payment.reason,
        "payment": payment.pk,
    }
    return AppointmentEvent(
        appointment=payment.appointment, kind=kind, at=payment.at, by=payment.by, facts=facts
    )
