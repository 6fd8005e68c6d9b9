"""What is owed follows from what holds now, never from the order in which it came about."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from secrets import token_hex
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.actions.money import payments
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import attendance, cancellation, undoing
from bookings.core.scheduling.statuses import Status
from bookings.models import Account, Appointment, Clinic, Method
from bookings.queries.money.takings import takings_of

DESK = "desk: 1"
PRICE, FEE, LATE_FEE = Decimal(38), Decimal(25), Decimal(19)
STEPS = ["no show", "undo mark", "arrived", "cancel", "undo cancel", "pay", "waive", "take back"]


@pytest.fixture
def visit(book):
    visit = book()
    Appointment.objects.filter(pk=visit.pk).update(price=PRICE)
    Clinic.objects.update(
        no_show_fee=FEE,
        no_show_fee_is="amount",
        late_cancellation_fee=LATE_FEE,
        late_cancellation_fee_is="amount",
        cancel_cutoff_hours=12,
    )
    visit.refresh_from_db()
    return visit


def do(step, visit, amount):
    """One press at the desk, just after the visit; what is refused changes nothing."""
    facts = {"by": DESK, "now": visit.starts_at + timedelta(minutes=1)}
    if step == "undo mark":
        attendance.undo(visit, **facts)
    elif step in ("no show", "arrived"):
        attendance.mark(visit, Status(step.replace(" ", "_")), **facts)
    elif step == "cancel":
        cancellation.cancel(visit, charging=True, **facts)
    elif step == "undo cancel":
        undoing.undo(visit, revision=visit.revision, **facts)
    elif step == "take back":
        if last := visit.payments.filter(corrects=None).last():
            payments.take_back(last, reason="Wrong", **facts)
    else:
        method = Method.WAIVED if step == "waive" else Method.CARD
        money = {"amount": amount, "reason": "So", "key": token_hex(16)}
        payments.pay(visit, method=method, **money, **facts)


def owed(visit):
    """By the rule alone: what is due then, less money, less what was waived of that."""
    due = {Status.NO_SHOW: FEE, Status.CANCELLED: LATE_FEE}.get(visit.status, PRICE)
    live = [one for one in visit.payments.filter(corrects=None) if not hasattr(one, "corrected_by")]
    of_now = visit.status if visit.status in (Status.NO_SHOW, Status.CANCELLED) else ""
    counted = [one for one in live if one.method != Method.WAIVED or one.waives == of_now]
    return due - sum(one.amount for one in counted)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 38)), max_size=12))
def test_what_is_owed_is_what_holds_now_whatever_came_before(visit, steps):
    with transaction.atomic():
        for step, amount in steps:
            fresh = Appointment.objects.with_everything().get(pk=visit.pk)
            try:
                with transaction.atomic():
                    do(step, fresh, Decimal(amount))
            except Refused:
                continue
        fresh = Appointment.objects.with_everything().get(pk=visit.pk)
        left = Account.of(fresh).left
        assert left == owed(fresh)
        clinic = Clinic.objects.the()
        unpaid: Sequence[Any] = takings_of(clinic, clinic.day_of(fresh.starts_at)).unpaid
        assert [one.left for one in unpaid] == (
            [left] if left > 0 and fresh.status != Status.BOOKED else []
        )
        transaction.set_rollback(True)


def test_a_waived_fee_that_is_taken_back_is_no_discount_and_comes_back_with_the_fee(visit):
    for step in ("no show", "waive", "undo mark"):
        visit = Appointment.objects.with_everything().get(pk=visit.pk)
        do(step, visit, FEE)
    visit.refresh_from_db()
    assert Account.of(visit).left == PRICE
    do("no show", visit, FEE)
    visit.refresh_from_db()
    assert Account.of(visit).left == 0


def test_a_waived_price_is_no_credit_against_a_fee(visit):
    for step in ("waive", "no show"):
        do(step, visit, PRICE)
        visit.refresh_from_db()
    assert Account.of(visit).left == FEE
