"""One box finds people, their appointments and receipts."""

from decimal import Decimal

import pytest

from bookings.actions.money import payments
from bookings.core.scheduling.statuses import Status
from bookings.models import Method
from tests.factories import NOW, make_appointment, make_client

URL = "/desk/search/"


@pytest.fixture
def ana_was_here(at, massage, kim, room):
    client = make_client("Ana Demo", phone="+44 7700 900123")
    placed = {"treatment": massage, "therapist": kim, "room": room, "client": client}
    past = make_appointment(starts_at=at(-1, 10), status=Status.COMPLETED, **placed)
    make_appointment(starts_at=at(1, 10), **placed)
    payments.pay(past, method=Method.CASH, amount=Decimal(20), key="k" * 16, by="desk: 1", now=NOW)
    return client


def test_a_name_finds_the_person_and_their_appointments(desk, ana_was_here):
    page = desk.get(URL, {"q": "ana d"}).text
    assert f"/desk/clients/{ana_was_here.pk}/" in page
    assert "Appointments to come" in page
    assert "Earlier" in page


@pytest.mark.parametrize("typed", ["+44 7700 900123", "07700 900123", "07700900123"])
def test_an_exact_number_finds_whose_it_is_first(desk, ana_was_here, typed):
    make_client("Aaron Demo", phone="+44 7700 900124")
    assert [one.name for one in desk.get(URL, {"q": typed}).context["people"].clients] == [
        "Ana Demo"
    ]


def test_beginnings_of_names_come_before_the_rest(desk, clinic):
    make_client("Mariana Demo")
    make_client("Ana Demo")
    found = desk.get(URL, {"q": "ana"}).context["people"].clients
    assert [one.name for one in found] == ["Ana Demo", "Mariana Demo"]


@pytest.mark.parametrize("typed", ["1", "receipt 1", "Receipt 1"])
def test_a_number_finds_the_receipt(desk, ana_was_here, typed):
    assert "/diary/receipts/1/" in desk.get(URL, {"q": typed}).text


def test_a_day_leads_to_its_diary(desk, clinic):
    assert "/diary/2026-12-24/" in desk.get(URL, {"q": "2026-12-24"}).text


@pytest.mark.parametrize("typed", ["", " ", "zz\0", "9" * 60, "receipt", "²", "x" * 500])
def test_what_finds_nothing_is_no_error(desk, clinic, typed):
    assert desk.get(URL, {"q": typed}).status_code == 200


def test_many_cost_as_much_as_one(
    desk, clinic, ana_was_here, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16) as seen:
        desk.get(URL, {"q": "ana"})
    for number in range(20):
        make_client(f"Ana {number}")
    with django_assert_num_queries(len(seen)):
        desk.get(URL, {"q": "ana"})
