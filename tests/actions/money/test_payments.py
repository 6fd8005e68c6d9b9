"""Payments, corrections, receipts without gaps, and the fees of the clinic's rule."""

from datetime import timedelta
from decimal import Decimal
from secrets import token_hex

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.actions.money import payments
from bookings.actions.money.payments import TooMuch
from bookings.actions.optimistic_lock import last_event
from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling import attendance, cancellation
from bookings.core.scheduling.statuses import Status
from bookings.models import Account, Client, Clinic, Fee, Method, Payment, Therapist
from tests.factories import NOW, make_absence

DESK = "desk: demo@example.com"


@pytest.fixture
def visit(book):
    return book()


@pytest.fixture
def pay(visit):
    """Pays the whole price in cash unless the test says otherwise."""

    def _pay(amount="60", method=Method.CASH, **data):
        data = {"key": token_hex(16), "by": DESK, "now": NOW, **data}
        return payments.pay(visit, method=method, amount=Decimal(amount), **data)

    return _pay


@pytest.fixture
def fees(clinic):
    """Half the price for cancelling late, forty pounds for not coming."""
    Clinic.objects.update(
        late_cancellation_fee=50, no_show_fee=40, no_show_fee_is="amount", cancel_cutoff_hours=12
    )


def charged(visit):
    visit.refresh_from_db()
    return Account.of(visit).due


def test_what_is_paid_leaves_the_rest_to_pay(visit, pay):
    pay("25.50")
    pay("10", Method.CARD)
    account = Account.of(visit)
    assert (account.due, account.paid, account.left) == (
        Decimal(60),
        Decimal("35.50"),
        Decimal("24.50"),
    )
    assert [event.kind for event in visit.events.all()][-2:] == ["paid", "paid"]


def test_nobody_pays_more_than_is_left(pay):
    pay("50")
    with pytest.raises(TooMuch, match="Only £10 is left"):
        pay("10.01")


def test_the_same_form_sent_twice_pays_once(pay):
    assert pay(key="k" * 16) == pay(key="k" * 16)
    assert Payment.objects.count() == 1


def test_a_key_counts_for_its_own_visit_and_for_nothing_else(visit, pay, book, start):
    """Neither another visit's payment nor a correction is taken for what the form has sent."""
    other = book(start=start + timedelta(hours=2), email="lea@example.com", name="Lea Demo")
    key = token_hex(16)
    theirs = payments.pay(other, method=Method.CASH, amount=Decimal(60), key=key, by=DESK, now=NOW)
    ours = pay("20", key=key)
    assert (ours.appointment, ours.amount) == (visit, 20)
    forged = pay("10", key=f"correction of {theirs.pk}")
    back = payments.take_back(theirs, reason="Wrong", by=DESK, now=NOW)
    assert back.corrects == theirs
    assert back != forged
    assert Account.of(other).left == 60


@pytest.mark.parametrize(
    "other", [{"amount": "30"}, {"method": Method.CARD}, {"reason": "Another"}]
)
def test_the_same_key_with_other_facts_is_refused(visit, pay, other):
    key = token_hex(16)
    pay("20", key=key)
    with pytest.raises(Refused, match="£20, cash before"):
        pay(**{"amount": "20", "key": key, **other})
    assert Payment.objects.count() == 1


def test_a_form_sent_again_after_it_was_taken_back_says_that_nothing_is_noted(visit, pay):
    key = token_hex(16)
    first = pay("20", key=key)
    payments.take_back(first, reason="By card", by=DESK, now=NOW)
    with pytest.raises(Refused, match="has been taken back since"):
        pay("20", key=key)
    assert Account.of(visit).left == 60


def test_a_mistake_is_taken_back_by_a_further_row_with_a_number_of_its_own(visit, pay):
    wrong = pay()
    for _ in range(2):
        back = payments.take_back(wrong, reason="It was by card.", by=DESK, now=NOW)
    assert (back.amount, back.number, back.corrects) == (Decimal(-60), 2, wrong)
    assert Account.of(visit).left == 60
    assert Payment.objects.count() == 2
    with pytest.raises(Refused):
        payments.take_back(back, reason="No, it was not.", by=DESK, now=NOW)


def test_receipts_count_without_gaps_also_over_refusals_and_waivers(pay):
    first = pay("10")
    with pytest.raises(TooMuch):
        pay("600")
    waived = pay("5", Method.WAIVED, reason="A voucher.")
    second = pay("10")
    assert (first.number, waived.number, second.number) == (1, None, 2)


