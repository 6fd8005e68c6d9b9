"""Of the time that a browser keeps: how its page says so, and what it says once it does not."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser

from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment
from tests import factories
from tests.page_fixtures import its_address
from tests.runner.scheduling.test_booking import hidden


def test_a_browser_without_scripts_is_led_to_an_address_that_can_be_loaded_anew(
    client, choose, start
):
    """Back to the answer of a POST shows nothing but the browser's error."""
    answer = choose(start, without_scripts="on")
    assert answer.status_code == 302
    page = client.get(answer.url)
    assert "We are keeping this time for you" in page.text
    assert hidden(page, "start") == start.isoformat()


@pytest.mark.parametrize("page", ["/", "/book/sports-massage/?day={day}"])
def test_every_form_that_holds_a_time_says_whether_there_are_scripts(client, choose, page, start):
    """As does the page on which one chooses again."""
    pages = [client.get(page.format(day=start.date())).text, choose(start.replace(hour=3)).text]
    for text in pages:
        forms = re.findall(r'<form action="/book/[^"]*/hold/".*?</form>', text, re.DOTALL)
        assert forms
        assert all('<noscript><input type="hidden" name="without_scripts"' in one for one in forms)


def test_a_page_that_counts_can_ask_whether_its_time_is_still_kept(client, choose, start):
    page = choose(start)
    [holds] = re.findall(r'data-holds="([^"]*)"', page.text)
    assert client.get("/held/").json() == {"held": [holds]}
    choose(start + timedelta(hours=2))
    assert holds not in client.get("/held/").json()["held"]
    assert Browser().get("/held/").json() == {"held": []}


def test_what_was_typed_wrong_is_there_when_its_page_is_loaded_anew(
    client, choose, send_details, start
):
    choose(start)
    refused = send_details(email="no address", name="Zoë Łuc", phone="07700 900123")
    assert refused.status_code == 422
    page = client.get(its_address(refused))
    assert "We are keeping this time for you" in page.text
    typed = {name: page.context["form"][name].value() for name in ("name", "email", "phone")}
    assert typed == {"name": "Zoë Łuc", "email": "no address", "phone": "07700 900123"}


def test_a_link_to_the_details_of_a_time_that_has_gone_says_so_at_once(client, choose, start, kim):
    address = its_address(choose(start, therapist=kim.slug))
    Appointment.objects.update(status=Status.EXPIRED)
    assert client.get(address).status_code == 200
    Browser().post("/book/sports-massage/hold/", {"start": start.isoformat(), "therapist": ""})
    gone = client.get(address)
    assert gone.status_code == 409
    assert "That time has just been taken" in gone.text
    assert gone.context["nearest"]
    assert f"?day={start.date()}" in gone.text


def test_a_mistyped_address_is_corrected_though_somebody_waits_for_that_day(
    client, choose, send_details, massage, start
):
    """It is the same person's time: nobody on the list is asked about it first."""
    factories.make_entry(treatment=massage)
    choose(start)
    page = send_details(email="anna@example.com").url
    form = client.get(f"{page}address/")
    typed = {"key": hidden(form, "key"), "name": "Ana Demo", "email": "ana@example.com"}
    client.post(f"{page}address/", typed)
    booked = Appointment.objects.get(status=Status.BOOKED)
    assert (booked.starts_at, booked.whose.email) == (start, "ana@example.com")
