"""A hold never outlives what made it possible: booking it asks again, under the lock."""

from datetime import time, timedelta

import pytest

from bookings.actions.refusals import AgainstTheRules, NotBookable, Refused, SlotTaken
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client
from tests.factories import NOW, make_absence, make_room, make_week

HOUR = timedelta(hours=1)


@pytest.fixture
def lee(lee, massage):
    """Works as Kim does, and gives the massage too."""
    make_week(lee)
    massage.therapists.add(lee)
    return lee


@pytest.fixture
def refused(book, refusal):
    """The refusal of booking what was held; nothing is booked, nobody written down."""

    def _refused(kind: type[Refused], says: str, **data) -> Refused:
        found = refusal(kind, book, **data)
        assert says in str(found)
        assert not Appointment.objects.filter(status=Status.BOOKED).exists()
        assert not Client.objects.exists()
        return found

    return _refused


def test_not_a_day_that_has_been_closed(hold, refused, start):
    hold()
    make_absence(start - 2 * HOUR, start + 9 * HOUR)
    assert refused(NotBookable, "The clinic is closed then.").nearest


def test_not_the_therapists_time_off(hold, refused, start, kim):
    hold(therapist=kim)
    make_absence(start, start + HOUR, kim)
    assert refused(NotBookable, "Kim Demo is away then.", therapist=kim).nearest


def test_not_a_therapist_who_has_left(hold, refused, kim, lee):
    hold(therapist=kim)
    kim.active = False
    kim.save()
    found = refused(NotBookable, "Kim Demo does not work here any more.", therapist=kim)
    assert found.nearest[0].therapists == (lee,)


def test_not_a_therapist_who_does_not_offer_it_any_more(hold, refused, kim, lee, massage):
    hold(therapist=kim)
    massage.therapists.remove(kim)
    refused(NotBookable, "Kim Demo does not offer", therapist=kim)


def test_not_a_room_that_is_out_of_use_when_there_is_no_other(hold, refused, room):
    hold()
    room.active = False
    room.save()
    refused(SlotTaken, "just been taken")


def test_not_a_treatment_that_has_been_withdrawn(hold, refused, massage):
    hold()
    massage.active = False
    massage.save()
    refused(NotBookable, "is not offered any more.")


def test_not_hours_that_have_been_cut(hold, refused, kim):
    hold()
    kim.shifts.update(start=time(11))
    assert refused(AgainstTheRules, "works then").nearest


def test_not_a_start_that_has_passed(hold, refused, start):
    hold()
    refused(AgainstTheRules, "in the past", now=start)


def test_another_room_is_taken_silently(hold, book, room):
    held = hold()
    other = make_room("Room 2")
    room.active = False
    room.save()
    booked = book()
    booked.refresh_from_db()
    assert (booked.pk, booked.room, booked.status) == (held.pk, other, Status.BOOKED)


def test_whoever_asked_for_nobody_in_particular_gets_another_therapist(hold, book, start, kim, lee):
    held = hold()
    assert held.therapist == kim
    make_absence(start, start + HOUR, kim)
    booked = book()
    booked.refresh_from_db()
    assert (booked.pk, booked.therapist, booked.any_therapist) == (held.pk, lee, True)


def test_price_and_length_stay_as_they_were_when_it_was_held(hold, book, massage):
    hold()
    massage.price, massage.minutes = 99, 90
    massage.save()
    booked = book()
    assert (booked.price, booked.minutes) == (60, 60)


@pytest.mark.parametrize(
    ("field", "value"),
    [("minimum_notice_minutes", 9999), ("horizon_days", 1), ("start_step_minutes", 180)],
)
def test_what_was_settled_with_the_hold_is_not_asked_again(hold, book, clinic, field, value):
    held = hold()
    setattr(clinic, field, value)
    clinic.save()
    assert book().pk == held.pk


def test_a_treatment_taken_off_the_web_site_can_still_be_booked_by_who_holds_it(
    hold, book, massage
):
    held = hold()
    massage.online = False
    massage.save()
    assert book().pk == held.pk


def test_holding_again_asks_again_too(hold, refusal, start):
    hold()
    make_absence(start, start + HOUR)
    refusal(NotBookable, hold)


def test_a_hold_that_ran_out_is_asked_like_any_other(hold, refused, start):
    hold()
    make_absence(start, start + HOUR)
    refused(NotBookable, "closed", now=NOW + timedelta(minutes=11))
