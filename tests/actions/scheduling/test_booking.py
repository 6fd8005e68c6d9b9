"""A hold, or a free start, that becomes an appointment."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions import diary_lock
from bookings.actions.clients import legal
from bookings.actions.refusals import NotBookable, SlotTaken
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail, MailKind
from tests.factories import NOW, make_client, make_therapist, make_week

MINUTE = timedelta(minutes=1)


def test_booking_turns_the_hold_into_an_appointment(hold, book):
    held = hold()
    booked = book()
    assert booked.pk == held.pk
    assert (booked.status, booked.client.name) == (Status.BOOKED, "Ana Demo")


def test_while_a_newcomer_is_booked_the_lock_is_held_for_so_many_statements(book, monkeypatch):
    """Everybody else who books waits meanwhile; whoever adds one says so here."""
    lock, asked = diary_lock._lock, CaptureQueriesContext(connection)

    def counted():
        clinic = lock()
        asked.__enter__()
        return clinic

    legal.agree(make_client(), how="booking", now=NOW)  # writes the terms down
    monkeypatch.setattr(diary_lock, "_lock", counted)
    book(visitor="")
    asked.__exit__(None, None, None)
    kinds = [" ".join(one["sql"].split()[:3]) for one in asked.captured_queries]
    assert len([kind for kind in kinds if "SAVEPOINT" not in kind]) == 4, kinds


def test_a_start_can_be_booked_without_a_hold(book, start, massage):
    booked = book()
    assert (booked.starts_at, booked.minutes) == (start, 60)
    assert booked.blocked_until == start + 75 * MINUTE
    assert booked.price == massage.price


def test_the_event_and_the_mail_are_written_with_it(book):
    booked = book()
    assert [(event.kind, event.by) for event in booked.events.all()] == [("booked", "runner")]
    mail = Mail.objects.get(kind=MailKind.CONFIRMED)
    assert (mail.kind, mail.appointment, mail.client) == (
        MailKind.CONFIRMED,
        booked,
        booked.client,
    )


def test_the_client_is_provisional_and_has_agreed_to_the_terms(book):
    client = book(phone="+44 1").client
    assert client.is_provisional
    assert (client.email, client.phone, client.terms_agreed_at) == ("ana@example.com", "+44 1", NOW)


def test_the_same_form_sent_twice_books_once(book):
    first = book(key="k" * 32)
    again = book(key="k" * 32)
    assert again == first
    assert Appointment.objects.visits().count() == Client.objects.count() == 1
    assert Mail.objects.filter(kind=MailKind.CONFIRMED).count() == first.events.count() == 1


def test_a_late_booking_is_kept_while_nobody_took_the_hold_over(hold, book):
    held = hold()
    assert book(now=NOW + 11 * MINUTE).pk == held.pk


def test_a_hold_that_was_tidied_away_is_taken_anew_if_still_free(hold, book):
    held = hold()
    Appointment.objects.update(status=Status.EXPIRED)
    booked = book(now=NOW + 11 * MINUTE)
    assert booked.pk != held.pk
    assert booked.starts_at == held.starts_at


def test_a_hold_that_somebody_took_over_is_refused_with_the_nearest(hold, book, refusal):
    hold(visitor="ana")
    hold(visitor="bo", now=NOW + 10 * MINUTE)
    refused = refusal(SlotTaken, book, visitor="ana", now=NOW + 11 * MINUTE)
    assert len(refused.nearest) == 3
    assert not Client.objects.exists()


def test_a_visitors_hold_cannot_be_booked_by_another(hold, book, refusal):
    hold(visitor="ana")
    refusal(SlotTaken, book, visitor="bo")


def test_somebody_without_a_visitor_id_takes_nobodys_hold(hold, book, refusal):
    hold(visitor="ana")
    refusal(SlotTaken, book, visitor="")


def test_booking_another_start_lets_the_hold_go(hold, book, start):
    hold()
    book(start=start + timedelta(hours=3))
    assert not Appointment.objects.filter(status=Status.HELD).exists()


def test_one_room_is_not_given_to_two_therapists(book, massage, room, refusal):
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    book()
    refusal(SlotTaken, book, visitor="bo", therapist=lee)


def test_any_therapist_fills_every_therapist_before_it_refuses(book, massage, room, refusal):
    for name in ("Lee Demo", "Max Demo"):
        therapist = make_therapist(name)
        make_week(therapist)
        massage.therapists.add(therapist)
    massage.rooms.model.objects.bulk_create([massage.rooms.model(name=n) for n in "BC"])
    people = [f"{n}@example.com" for n in range(3)]
    taken = {book(visitor=one, email=one).therapist.name for one in people}
    assert taken == {"Kim Demo", "Lee Demo", "Max Demo"}
    refusal(SlotTaken, book, visitor="x")


def test_a_start_in_the_past_is_refused_whatever_was_held(hold, book, start, refusal):
    hold()
    refusal(NotBookable, book, now=start + MINUTE)


@pytest.mark.parametrize("name", ["Ана Демо", "O’Demo-Ñandú", "名前 デモ", "a" * 200, "🏃 Demo"])
def test_a_name_in_any_script_is_kept_as_it_is(book, name):
    assert book(name=name).client.name == name


def test_booking_with_a_known_address_makes_a_client_of_its_own(book, start):
    known = Client.objects.create(name="Ana Known", email="ana@example.com", proved_at=NOW)
    booked = book(name="Ana Known", phone="changed")
    known.refresh_from_db()
    assert booked.client != known
    assert known.phone == ""
