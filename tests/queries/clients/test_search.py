"""Finding a client by part of a name, an address or a number."""

import pytest

from bookings.core.clients.search_text import folded
from bookings.models import Client
from bookings.queries.clients.search import Found, find
from clinic.demo.data.people import FIRST
from tests.factories import make_client


@pytest.fixture
def zoe(db):
    return make_client("Zoë Łucasdóttir", email="z.l@example.com", phone="+44 (0)7700 900123")


@pytest.mark.parametrize(
    "typed",
    ["zoe", "ZOË", "luca", "dottir zo", "z.l@", "07700 900123", "+447700900123", "900123", "00 12"],
)
def test_a_part_is_enough(zoe, typed):
    make_client("Bo Demo", phone="020 7946 0000")
    assert find(typed) == Found([zoe])


@pytest.mark.parametrize("typed", ["zoe demo", "90012399", "%", "_", "\\", "'; --"])
def test_all_that_is_typed_must_be_found(zoe, typed):
    assert not find(typed).clients


def test_a_slip_of_the_finger_still_finds_the_name(zoe):
    make_client("Bo Demo")
    assert find("lucasdotir") == Found([zoe], is_alike=True)


def test_whose_name_begins_like_that_comes_first(db):
    for name in ("Bo Ana", "Suzana Demo", "Ana Demo"):
        make_client(name, email="")
    assert find("ana").clients[0].name == "Ana Demo"


def test_the_database_folds_as_the_core_does(db):
    names = [*FIRST, "STRAUẞ", "Straße", "İpek", "ÆØÅ", "ΑΛΕΞΗΣ", "Đặng", "ﬁ", "Ǆ"]
    Client.objects.bulk_create(Client(name=name) for name in names)
    for client in Client.objects.all():
        assert client.findable.strip() == folded(client.name)
