"""What is typed to find a client, or to describe a new one."""

import pytest

from bookings.core.clients.search_text import (
    LONGEST_SEARCH,
    MOST_TERMS,
    Typed,
    bounded,
    folded,
    person_in,
    same_name,
    terms,
    words_sought,
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Zoë", "zoe"),
        ("Łucja", "lucja"),
        ("SØREN", "soren"),
        ("Strauß", "strauss"),
        ("Αλέξης", "αλεξησ"),
        ("Nguyễn", "nguyen"),
        ("İpek", "ipek"),
    ],
)
def test_accents_and_capitals_do_not_matter(typed, plain):
    assert folded(typed) == plain


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", []),
        ("  Ana   Demo ", ["ana", "demo"]),
        ("ana@Example.com", ["ana@example.com"]),
        ("07700 900123", ["700900123"]),
        ("+44 7700 900123", ["700900123"]),
        ("(0)7700-900 123", ["700900123"]),
        ("900123", ["900123"]),
        ("020", ["20"]),
        ("Ana 07700 900", ["ana", "7700900"]),
        ("client42@example.com", ["client42@example.com"]),
        ("00", []),
    ],
)
def test_a_phone_number_is_its_digits_and_the_rest_are_words(typed, wanted):
    assert terms(typed) == wanted


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("Ana Demo", Typed("Ana Demo")),
        ("Ana Demo 07700 900123", Typed("Ana Demo", phone="07700 900123")),
        ("Ana Demo, ana@example.com", Typed("Ana Demo", email="ana@example.com")),
        ("07700 900123 Ana", Typed("Ana", phone="07700 900123")),
        ("Ana a@b.cd 07700900123", Typed("Ana", "a@b.cd", "07700900123")),
        ("Ana Demo 2", Typed("Ana Demo 2")),
        ("Ana Demo 12345", Typed("Ana Demo 12345")),
        ("Ana Demo 123 456", Typed("Ana Demo", phone="123 456")),
        ("", Typed()),
    ],
)
def test_a_new_person_is_read_out_of_one_line(typed, person):
    assert person_in(typed) == person


def test_somebody_without_address_and_number_cannot_be_reached():
    assert not person_in("Ana Demo").can_be_reached
    assert person_in("Ana Demo 07700 900123").can_be_reached


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O’Brien", "O'Brien"),
        ("Oʼbrien", "o`BRIEN"),
        ("Smith\u2011Jones", "Smith-Jones"),
        ("Smith–Jones", "smith−jones"),
        ("Ａｎａ", "Ana"),
        ("Þóra Guðrún", "Thora Gudrun"),
        ("Ana\u00a0 Demo", "Ana Demo"),
        ("A\u200bna\u202e", "Ana"),
        ("Ana ٢", "Ana 2"),
        ("ＳＴＲＡẞＥ", "strasse"),
    ],
)
def test_two_ways_to_type_a_name_are_one_name(one, other):
    assert same_name(one, other)


def test_two_names_are_two():
    assert not same_name("Ana Demo", "Anna Demo")
    assert not same_name("Smith Jones", "Smith-Jones")


@pytest.mark.parametrize(
    "typed", ["٠٧٧٠٠ ٩٠٠١٢٣", "０７７００９００１２３", "۰۷۷۰۰۹۰۰۱۲۳", "०७७००९००१२३"]
)
def test_a_number_in_other_digits_is_the_same_number(typed):
    assert terms(typed) == ["700900123"]


@pytest.mark.parametrize("typed", ["\ufdfa" * 200, "\ufdfa " * 200, "a " * 200, "a" * 900])
def test_a_search_is_short_however_long_its_letters_turn_out(typed):
    words = words_sought(typed)
    assert 0 < len(words) <= MOST_TERMS
    assert len(folded(bounded(typed))) <= 2 * LONGEST_SEARCH
    assert words_sought("Zoë  Łuc") == ["zoe", "luc"]
