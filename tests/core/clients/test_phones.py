"""What can be a phone number."""

import pytest

from bookings.core.clients.phones import is_a_phone, is_too_short, kept_phone


@pytest.mark.parametrize(
    "typed", ["12", "+44 1", "12345", "(0) 1 - 2", "1 x23", "x123456", "12x34567"]
)
def test_a_number_of_few_digits_is_a_slip(typed):
    assert is_a_phone(typed)
    assert is_too_short(typed)
    assert kept_phone(typed) == ""


@pytest.mark.parametrize("typed", ["123456", "01-23-45", "020 7946 0000", "+44 (0)20 7946 x1"])
def test_six_are_enough_for_a_small_town(typed):
    assert is_a_phone(typed)
    assert not is_too_short(typed)
