"""Rooms as the owner keeps them, and what fits in each."""

import pytest

from bookings.models import Room, Treatment
from tests import factories
from tests.office.conftest import filled

NEW = "/office/rooms/new/"


@pytest.fixture
def page(room) -> str:
    return f"/office/rooms/{room.pk}/"


def rooms_of(treatment) -> set[str]:
    return set(treatment.rooms.values_list("name", flat=True))


def test_a_new_room_takes_what_fits_anywhere(send, massage):
    answer = send(NEW, name="  Garden   room ")
    assert answer["Location"] == "/office/rooms/"
    assert Room.objects.filter(name="Garden room", active=True).exists()
    assert rooms_of(massage) == set()


def test_what_fits_anywhere_and_not_here_names_the_other_rooms(send, page, massage):
    factories.make_room("Garden room")
    factories.make_room("Room 2")
    send(page, treatments=[])
    assert rooms_of(massage) == {"Garden room", "Room 2"}
    send(page, treatments=[massage.pk])
    assert rooms_of(massage) == {"Garden room", "Room 1", "Room 2"}


def test_what_fits_nowhere_else_cannot_be_taken_away(send, page, massage, room):
    for chosen in ([], [room]):
        massage.rooms.set(chosen)
        answer = send(page, treatments=[])
        assert answer.status_code == 422
        assert "No other room is there for" in answer.text
        assert rooms_of(massage) == {one.name for one in chosen}
    factories.make_room("Garden room")
    assert send(page, treatments=[]).status_code == 422


def test_a_room_that_goes_out_of_use_asks_about_its_visits_first(office, send, page, booked, room):
    assert "1 appointment to come is booked in it." in office.get(page).text
    asked = send(page, active=None)
    assert asked.status_code == 409
    assert "1 appointment is booked that could not stay where it is." in asked.text
    assert Room.objects.get().active
    sent = {**filled(asked.context["form"]), "accepted": asked.context["impact"].digest}
    assert office.post(page, sent).status_code == 302
    assert not Room.objects.get().active


def test_taking_a_treatment_out_of_a_room_asks_about_its_visits_first(send, page, booked, massage):
    factories.make_room("Garden room")
    assert send(page, treatments=[]).status_code == 409
    assert rooms_of(massage) == set()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "GARDEN room"])
def test_a_name_that_cannot_be_is_refused_beside_it(send, page, name):
    factories.make_room("Garden room")
    answer = send(page, name=name)
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_what_a_treatment_was_given_meanwhile_is_not_taken_away(office, send, page, massage, room):
    opened = office.get(page)
    massage.rooms.set([room])
    send(page, opened, name="Blue")
    assert rooms_of(massage) == {"Blue"}


def test_saving_what_is_unchanged_says_so(office, send, page, massage):
    send(page)
    assert "Nothing was different" in office.get("/office/rooms/").text


def test_thirty_rooms_ask_no_more_than_one(
    office, massage, django_assert_num_queries, django_assert_max_num_queries
):
    url = "/office/rooms/"
    office.get(url)
    with django_assert_max_num_queries(25) as seen:
        office.get(url)
    for _ in range(29):
        Treatment.objects.get().rooms.add(factories.make_room())
    with django_assert_num_queries(len(seen)):
        assert office.get(url).text.count('<th scope="row">') == 30


def test_a_room_in_which_nothing_fits_says_so_when_it_is_saved(office, send, massage):
    massage.rooms.add(factories.make_room("Elsewhere"))
    send("/office/rooms/new/", name="Empty")
    said = office.get("/office/rooms/").text
    assert "Empty is saved. No treatment fits in it yet" in said
