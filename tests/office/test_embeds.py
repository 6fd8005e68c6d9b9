"""Which web sites may show the free times: one is named at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Clinic
from tests.office.conftest import say_who_it_is

PAGE = "/office/embed/"
CLUB = "https://club.example.org:8443"


@pytest.fixture(autouse=True)
def known(office, clinic):
    say_who_it_is(office)


def test_a_site_is_added_shown_with_what_to_copy_and_removed(office, massage):
    assert "None may yet." in office.get(PAGE).text
    for typed in ("HTTPS://www.Example.com/", CLUB):
        assert office.post(PAGE, {"origin": typed})["Location"] == PAGE
    assert Clinic.objects.the().framed_by == ["https://www.example.com", CLUB]
    page = office.get(PAGE).text
    assert "&lt;iframe src=" in page
    assert "/embed/" in page
    office.post(PAGE, {"remove": "https://www.example.com"})
    assert Clinic.objects.the().framed_by == [CLUB]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Please give the address"),
        ("https://x.example:99999", "is not the address of a web site"),
        ("https://x.example:65536", "is not the address of a web site"),
        ("https://x.example:0", "is not the address of a web site"),
        ("http://example.com", "is not the address of a web site"),
        ("ftp://example.com/", "is not the address of a web site"),
        ("runclub", "is not the address of a web site"),
        ("https://kim@example.com/", "is not the address of a web site"),
        ("https://[x", "is not the address of a web site"),
        ("javascript:alert(1)", "is not the address of a web site"),
        ("https://*.example.com", "is not the address of a web site"),
        ("https://a.example https://b.example", "one web site at a time"),
        (CLUB, "may show the free times already"),
        ("https://" + "a" * 300 + ".example", "at most 200 characters"),
    ],
)
def test_what_is_no_single_site_is_refused_beside_the_field(office, clinic, typed, why):
    Clinic.objects.update(embed_origins=CLUB)
    answer = office.post(PAGE, {"origin": typed})
    assert answer.status_code == 422
    assert why in " ".join(answer.context["form"].errors["origin"])
    assert Clinic.objects.the().embed_origins == CLUB


def test_the_last_port_there_is_may_be_named(office):
    office.post(PAGE, {"origin": "https://x.example:65535"})
    assert Clinic.objects.the().framed_by == ["https://x.example:65535"]


def test_who_may_frame_the_pages_is_asked_about_again(office, clock):
    clock.move_to(timezone.now() + timedelta(minutes=20))
    assert "reauthenticate" in office.post(PAGE, {"origin": CLUB})["Location"]
    assert Clinic.objects.the().embed_origins == ""


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("www.runclub.example", "https://www.runclub.example"),
        ("WWW.runclub.example/training?week=2#top", "https://www.runclub.example"),
        (" https://runclub.example/a/page/ ", "https://runclub.example"),
        ("runclub.example:8443/page", "https://runclub.example:8443"),
    ],
)
def test_a_name_or_a_pages_address_is_taken_and_what_was_made_of_it_is_said(office, typed, origin):
    assert office.post(PAGE, {"origin": typed})["Location"] == PAGE
    assert Clinic.objects.the().framed_by == [origin]
    said = office.get(PAGE).context["messages"]
    [message] = [str(one) for one in said]
    assert message.startswith(f"{origin} may show the free times. That is the web site of")
    assert typed.strip() in message
