"""New passwords are held against those that others have."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from bookings.models import User

COMMON = [
    "password12345",
    "passwordpassword",
    "qwertyuiop[]",
    "liverpool2026",
    "football1234",
    "iloveyou1234",
    "P@ssw0rd1234",
    "123456789012",
    "abcdefghijkl",
    "clinicclinic1",
    "sportsmassage",
]


@pytest.mark.parametrize("password", COMMON)
def test_a_password_that_others_have_is_refused_with_what_to_do_instead(password):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password)
    assert "Four words that have nothing to do" in " ".join(refusal.value.messages)


@pytest.mark.parametrize("password", ["dee.owner1234", "DeeOwnerDeeOwner", "towpathyard12"])
def test_a_password_made_of_who_one_is_is_refused(password):
    dee = User(email="dee.owner@towpathyard.example", name="Dee Owner")
    with pytest.raises(ValidationError):
        validate_password(password, dee)


@pytest.mark.parametrize(
    "password",
    ["a-long-enough-phrase", "correct horse battery", "x7!kQ2mm-Pq0", "ääääx9!Kqw2z"],
)
def test_others_are_taken(password):
    validate_password(password)


def test_a_very_long_one_is_looked_at_in_no_time_and_may_be_taken():
    validate_password("the river runs early " * 200)
