"""A start that is held while the form is filled in."""

from datetime import timedelta

import pytest

from bookings.actions.refusals import NotBookable, SlotTaken, TooManyHolds
from bookings.actions.scheduling import holds
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Mail
from bookings.queries.scheduling.openings import openings
from bookings.queries.scheduling.slots import Ignoring
from tests.factories import NOW, make_room, make_therapist, make_treatment, make_week

MINUTE = timedelta(minutes=1)


def test_a_held_start_is_offered_to_nobody_else(hold, clinic, massage, start):
    hold()
    offered = openings(clinic, massage, first=start.date(), days=1, now=NOW)
    assert start not in [opening.starts_at for opening in offered]


def test_a_held_start_is_still_offered_to_its_visitor(hold, clinic, massage, start):
    hold(visitor="ana")
    mine = Ignoring(holder="ana")
    offered = openings(clinic, massage, first=start.date(), days=1, now=NOW, ignoring=mine)
    assert start in [opening.starts_at for opening in offered]


def test_a_hold_past_its_end_is_free_for_the_next_without_any_sweeper(hold):
    first = hold(visitor="ana")
    second = hold(visitor="bo", now=NOW + 10 * MINUTE)
    first.refresh_from_db()
    assert (first.status, second.status) == (Status.EXPIRED, Status.HELD)


def test_a_hold_lasts_to_its_last_second(hold, refusal):
    hold(visitor="ana")
    refusal(SlotTaken, hold, visitor="bo", now=NOW + 10 * MINUTE - timedelta(seconds=1))


def test_a_visitor_holds_one_start_at_a_time(hold, start):
    first = hold()
    second = hold(start=start + timedelta(hours=3))
    first.refresh_from_db()
    assert (first.status, second.status) == (Status.EXPIRED, Status.HELD)


def test_a_visitor_may_shift_a_hold_to_an_overlapping_start(hold, start):
    hold()
    assert hold(start=start + 15 * MINUTE).status == Status.HELD


def test_a_refused_hold_leaves_the_earlier_one(hold, start, refusal):
    mine = hold(visitor="ana")
    hold(visitor="bo", start=start + timedelta(hours=3))
    refusal(SlotTaken, hold, visitor="ana", start=start + timedelta(hours=3))
    mine.refresh_from_db()
    assert mine.status == Status.HELD


def test_a_hold_owes_no_mail_and_has_no_client(hold):
    assert hold().client is None
    assert not Mail.objects.exists()


def test_the_refusal_names_the_three_nearest_starts(hold, start, refusal):
    hold(visitor="bo")
    taken = refusal(SlotTaken, hold, visitor="ana")
    gaps = [(opening.starts_at - start) / MINUTE for opening in taken.nearest]
    # An hour and a quarter is blocked, so nothing starts between 8:45 and 11:15.
    assert gaps == [75, 90, 105]


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (lambda at: NOW - MINUTE, "in the past"),
        (lambda at: NOW.replace(minute=0, second=0) + 60 * MINUTE, "notice of at least 2 hours"),
        (lambda at: at(121, 10), "120 days ahead"),
        (lambda at: at(3, 10) + timedelta(days=2_900_000), "120 days ahead"),
        (lambda at: at(3, 10, 5), "do not start at 10:05"),
        (lambda at: at(3, 10) + timedelta(seconds=1), "do not start"),
    ],
)
def test_a_start_that_can_never_be_booked_says_why(hold, at, refusal, when, says):
    refused = refusal(NotBookable, hold, start=when(at))
    assert says in str(refused)
    assert refused.nearest


def test_the_last_day_of_the_horizon_can_be_booked(hold, at):
    assert hold(start=at(120, 10)).status == Status.HELD


def test_a_start_outside_the_shift_is_refused_in_a_sentence(hold, start, refusal):
    assert "works then" in str(refusal(NotBookable, hold, start=start.replace(hour=20)))


def test_an_inactive_treatment_cannot_be_held(hold, massage, refusal):
    massage.active = False
    massage.save()
    refused = refusal(NotBookable, hold)
    assert "not offered any more" in str(refused)
    assert not refused.nearest


def test_a_therapist_who_does_not_offer_it_cannot_be_asked_for(hold, clinic, refusal):
    lee = make_therapist("Lee Demo")
    refused = refusal(NotBookable, hold, therapist=lee)
    assert "Lee Demo does not offer" in str(refused)
    assert len(refused.nearest) == 3


def test_any_therapist_means_who_has_the_fewest_minutes_that_day(hold, book, massage, kim, start):
    lee = make_therapist("Lee Demo")
    make_week(lee)
    short = make_treatment("Short", minutes=30, therapists=[lee])
    massage.therapists.add(lee)
    make_room("Room 2")
    massage.rooms.clear()
    book(therapist=kim)
    book(treatment=short, therapist=lee, name="Bo Demo")
    taken = hold(visitor="bo", start=start + timedelta(hours=4))
    assert taken.therapist == lee


def test_one_address_cannot_hold_the_whole_diary(hold, settings, start, refusal):
    settings.HOLDS_AT_ONCE_PER_ADDRESS = 2
    hold(visitor="a", address="office")
    hold(visitor="b", address="office", start=start + timedelta(hours=2))
    third = start + timedelta(hours=4)
    refusal(TooManyHolds, hold, visitor="c", address="office", start=third)
    assert hold(visitor="c", address="elsewhere", start=third)


def test_one_address_cannot_keep_taking_holds(hold, settings, start, refusal):
    settings.HOLDS_PER_HOUR_PER_ADDRESS = 2
    hold(address="office")
    hold(address="office", start=start + timedelta(hours=2))
    refusal(TooManyHolds, hold, address="office")
    assert hold(address="office", now=NOW + timedelta(hours=1, minutes=1))


def test_the_sweeper_only_tidies(hold):
    hold()
    assert holds.expire_dead_holds(now=NOW) == 0
    assert holds.expire_dead_holds(now=NOW + 10 * MINUTE) == 1
    assert Appointment.objects.get().status == Status.EXPIRED