@pytest.mark.parametrize("change", [{"amount": 1}, {"method": "card"}, {"by": "x"}])
def test_a_row_of_money_never_changes(pay, change):
    payment = pay()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**change)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        payment.delete()


def test_plain_sql_cannot_change_a_fee(visit, fees):
    attendance.mark(visit, Status.NO_SHOW, by=DESK, now=visit.ends_at)
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM bookings_fee")


def test_waiving_says_why(pay):
    with pytest.raises(IntegrityError):
        pay("60", Method.WAIVED)


def test_another_price_is_agreed_and_remembered(visit):
    payments.set_price(visit, Decimal("45.50"), by=DESK, now=NOW)
    assert charged(visit) == Decimal("45.50")
    assert visit.events.last().facts == {"from": "60.00", "to": "45.50"}


def test_a_page_that_is_out_of_date_takes_no_money_and_says_what_happened(visit, pay):
    seen = last_event(visit)
    pay("20", seen=seen)
    with pytest.raises(Stale, match=r"Paid £20, cash.*desk: demo@example.com"):
        pay("20", seen=seen)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(("hours", "due"), [(13, 0), (12, 30), (1, 30)])
def test_a_client_who_cancels_inside_the_cut_off_owes_the_clinics_fee(visit, fees, hours, due):
    at = visit.starts_at - timedelta(hours=hours)
    cancellation.cancel(visit, charging=True, by=DESK, now=at)
    assert charged(visit) == due


def test_who_thinks_again_just_after_booking_owes_no_fee(visit, fees, clinic):
    Clinic.objects.update(undo_minutes=30)
    visit.booked_at = visit.starts_at - timedelta(hours=1)
    visit.save()
    cancellation.cancel(visit, charging=True, by=DESK, now=visit.booked_at + timedelta(minutes=29))
    assert charged(visit) == 0


def test_a_visit_that_cannot_stand_costs_nothing_however_late(visit, fees):
    make_absence(visit.starts_at, visit.ends_at, visit.therapist)
    cancellation.cancel(visit, charging=True, by=DESK, now=visit.starts_at - timedelta(hours=1))
    assert charged(visit) == 0


def test_what_the_clinic_cancels_costs_nothing(visit, fees):
    cancellation.cancel(visit, by=DESK, now=visit.starts_at - timedelta(hours=1))
    assert charged(visit) == 0


def test_not_coming_is_charged_and_taken_back_with_the_mark(visit, fees):
    at = visit.ends_at
    attendance.mark(visit, Status.NO_SHOW, by=DESK, now=at)
    assert charged(visit) == 40
    attendance.undo(visit, by=DESK, now=at)
    assert charged(visit) == 60
    attendance.mark(visit, Status.NO_SHOW, by=DESK, now=at)
    assert charged(visit) == 40
    assert [fee.amount for fee in Fee.objects.all()] == [40, -40, 40]


def test_a_fee_is_never_more_than_the_price(visit, fees):
    Clinic.objects.update(no_show_fee=500)
    attendance.mark(visit, Status.NO_SHOW, by=DESK, now=visit.ends_at)
    assert charged(visit) == 60


def test_a_clinic_without_a_rule_charges_nothing(visit):
    attendance.mark(visit, Status.NO_SHOW, by=DESK, now=visit.ends_at)
    assert charged(visit) == 0
    assert not Fee.objects.exists()


def test_a_fee_is_waived_for_a_reason(visit, fees, pay):
    attendance.mark(visit, Status.NO_SHOW, by=DESK, now=visit.ends_at)
    pay("40", Method.WAIVED, reason="Was in hospital.")
    visit.refresh_from_db()
    assert Account.of(visit).left == 0


def test_a_receipt_stays_as_it_was_whatever_is_renamed_or_moves(visit, pay):
    Clinic.objects.update(tax_note="VAT number GB 123 4567 89")
    paid = pay("20")
    Clinic.objects.update(name="Another", address="Elsewhere", phone="+44 1", tax_note="None")
    Client.objects.filter(pk=visit.client_id).update(name="Ana Married")
    Therapist.objects.filter(pk=visit.therapist_id).update(name="Kim Married")
    paid.refresh_from_db()
    assert (paid.client_name, paid.therapist_name) == (visit.client.name, visit.therapist.name)
    assert paid.issuer == "Taper Clinic\n1 Tow Path\nLondon N1 1AA\n+44 20 7946 0000"
    assert paid.tax_note == "VAT number GB 123 4567 89"
    correction = payments.take_back(paid, reason="Wrong", by=DESK, now=NOW)
    assert (correction.client_name, correction.tax_note) == ("Ana Married", "None")
