"""Finding a client by part of a name, an address or a number."""

import re
import unicodedata

import pytest

from bookings.actions.clients import identity
from bookings.core.clients.search_text import ONE_FOR_ONE, SPELT, folded
from bookings.links import digest_of
from bookings.models import Client
from bookings.queries.clients.search import Found, find
from clinic.demo.data.people import FIRST
from tests.clock import NOW
from tests.factories import make_client

# Letters of Europe's scripts, marks, dashes, spaces, digits of every script, and what the folding
# itself names: five at a time, with a letter before and behind.
ODD = [
    *map(chr, range(0xA1, 0x530)),
    *map(chr, range(0x1E00, 0x2000)),
    *(one for one in map(chr, range(0x2000, 0xFFFE)) if unicodedata.category(one) in "Cf Pd Nd Zs"),
    *ONE_FOR_ONE,
    *SPELT,
]
CHARACTERS = [f"a{''.join(ODD[n : n + 5])}z" for n in range(0, len(ODD), 5)]


@pytest.fixture
def zoe(db):
    return make_client("Zoë Łucasdóttir", email="z.l@example.com", phone="+44 (0)7700 900123")


@pytest.mark.parametrize(
    "typed",
    ["zoe", "ZOË", "luca", "dottir zo", "z.l@", "07700 900123", "+447700900123", "900123", "00 12"],
)
def test_a_part_is_enough(zoe, typed):
    make_client("Bo Demo", email="", phone="020 7946 0000")
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


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("jo li", ["Jo Li", "Jo Lindqvist", "Li Jones", "Jo Collins 0"]),
        ("li", ["Li Jones", "Jo Li", "Jo Lindqvist", "Jo Collins 0"]),
        ("jo lindqvist", ["Jo Lindqvist"]),
    ],
)
def test_beginnings_of_names_come_before_what_only_holds_it(db, typed, order):
    for number in range(9):
        make_client(f"Jo Collins {number}", email="")  # more than are shown, and earlier by name
    for name in ("Jo Li", "Jo Lindqvist", "Li Jones"):
        make_client(name, email="")
    assert [one.name for one in find(typed).clients][: len(order)] == order


def test_the_database_folds_as_the_core_does(db):
    names = [*FIRST, "STRAUẞ", "Straße", "İpek", "ÆØÅ", "ΑΛΕΞΗΣ", "Đặng", "ﬁ", "Ǆ", *CHARACTERS]
    Client.objects.bulk_create(Client(name=name, phone=name[:40]) for name in names)
    for client in Client.objects.all():
        digits = re.sub("[^0-9]", "", folded(client.phone))
        assert client.findable == f"{folded(client.name)}  {digits}", ascii(client.name)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Siobhán O’Brien", "o'brien"),
        ("Siobhan O'Brien", "O’Brien"),
        ("Ann Smith\u2011Jones", "smith-jones"),
        ("Ａｎａ Ｄｅｍｏ", "ana demo"),
        ("Þóra Guðrúnardóttir", "thora gudrun"),
        ("Thora Demo", "Þóra"),
        ("עדי כהן", "כהן"),
    ],
)
def test_a_name_is_found_however_it_is_typed(db, name, typed):
    client = make_client(name, phone="٠٧٧٠٠ ٩٠٠١٢٣")
    assert find(typed) == Found([client])
    assert find("07700 900123") == find("０７７００ ９００１２３") == Found([client])


def proved(client):
    """By the link that was mailed to them."""
    return identity.prove(client, mailed_to=digest_of(client.email), by="runner", now=NOW)


def test_two_spellings_of_a_name_at_two_spellings_of_an_address_join(clinic):
    known = make_client("Siobhán O’Brien", email="s@faß.example")
    assert known.proved_at
    other = make_client("Siobhan O'Brien", email="S@faß.EXAMPLE", proved_at=None)
    assert proved(other) == known


def test_another_domain_that_python_would_make_the_same_does_not_join(clinic):
    known = make_client("Ana Demo", email="ana@faß.example")
    other = make_client("Ana Demo", email="ana@fass.example", proved_at=None)
    assert proved(other) == other != known
