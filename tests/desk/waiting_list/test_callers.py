"""From a call about a full day to the list, with all that has been said."""

import re
from html import unescape

import pytest

from bookings.models import Client, WaitlistEntry
from tests import factories
from tests.page_forms import forms_of

NEW, FIND = "/diary/new/", "/desk/waiting-list/find/"


@pytest.fixture
def call(desk, massage, kim, room, at):
    """The page on which somebody asks for the evening of a day that is full."""
    factories.make_treatment("First visit", therapists=[kim], rooms=[room], position=0)
    for hour in range(9, 17):
        factories.make_appointment(
            starts_at=at(3, hour), treatment=massage, therapist=kim, room=room
        )
    when = f"{at(3, 16):%d.%m.} 16:00"

    def said(who: str) -> str:
        asked = {"who": who, "treatment": massage.pk, "therapist": kim.pk, "when": when}
        return desk.get(NEW, asked).text

    return said


def the_way(page: str) -> str:
    [url] = re.findall(r'href="([^"]+)"[^>]*>Put them on the waiting list', page)
    return unescape(url)


def sent(desk, url: str) -> dict:
    [form] = [one for one in forms_of(desk.get(url).text) if "notice_hours" in one.sent]
    return form.sent


def test_a_known_callers_wish_goes_along(desk, call, massage, kim, at):
    client = factories.make_client("Ana Known")
    url = the_way(call("Ana Known"))
    desk.post(url, sent(desk, url))
    entry = WaitlistEntry.objects.get()
    day = at(3, 16).date()
    assert (entry.client, entry.treatment, entry.therapist) == (client, massage, kim)
    assert (entry.first_day, entry.last_day, entry.parts) == (day, day, [1])


def test_a_new_callers_name_and_number_go_along_and_two_presses_are_one(desk, call, kim):
    url = the_way(call("Neo O’Brien 07700 900456"))
    form = sent(desk, url)
    refused = desk.post(url, {**form, "phone": "", "email": ""})
    assert refused.status_code == 422
    assert "Please give a phone number or an e-mail address." in refused.text
    for _ in range(2):
        desk.post(url, form)
    client = Client.objects.get(name="Neo O’Brien")
    assert client.phone == "07700 900456"
    assert client.waits_for.get().therapist == kim


def test_where_it_is_open_who_calls_the_search_keeps_the_wish(desk, call, massage, at):
    for number in range(2):
        factories.make_client(f"Ana Twin {number}", phone=f"07700 90012{number}")
    found = desk.get(the_way(call("Ana Twin"))).text
    [url] = re.findall(r'href="([^"]+)"[^>]*><bdi>Ana Twin 1', found)
    form = sent(desk, unescape(url))
    assert (form["treatment"], form["first_day"]) == (massage.slug, f"{at(3, 16):%Y-%m-%d}")


def test_the_form_begins_with_what_they_had_last(desk, massage, kim, room, at):
    factories.make_treatment("First visit", therapists=[kim], rooms=[room], position=0)
    client = factories.make_client("Ana Known")
    factories.make_appointment(
        starts_at=at(-7, 10), treatment=massage, therapist=kim, room=room, client=client
    )
    assert FIND in desk.get("/desk/waiting-list/").text
    found = desk.get(FIND, {"who": "Ana Known"}).text
    [url] = set(re.findall(rf'href="(/desk/clients/{client.pk}/wait/[^"]*)"', found))
    assert sent(desk, url)["treatment"] == massage.slug
    assert "Nobody is found." in desk.get(FIND, {"who": "Nemo"}).text


def test_who_is_booked_what_they_wait_for_is_off_the_list_at_once(desk, massage, kim, room, at):
    day = at(3, 10).date()
    entry = factories.make_entry(
        factories.make_client("Ana Waits"), treatment=massage, first_day=day, last_day=day
    )
    asked = {
        "client": entry.client_id,
        "treatment": massage.pk,
        "when": f"{at(3, 10):%d.%m.} 10:00",
    }
    [form] = [one for one in forms_of(desk.get(NEW, asked).text) if "when_shown" in one.sent]
    desk.post(NEW, form.sent)
    entry.refresh_from_db()
    assert entry.client.appointments.count() == 1
    assert not entry.is_waiting
