"""Whose file it is, what its columns hold, and what is never taken in."""

import pytest

from bookings.core.records.fields import Field, OtherSystem, Refusal, guessed, refusal_of, source_of
from bookings.core.records.people import Broken, Wrong, person_of, values_of
from tests.lists import SHAPES


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: f"{one.source}-{one.name}")
def test_each_systems_columns_are_known_by_their_names(shape):
    assert source_of(shape.names) is shape.source
    found = guessed(shape.names, shape.source)
    assert {shape.names[column]: field for column, field in found.items()} == shape.mapping


def test_health_age_consent_and_free_text_are_refused_by_name():
    refused = {
        "Medical alerts": Refusal.HEALTH, "Date of Birth": Refusal.AGE, "DOB": Refusal.AGE,
        "Accepts marketing": Refusal.CONSENT, "Appointment notes": Refusal.TEXT,
        "Injuries": Refusal.HEALTH, "wants_nudges": Refusal.CONSENT, "Age": Refusal.AGE,
        "health_hold": Refusal.HEALTH, "desk_notes": Refusal.TEXT, "Memo": Refusal.TEXT,
    }  # fmt: skip
    assert {name: refusal_of(name) for name in refused} == refused
    elsewhere = ("Paid?", "Blocked for no-shows", "Deposit", "Account credit", "No-shows")
    assert all(refusal_of(one) in (Refusal.MONEY, Refusal.BARRED) for one in elsewhere)
    taken = (
        "Name",
        "Blocked",
        "No show",
        "Email address",
        "Practitioner",
        "Language",
        "Page",
        "Appointment type",
    )
    assert not any(map(refusal_of, taken))
    assert guessed(["Name", "Notes"], OtherSystem.OTHER) == {0: Field.NAME}
    of_clients = ["Name", "State", "Staff Member", "Patient mobile phone"]
    assert guessed(of_clients, OtherSystem.JANE) == {0: Field.NAME, 3: Field.PHONE}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({Field.EMAIL: "a@example.com"}, Wrong.NO_NAME),
        ({Field.NAME: "07700 900123"}, Wrong.NO_NAME),
        ({Field.NAME: "=HYPERLINK(1)"}, Wrong.FORMULA),
        ({Field.NAME: "@SUM(A1)"}, Wrong.FORMULA),
        ({Field.NAME: "＝cmd"}, Wrong.FORMULA),
        ({Field.NAME: "＠SUM(A1)"}, Wrong.FORMULA),
        ({Field.NAME: "A" * 201}, Wrong.LONG_NAME),
        ({Field.NAME: "A" + "\u0301" * 40}, Wrong.PILED_MARKS),
        ({Field.NAME: "Ana", Field.GONE: "2026-01-01"}, Wrong.GONE),
    ],
)
def test_a_row_that_is_nobody_says_why(values, wrong):
    with pytest.raises(Broken) as refused:
        person_of(values)
    assert refused.value.wrong is wrong


def test_the_first_filled_number_counts_and_any_mark_that_says_more_than_no():
    mapping = {0: Field.PHONE, 1: Field.PHONE, 2: Field.STATUS, 3: Field.STATUS}
    cells = ["", "07700 900123", "false", "2026-11-01"]
    assert values_of(cells, mapping) == {
        Field.PHONE: "07700 900123",
        Field.STATUS: "2026-11-01",
    }
