"""Words for prices and names."""

from decimal import Decimal

import pytest

from bookings.core import wording


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [("60", "GBP", "£60"), ("62.5", "EUR", "€62.50"), ("60", "CHF", "60 CHF"), ("0", "GBP", "£0")],
)
def test_a_price_has_pence_only_when_it_needs_them(amount, currency, words):
    assert wording.price(Decimal(amount), currency) == words


@pytest.mark.parametrize("text", ["a\r\nb", "a\x00b", "a\u2028b", "a \t  b", " a\nb\n"])
def test_one_line_has_no_break_and_no_control_character(text):
    assert wording.one_line(text) == "a b"


def test_one_line_is_cut_with_an_ellipsis():
    assert wording.one_line("x" * 300, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize("name", ["Ana", "Ngũgĩ wa Thiong’o", "Dr. Demo", "李娜", "J.-P. Demo"])
def test_a_name_is_greeted(name):
    assert wording.name_to_greet(name) == name


@pytest.mark.parametrize("name", ["shop.example", "a@b", "http://x", "Call 0900", "x" * 61])
def test_what_may_be_an_advertisement_is_not(name):
    assert wording.name_to_greet(name) == ""


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("020 7946 0000", "02079460000"),
        ("+44 20 7946 0000", "+442079460000"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 (0)20 7946 0000", "00442079460000"),
        ("(020) 7946 0000", "02079460000"),
        ("(0)20 7946 0000", "02079460000"),
        ("020 7946 0000 ext. 12", "02079460000;ext=12"),
        ("020 7946 0000 x12", "02079460000;ext=12"),
        ("020 7946 0000 #12", "02079460000;ext=12"),
        ("٠٢٠ ٧٩٤٦ ٠٠٠٠", "02079460000"),
        ("０２０ ７９４６ ００００", "02079460000"),
        ("＋44 20 7946 0000", "+442079460000"),
        ("", ""),
    ],
)
def test_a_number_is_dialled_as_it_is_meant(written, dialled):
    assert wording.dialled(written) == dialled
