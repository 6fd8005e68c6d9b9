"""The home page, the terms, and what every page has in common."""

import pytest

from bookings.queries.training import protocol
from bookings.runner.home import TOLD
from tests import factories

# What no trial has shown, in the words that a page might slip into.
NOT_SHOWN = ("prevent", "performance", "speed", "heal", "lactic", "toxin", "cure", "scar tissue")


@pytest.fixture
def home(client, massage):
    return lambda: client.get("/").content.decode()


def test_treatments_stand_with_their_length_and_price(home, massage):
    page = home()
    assert "Sports massage" in page
    assert "60 minutes" in page
    assert "£60" in page
    assert f'href="/book/{massage.slug}/"' in page


def test_what_cannot_be_booked_online_is_not_offered(home, massage):
    factories.make_treatment("Ringing only", online=False)
    factories.make_treatment("Long gone", active=False)
    page = home()
    assert "Ringing only" not in page
    assert "Long gone" not in page


def test_each_phase_names_the_treatments_that_suit_it(home, massage):
    massage.session_kinds = ["pre_race_flush"]
    massage.save()
    page = home()
    assert all(protocol.default().phases[phase].name in page for phase in TOLD)
    assert "Treatments that suit: Race week" in page
    assert "Treatments that suit: Base" not in page


def test_the_clinic_says_nothing_that_trials_have_not_shown(home):
    page = home().lower()
    assert [claim for claim in NOT_SHOWN if claim in page] == []


def test_a_therapist_who_has_left_is_not_shown(home, kim):
    factories.make_therapist("Left Demo", active=False)
    assert "Kim Demo" in home()
    assert "Left Demo" not in home()


def test_more_treatments_and_therapists_cost_no_more_queries(
    client, massage, django_assert_num_queries
):
    with django_assert_num_queries(4):
        client.get("/")
    for _ in range(7):
        factories.make_treatment(therapists=[factories.make_therapist()])
    with django_assert_num_queries(4):
        client.get("/")


def test_the_terms_say_until_when_one_may_change_ones_mind(client, clinic):
    clinic.move_cutoff_hours = 36
    clinic.save()
    page = client.get("/terms/").content.decode()
    assert "Please come five minutes early" in page
    assert "36 hours" in page


def test_an_unknown_address_is_answered_in_the_clinics_own_words(client, clinic):
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert clinic.phone in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/terms/", "/book/sports-massage/"])
def test_no_page_carries_script_or_style_of_its_own(client, massage, path):
    page = client.get(path).content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "onclick" not in page
