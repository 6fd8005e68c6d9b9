"""Several starts held together, and booked together or not at all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex

import pytest
from django.db import connections

from bookings.actions.clients.identity import newcomer
from bookings.actions.refusals import (
    ClientBusy,
    NotBookable,
    Refused,
    SlotTaken,
    TooManyHolds,
)
from bookings.actions.scheduling import booking, holds
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Mail, MailKind
from bookings.queries.scheduling.slots import Slot
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def choices(massage, start):
    """Ten o'clock on so many days in a row."""
    return lambda count, by=DAY: [
        Slot(treatment=massage, start=start + n * by) for n in range(count)
    ]


def hold_all(slots, visitor="ana", *, address="", now=NOW, **data):
    holder = Holder(key=visitor, address=address)
    return holds.hold(HoldRequest(slots=slots, holder=holder, **data), now=now)


def book_all(slots, visitor="ana", **data):
    data = {
        "client": newcomer(name="Ana Demo", email="ana@example.com", now=NOW),
        "key": token_hex(16),
        "rules": Rules.ONLINE,
        "by": "runner",
        **data,
    }
    request = BookingRequest(slots=slots, holder=Holder(key=visitor), **data)
    return booking.book(request, now=NOW)


def confirmations():
    return Mail.objects.exclude(kind=MailKind.REMINDER)


def live_holds():
    return Appointment.objects.live_holds(NOW)


def test_the_chosen_starts_are_held_together_until_one_moment(choices):
    found = hold_all(choices(3))
    assert (len(found.kept), found.missed) == (3, [])
    assert {hold.held_until for hold in found.kept} == {NOW + 10 * MINUTE}


def test_one_that_is_taken_is_missed_with_openings_near_it_and_the_rest_is_held(choices, book):
    taken = choices(3)[1]
    book(start=taken.start, visitor="bo")
    found = hold_all(choices(3))
    assert len(found.kept) == 2
    [missed] = found.missed
    assert missed.slot == taken
    assert isinstance(missed.why, SlotTaken)
    assert len(missed.why.nearest) == 3


def test_holding_again_keeps_the_common_end(choices):
    hold_all(choices(2))
    again = hold_all(choices(3), now=NOW + 4 * MINUTE)
    assert {hold.held_until for hold in again.kept} == {NOW + 10 * MINUTE}
    assert live_holds().count() == 3


def test_what_is_no_longer_chosen_is_let_go(choices):
    hold_all(choices(3))
    hold_all(choices(3)[:1])
    assert live_holds().count() == 1


def test_after_its_end_a_basket_is_held_anew_if_nobody_was_quicker(choices):
    hold_all(choices(2))
    late = NOW + 20 * MINUTE
    assert {h.held_until for h in hold_all(choices(2), now=late).kept} == {late + 10 * MINUTE}


def test_nobody_is_held_in_two_places_at_once(choices):
    found = hold_all(choices(2, by=30 * MINUTE))
    assert len(found.kept) == 1
    assert isinstance(found.missed[0].why, ClientBusy)


def test_a_known_clients_own_appointment_is_in_the_way(choices, book, massage, start):
    known = book(visitor="home").client
    second = factories.make_therapist("Lee Demo")
    factories.make_week(second)
    factories.make_room("Room 2")
    massage.therapists.add(second)
    assert len(hold_all(choices(2)).kept) == 2
    found = hold_all(choices(2), client=known)
    assert [missed.slot.start for missed in found.missed] == [start]


def test_more_than_twelve_are_refused(choices):
    for act in (hold_all, book_all):
        with pytest.raises(NotBookable):
            act(choices(13))
    assert not Appointment.objects.exists()


def test_what_lies_beyond_the_diary_is_missed_with_a_sentence(choices, clinic):
    beyond = replace(choices(1)[0], start=NOW.replace(hour=10) + timedelta(days=400))
    found = hold_all([*choices(1), beyond])
    assert len(found.kept) == 1
    assert "days ahead" in str(found.missed[0].why)


def test_nobody_holds_the_whole_diary(choices, settings):
    settings.HOLDS_AT_ONCE_PER_ADDRESS = 2
    with pytest.raises(TooManyHolds):
        hold_all(choices(3), address="here")
    assert not live_holds().exists()


def test_all_are_booked_in_one_go_and_one_mail_confirms_them(choices):
    hold_all(choices(3))
    visits = book_all(choices(3))
    assert [visit.status for visit in visits] == [Status.BOOKED] * 3
    assert len({visit.client_id for visit in visits}) == 1
    assert len({visit.together for visit in visits}) == 1
    [mail] = confirmations()
    assert (mail.kind, mail.together) == (MailKind.PLAN_BOOKED, visits[0].together)
    assert mail.not_after == visits[2].starts_at


def test_each_of_them_has_its_own_reminders(choices, start):
    late = [replace(choice, start=choice.start + 7 * DAY) for choice in choices(2)]
    visits = book_all(late)
    reminders = Mail.objects.filter(kind=MailKind.REMINDER)
    assert {mail.appointment_id for mail in reminders} == {visit.pk for visit in visits}


def test_one_alone_is_confirmed_as_any_other(choices):
    [visit] = book_all(choices(1))
    [mail] = confirmations()
    assert (mail.kind, mail.appointment) == (MailKind.CONFIRMED, visit)


def test_the_same_key_again_returns_what_was_booked_first(choices):
    first = book_all(choices(3), key="k" * 32)
    again = book_all(choices(3), key="k" * 32)
    assert [visit.pk for visit in again] == [visit.pk for visit in first]
    assert Client.objects.count() == 1
    assert confirmations().count() == 1


def test_if_one_was_taken_meanwhile_nothing_is_booked_and_the_rest_stays_held(choices, book):
    hold_all(choices(2))
    taken = choices(3)[2]
    book(start=taken.start, visitor="bo")
    with pytest.raises(SlotTaken):
        book_all(choices(3))
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1
    assert live_holds().count() == 2
    assert Client.objects.count() == 1


def test_a_known_client_books_without_a_new_record(choices, book):
    known = book(visitor="home").client
    known.proved_at = NOW
    known.save()
    visits = book_all(choices(3)[1:], client=known)
    assert {visit.client for visit in visits} == {known}
    assert Client.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_book_overlapping_baskets_each_gets_all_of_hers_or_nothing(choices, massage):
    def attempt(visitor: str) -> bool:
        mine = choices(6)[:4] if visitor == "ana" else choices(6)[2:]
        try:
            book_all(mine, visitor=visitor)
        except Refused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, ["ana", "bo"] * 4))
    assert outcomes.count(True) == 1
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 4
