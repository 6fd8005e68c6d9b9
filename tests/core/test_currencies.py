"""Money that there is, and that a price can be kept in."""

from datetime import date
from decimal import Decimal

import pytest

from bookings.core import wording
from bookings.core.currencies import IN_THOUSANDTHS, WITHOUT_HUNDREDTHS, in_use

TODAY = date(2026, 12, 2)


@pytest.mark.parametrize("code", ["GBP", "EUR", "USD", "CHF", "JPY", "CLP", "KWD", "AUD", "XOF"])
def test_what_is_paid_with_somewhere_is_in_use(code):
    assert code in in_use(TODAY)


@pytest.mark.parametrize("code", ["DEM", "FRF", "XAU", "XXX", "GBX", "gbp", "", "EURO", "HRK"])
def test_what_is_not_is_none(code):
    assert code not in in_use(TODAY)


def test_digits_are_said_only_of_currencies_there_are():
    units_of_account = {"UYI"}
    assert (WITHOUT_HUNDREDTHS | IN_THOUSANDTHS) - units_of_account <= in_use(TODAY)
    assert not WITHOUT_HUNDREDTHS & IN_THOUSANDTHS


@pytest.mark.parametrize("code", sorted(WITHOUT_HUNDREDTHS))
def test_a_price_without_hundredths_is_written_without(code):
    assert wording.price(Decimal("7200.00"), code) == f"7200 {code}"
    assert wording.smallest_amount(code) == "1"
