"""E-mail addresses by IDNA 2008."""

import pytest

from bookings.core.clients.addresses import (
    BadAddress,
    ascii_address,
    compared,
    has_invisible_letters,
    kept_address,
    perhaps_meant,
)


@pytest.mark.parametrize(
    ("typed", "mailed_to", "kept"),
    [
        ("ana@example.com", "ana@example.com", "ana@example.com"),
        ("Ana.O+x@EXAMPLE.com", "Ana.O+x@example.com", "Ana.O+x@example.com"),
        ("ana@faß.example", "ana@xn--fa-hia.example", "ana@faß.example"),  # not fass.example
        ("ana@FAẞ.example", "ana@xn--fa-hia.example", "ana@faß.example"),
        ("ana@xn--fa-hia.example", "ana@xn--fa-hia.example", "ana@faß.example"),
        ("ana@βόλος.example", "ana@xn--nxasmm1c.example", "ana@βόλος.example"),
        ("ana@Bücher.example", "ana@xn--bcher-kva.example", "ana@bücher.example"),
        ("ana@ｅｘａｍｐｌｅ.com", "ana@example.com", "ana@example.com"),
        ("ana@例え.example", "ana@xn--r8jz45g.example", "ana@例え.example"),
    ],
)
def test_one_spelling_for_the_wire_and_one_for_people(typed, mailed_to, kept):
    assert ascii_address(typed) == mailed_to
    assert kept_address(typed) == kept
    assert compared(typed) == compared(kept) == compared(mailed_to)


def test_two_domains_that_look_related_are_two():
    assert compared("ana@faß.example") != compared("ana@fass.example")


@pytest.mark.parametrize(
    "letter", "\u00ad\u200b\u200d\u200e\u202e\u2066\u2069\u2060\ufeff\u3164\ufe0f\u00a0\u061c\x00"
)
@pytest.mark.parametrize("where", ["an{}a@example.com", "ana@exam{}ple.com", "{}ana@example.com"])
def test_letters_that_nobody_sees_are_noticed_wherever_they_are(letter, where):
    address = where.format(letter)
    assert has_invisible_letters(address)
    with pytest.raises(BadAddress):
        ascii_address(f"a{address}")


@pytest.mark.parametrize(
    "typed",
    [
        "", "ana", "ana@", "@example.com", "änä@example.com", "ana@-a.example", "ana@a..b",
        '"ana"@example.com', r"a\na@example.com", r'"a\na"@example.com',
    ],
)  # fmt: skip
def test_what_no_mail_can_go_to_is_refused(typed):
    with pytest.raises(BadAddress):
        ascii_address(typed)
    assert compared(typed) == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ana@gmial.con", "ana@gmail.com"),
        ("ana@gmail.co", "ana@gmail.com"),
        ("Ana.Demo+runs@hotmial.com", "ana.demo+runs@hotmail.com"),
        ("ana@yahoo.co.ukk", "ana@yahoo.co.uk"),
        ("ana@iclod.com", "ana@icloud.com"),
        ("ana@outlok.com", "ana@outlook.com"),
        ("ana@exmaple.com", "ana@example.com"),
        ("ana@exampel.com", "ana@example.com"),
    ],
)
def test_a_slip_in_a_well_known_domain_is_guessed(typed, meant):
    assert perhaps_meant(typed) == meant


OF_THEIR_OWN = (
    "gmail.com example.com example.org nhs.net ucl.ac.uk gmail.de hotmail.fr mail.com ymail.com "
    "zoho.com hey.com new.example.com uk.yahoo.com tuta.io pm.me me.com "
    "gmx.at qq.com faß.example rocketmail.com aol.co.uk"
)


@pytest.mark.parametrize("domain", OF_THEIR_OWN.split())
def test_a_domain_of_its_own_is_nobodys_misspelling(domain):
    assert perhaps_meant(f"ana@{domain}") == ""
