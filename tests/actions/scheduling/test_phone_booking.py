"""Booking at the desk for whoever is on the phone."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from bookings.actions.clients.details import NewClient
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import AgainstTheRules, ClientBusy, NotBookable, SlotTaken
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Client, Mail, MailKind
from tests.diary_requests import book_one
from tests.factories import (
    NOW,
    make_absence,
    make_appointment,
    make_client,
    make_room,
    make_therapist,
    make_week,
)

HOUR = timedelta(hours=1)
DESK = "desk: desk@example.com"


@pytest.fixture
def phone(massage, start, ana):
    """Books for Ana with boring answers; a test names only what it is about."""

    def _phone(client=ana, *, start=start, knowingly=False, **data):
        rules = Rules.OVERRIDDEN if knowingly else Rules.DESK
        data = {"notify": Notify.NONE, "agrees_to_terms": False, "by": DESK, **data}
        return book_one(massage, start, client=client, rules=rules, now=NOW, **data)

    return _phone


def test_a_client_is_booked_and_told_after_the_grace(phone, ana):
    booked = phone(notify=Notify.from_the_desk())
    assert (booked.client, booked.status) == (ana, "booked")
    assert booked.events.get().by == DESK
    soon = Now() + timedelta(minutes=2)
    assert Mail.objects.filter(kind=MailKind.CONFIRMED, due_at__gt=soon).exists()


def test_nobody_is_told_unless_the_desk_says_so_but_reminders_come(phone, start):
    phone(start=start + timedelta(days=5))
    kinds = set(Mail.objects.values_list("kind", flat=True))
    assert kinds == {MailKind.REMINDER}


def test_somebody_new_is_written_down_without_an_address(phone):
    booked = phone(NewClient(name="Bo Demo", phone="07700 900123"))
    assert (booked.client.name, booked.client.email) == ("Bo Demo", "")
    assert not Mail.objects.filter(client=booked.client).exists()
    assert booked.client.record_events.get().by == DESK


def test_a_new_client_at_a_known_address_is_shown_to_the_desk(phone, ana):
    booked = phone(NewClient(name="Bo Demo", email=ana.email.upper()))
    assert booked.client.same_address_as == ana


def test_a_provisional_client_stays_one_record(phone):
    bo = make_client("Bo Demo", proved_at=None)
    assert phone(bo).client == bo
    assert Client.objects.filter(name="Bo Demo").count() == 1


def test_the_same_key_books_once_and_writes_nobody_down_twice(phone):
    new = NewClient(name="Bo Demo", phone="1")
    assert phone(new, key="k") == phone(new, key="k")
    assert Client.objects.filter(name="Bo Demo").count() == 1


def test_nobody_is_written_down_when_the_time_is_taken(phone):
    phone()
    with pytest.raises(SlotTaken) as refused:
        phone(NewClient(name="Bo Demo", phone="1"))
    assert refused.value.nearest
    assert not Client.objects.filter(name="Bo Demo").exists()


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        (timedelta(hours=-1), "notice of at least 96 hours"),
        (timedelta(days=200), "120 days ahead"),
        (timedelta(hours=9), "does not work then"),
        (timedelta(minutes=7), "10:07"),
    ],
)
def test_a_rule_of_the_clinic_is_said_and_set_aside_knowingly(phone, start, clinic, moved, said):
    clinic.minimum_notice_minutes = 96 * 60 if "notice" in said else 60
    clinic.save()
    with pytest.raises(AgainstTheRules, match=said):
        phone(start=start + moved)
    assert phone(start=start + moved, knowingly=True).starts_at == start + moved


def test_what_the_database_forbids_is_set_aside_by_nobody(phone, start, kim):
    make_absence(start - HOUR, start + HOUR, kim)
    with pytest.raises(SlotTaken):
        phone(knowingly=True)
    with pytest.raises(NotBookable, match="away"):
        phone(therapist=kim, knowingly=True)
    phone(start=start + 3 * HOUR)
    with pytest.raises(SlotTaken):
        phone(start=start + 3 * HOUR, therapist=kim, knowingly=True)


def test_nobody_is_in_two_places_at_once(phone, massage, start):
    phone()
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    massage.rooms.add(make_room("Room 2"))
    with pytest.raises(ClientBusy):
        phone(therapist=lee)


def test_any_therapist_is_whoever_has_the_fewest_minutes(phone, massage, start, kim, room):
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    massage.rooms.add(make_room("Room 2"))
    make_appointment(starts_at=start + 3 * HOUR, treatment=massage, therapist=kim, room=room)
    booked = phone()
    assert booked.therapist == lee
    assert booked.any_therapist


def test_a_treatment_that_is_not_online_is_the_desks_to_book(phone, massage):
    massage.online = False
    massage.save()
    assert phone()
    massage.active = False
    massage.save()
    with pytest.raises(NotBookable, match="not offered"):
        phone()


def test_a_dead_hold_is_no_hindrance(phone, hold, start):
    hold()
    Appointment.objects.update(held_until=NOW - HOUR)
    assert phone()
