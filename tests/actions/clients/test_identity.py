"""Who a client turns out to be, once the mailed link has been answered."""

from datetime import timedelta

import pytest

from bookings.actions.clients import identity
from bookings.actions.training import training_feedback
from bookings.core.training import Kind
from bookings.links import digest_of
from bookings.models import Appointment, Client, Mail
from tests.clock import TODAY
from tests.factories import NOW, make_client, make_room, make_therapist, make_week


@pytest.fixture
def ana(clinic):
    """Without a login."""
    return make_client("Ana Demo", email="ana@example.com", phone="1")


def prove(client):
    return identity.prove(client, mailed_to=digest_of(client.email), by="runner", now=NOW)


def test_a_new_address_becomes_known(book):
    client = prove(book().client)
    assert not client.is_provisional
    assert client.same_address_as is None


def test_the_same_address_and_name_join_the_known_client(book, ana):
    booked = book(name="  ana   DEMO ", email="Ana@Example.com", phone="2")
    assert prove(booked.client) == ana
    booked.refresh_from_db()
    ana.refresh_from_db()
    assert (booked.client, ana.phone) == (ana, "1")
    assert {mail.client for mail in Mail.objects.all()} == {ana}
    assert Client.objects.count() == 1


def test_what_was_typed_is_kept_in_the_history(book, ana):
    booked = book(phone="2")
    prove(booked.client)
    assert booked.events.get(kind="joined").facts == {"name": "Ana Demo", "phone": "2"}


def test_the_same_address_with_another_name_stays_a_client_of_its_own(book, ana):
    partner = prove(book(name="Bo Demo").client)
    assert partner != ana
    assert partner.same_address_as == ana
    assert not partner.is_provisional


def test_an_unproved_client_at_the_address_is_joined_by_nobody(book):
    make_client("Ana Demo", email="ana@example.com", proved_at=None)
    book()
    later = NOW.replace(hour=14, minute=0, second=0) + timedelta(days=2)
    assert prove(book(start=later, visitor="another phone").client)
    assert Client.objects.count() == 3


def test_two_bookings_of_one_new_person_become_one_client(book, start):
    first, second = book().client, book(start=start + timedelta(hours=3)).client
    assert prove(second) == prove(second)
    assert prove(first) == second


def test_answering_for_one_browsers_booking_settles_no_other_browsers(book, start):
    mine, later = book(), start + timedelta(hours=3)
    others = book(name="Bo Demo", start=later, visitor="a stranger's")
    prove(mine.client)
    assert list(Appointment.objects.awaiting_proof()) == [others]


def test_answering_for_one_booking_settles_what_was_booked_in_its_browser(book, start):
    mine, family = book(), book(name="Bo Demo", start=start + timedelta(hours=3))
    prove(mine.client)
    family.refresh_from_db()
    assert family.prove_by is None


def test_nobody_is_put_in_two_places_at_once(book, ana, massage):
    prove(book().client)
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    massage.rooms.add(make_room("Room 2"))
    twin = book(visitor="another phone").client
    assert prove(twin) == twin
    twin.refresh_from_db()
    assert twin.same_address_as == ana


def test_proving_again_changes_nothing(book):
    client = prove(book().client)
    mailed_to, later = digest_of(client.email), NOW + timedelta(days=1)
    again = identity.prove(client, mailed_to=mailed_to, by="runner", now=later)
    assert again.proved_at == NOW


def test_what_a_newcomer_told_of_their_training_goes_along(book, ana):
    booked = book(name="Ana Demo", email="ana@example.com")
    newcomer, day = booked.client, TODAY
    training_feedback.log_effort(newcomer, day, today=day)
    training_feedback.decline(newcomer, Kind.TRAINING, day)
    training_feedback.decline(ana, Kind.TRAINING, day)
    assert prove(newcomer) == ana
    assert ana.hard_efforts.get().day == day
    assert ana.declined_sessions.count() == 1
