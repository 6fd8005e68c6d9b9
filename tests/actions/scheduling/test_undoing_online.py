"""Taking a cancelling or a move back, for as long as a booking can be."""

from datetime import timedelta

import pytest

from bookings.actions.refusals import SlotTaken, Stale, TooLate, TooManyUnproved
from bookings.actions.scheduling import cancellation, undoing
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Mail, MailState
from tests.diary_requests import move_one
from tests.factories import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
THEN = NOW + HOUR


@pytest.fixture
def told(book):
    """Booked, and the confirmation has gone out."""
    visit = book()
    goes_out("confirmed")
    return visit


@pytest.fixture
def cancelled(told):
    return cancellation.cancel(told, by="runner", now=THEN)


@pytest.fixture
def moved(told):
    return move_one(told, told.starts_at + 3 * HOUR, now=THEN)


def goes_out(kind: str) -> None:
    Mail.objects.filter(kind=kind).update(state=MailState.SENT, sent_at=NOW, data_at=NOW)


def undo(visit, *, now=THEN + MINUTE, revision=None):
    revision = visit.revision if revision is None else revision
    return undoing.undo(visit, revision=revision, by=Role.RUNNER, now=now)


def offered(visit, now=THEN + MINUTE):
    visit = Appointment.objects.with_everything().get(pk=visit.pk)
    return undoing.offered(visit, Clinic.objects.the(), by=Role.RUNNER, now=now)


def owed() -> list[str]:
    return [one.kind for one in Mail.objects.unfinished() if one.kind != "reminder"]


def place(visit) -> tuple:
    visit.refresh_from_db()
    return visit.status, visit.starts_at, visit.therapist_id, visit.room_id, visit.price


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_it_stands_again_where_it_stood(request, told, change):
    was = place(told)
    undo(request.getfixturevalue(change))
    assert place(told) == was
    assert told.revision == 2


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_who_has_heard_nothing_of_the_change_hears_nothing_at_all(request, change):
    undo(request.getfixturevalue(change))
    assert owed() == []


@pytest.mark.parametrize(("change", "kind"), [("cancelled", "confirmed"), ("moved", "moved")])
def test_who_was_told_of_the_change_is_told_again(request, change, kind):
    visit = request.getfixturevalue(change)
    goes_out(change)
    undo(visit)
    assert owed() == [kind]


def test_a_confirmation_that_had_not_gone_out_still_comes(book):
    undo(cancellation.cancel(book(), by="runner", now=THEN))
    assert owed() == ["confirmed"]


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_reminders_are_owed_anew(request, told, change):
    undo(request.getfixturevalue(change))
    reminders = Mail.objects.filter(kind="reminder", state=MailState.SCHEDULED)
    assert {one.revision for one in reminders} == {2}


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_it_is_offered_as_long_as_after_a_booking_and_no_longer(request, refusal, change):
    visit = request.getfixturevalue(change)
    until = THEN + Clinic.objects.the().undo_minutes * MINUTE
    assert offered(visit, until - MINUTE).until == until
    assert offered(visit, until) is None
    refusal(TooLate, undo, visit=visit, now=until)


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_a_time_that_went_meanwhile_is_not_offered_and_not_taken(
    request, told, book, refusal, change
):
    start, visit = told.starts_at, request.getfixturevalue(change)
    book(visitor="bo", email="bo@example.com", start=start, now=THEN)
    assert offered(visit) is None
    before = place(visit)
    refusal(SlotTaken, undo, visit=visit)
    assert place(visit) == before


def test_a_hold_that_is_over_is_in_nobodys_way(told, cancelled, hold):
    hold(start=told.starts_at, visitor="bo", now=THEN)
    long_after = THEN + Clinic.objects.the().hold_minutes * MINUTE
    Clinic.objects.update(undo_minutes=60)
    assert undo(cancelled, now=long_after).status == Status.BOOKED


def test_what_the_clinic_has_done_is_not_the_runners_to_undo(told):
    assert offered(told) is None
    assert offered(cancellation.cancel(told, by="desk: 1", now=THEN)) is None


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_the_same_form_twice_undoes_once_and_an_undo_is_not_undone(request, refusal, change):
    visit = request.getfixturevalue(change)
    revision = visit.revision
    undo(visit, revision=revision)
    undo(visit, revision=revision)
    assert Appointment.objects.get().revision == 2
    assert offered(visit) is None
    refusal(Stale, undo, visit=visit, revision=0)


def test_cancelling_and_undoing_gives_nobody_more_than_the_limit(book, cancelled, start, refusal):
    Clinic.objects.update(most_ahead=1)
    book(start=start + 3 * HOUR, now=THEN)
    refusal(TooManyUnproved, undo, visit=cancelled)
    assert place(cancelled)[0] == Status.CANCELLED
