"""All prices raised from a day on, as the owner sees and keeps them."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.models import Clinic, Treatment
from bookings.queries.office.price_rise import PriceRise
from tests import factories

pytestmark = pytest.mark.fixed_clock("2026-12-01T09:00")
PAGE = "/office/prices/"
FROM = "2027-01-01"
RISE = {"first": FROM, "how_much": "5", "by": "percent", "step": "1"}


@pytest.fixture(autouse=True)
def half_an_hour(massage):
    return factories.make_treatment("Half an hour", minutes=30, price=Decimal("38.50"))


def to_come() -> dict[str, tuple]:
    rows = Treatment.objects.order_by("name")
    return {one.name: (one.price, one.next_price, one.next_price_from) for one in rows}


def test_prices_are_shown_old_beside_new_before_any_is_kept(office, massage):
    before = to_come()
    shown = office.post(PAGE, RISE)
    assert [(one.treatment.name, one.new) for one in shown.context["prices"]] == [
        ("Half an hour", 40),
        ("Sports massage", 63),
    ]
    assert to_come() == before
    kept = office.post(PAGE, {**RISE, "keep": shown.context["digest"]})
    assert kept["Location"] == reverse("office:treatments")
    assert to_come() == {
        "Half an hour": (Decimal("38.50"), 40, date(2027, 1, 1)),
        "Sports massage": (60, 63, date(2027, 1, 1)),
    }
    assert "2 treatments have a new price from" in office.get(kept["Location"]).text


@pytest.mark.parametrize(
    ("price", "rise", "new"),
    [
        ("60", {"percent": "5", "step": "0.01"}, "63.00"),
        ("62.50", {"percent": "3", "step": "0.50"}, "64.50"),
        ("62.50", {"amount": "4", "step": "1"}, "67"),
        ("62.50", {"percent": "1", "step": "5"}, "65"),
        ("62", {"percent": "1", "step": "5"}, "65"),
        ("61", {"percent": "1", "step": "5"}, "61"),
        ("0", {"amount": "4", "step": "1"}, "0"),
    ],
)
def test_a_price_is_rounded_and_never_falls(price, rise, new):
    asked = {name: Decimal(value) for name, value in rise.items()}
    assert PriceRise(first=date(2027, 1, 1), **asked).of(Decimal(price)) == Decimal(new)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first": ""}, "first"),
        ({"first": "2026-12-01"}, "first"),
        ({"first": "2027-02-29"}, "first"),
        ({"how_much": ""}, "how_much"),
        ({"how_much": "0"}, "how_much"),
        ({"how_much": "-3"}, "how_much"),
        ({"how_much": "101"}, "how_much"),
        ({"how_much": "1e2"}, "how_much"),
        ({"how_much": "0.5", "step": "5"}, "how_much"),
        ({"by": "luck"}, "by"),
        ({"step": "7"}, "step"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(office, massage, typed, field):
    before = to_come()
    Treatment.objects.filter(name="Half an hour").update(price=61)
    Treatment.objects.filter(name="Sports massage").update(price=61)
    answer = office.post(PAGE, {**RISE, **typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not answer.context["prices"]
    assert [one[1:] for one in to_come().values()] == [one[1:] for one in before.values()]


def test_a_new_price_that_is_to_come_already_stays(office, massage):
    Treatment.objects.filter(pk=massage.pk).update(next_price=70, next_price_from="2027-03-01")
    shown = office.post(PAGE, RISE)
    assert "has a new price already, which stays" in shown.text
    office.post(PAGE, {**RISE, "keep": shown.context["digest"]})
    assert to_come()["Sports massage"] == (60, 70, date(2027, 3, 1))
    assert to_come()["Half an hour"][1] == 40


def test_prices_that_have_changed_since_they_were_shown_are_shown_again(office, massage):
    shown = office.post(PAGE, RISE)
    Treatment.objects.filter(pk=massage.pk).update(price=80)
    answer = office.post(PAGE, {**RISE, "keep": shown.context["digest"]})
    assert answer.status_code == 409
    assert "Prices have changed meanwhile" in answer.text
    assert to_come()["Sports massage"] == (80, None, None)
    assert office.post(PAGE, {**RISE, "keep": answer.context["digest"]}).status_code == 302


def test_what_is_booked_keeps_its_price_and_a_money_without_small_coins_has_none(office, booked):
    Clinic.objects.update(currency="JPY")
    typed = {**RISE, "by": "amount", "how_much": "0.5", "step": "100"}
    assert office.post(PAGE, typed).status_code == 422
    shown = office.post(PAGE, {**typed, "how_much": "500"})
    office.post(PAGE, {**typed, "how_much": "500", "keep": shown.context["digest"]})
    booked.refresh_from_db()
    assert booked.price == 60
    assert to_come()["Sports massage"][1] == 600


def test_thirty_prices_ask_no_more_questions_than_two(
    office, massage, django_assert_num_queries, django_assert_max_num_queries
):
    office.post(PAGE, RISE)
    with django_assert_max_num_queries(25) as seen:
        office.post(PAGE, RISE)
    for number in range(28):
        factories.make_treatment(f"No {number}", minutes=30, price=30 + number)
    with django_assert_num_queries(len(seen)):
        assert len(office.post(PAGE, RISE).context["prices"]) == 30


def test_only_the_owner_raises_prices(desks, massage):
    assert desks.get(PAGE).status_code == 403
    assert desks.post(PAGE, RISE).status_code == 403
