"""Moving and cancelling."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import SlotTaken, Stale, TooLate
from bookings.actions.scheduling import cancellation
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Mail, MailKind, MailState, WrongStatus
from tests.diary_requests import move_one
from tests.factories import NOW, make_therapist, make_week

HOUR = timedelta(hours=1)


@pytest.fixture
def booked(book):
    """Booked by the action itself, with all it writes down."""
    return book()


@pytest.fixture
def move(booked):
    def _move(*, start=booked.starts_at + 3 * HOUR, now=NOW + HOUR, **data):
        return move_one(booked, start, now=now, **data)

    return _move


def cancel(appointment, **data):
    return cancellation.cancel(appointment, **{"by": "runner", "now": NOW + HOUR, **data})


def test_a_move_keeps_the_appointment_and_raises_its_revision(booked, move):
    moved = move()
    assert (moved.pk, moved.public_id) == (booked.pk, booked.public_id)
    assert moved.starts_at == booked.starts_at + 3 * HOUR
    assert moved.minutes == 60
    assert moved.blocked_until - moved.starts_at == timedelta(minutes=75)
    assert moved.revision == 1


def test_a_move_frees_the_old_time_and_takes_the_new(booked, move, book, refusal):
    moved = move()
    book(visitor="bo", start=booked.starts_at)
    refusal(SlotTaken, book, visitor="cy", start=moved.starts_at)


def test_a_move_says_from_where_to_where(move, booked):
    event = move().events.get(kind="moved")
    before, after = booked.starts_at, booked.starts_at + 3 * HOUR
    assert event.facts["from"]["starts_at"].startswith(f"{before:%Y-%m-%dT%H:%M}")
    assert event.facts["to"]["starts_at"].startswith(f"{after:%Y-%m-%dT%H:%M}")


def test_a_move_owes_one_mail_even_if_sent_twice(move):
    first = move()
    again = move()
    assert (again.revision, again.starts_at) == (first.revision, first.starts_at)
    assert Mail.objects.filter(kind=MailKind.MOVED).count() == 1


def test_an_appointment_may_move_onto_part_of_its_own_time(move, booked):
    assert move(start=booked.starts_at + HOUR / 2).starts_at == booked.starts_at + HOUR / 2


def test_a_move_to_a_taken_time_leaves_the_old_one(move, booked, book, refusal):
    book(visitor="bo", start=booked.starts_at + 3 * HOUR)
    refused = refusal(SlotTaken, move)
    assert len(refused.nearest) == 3
    booked.refresh_from_db()
    assert (booked.revision, booked.status) == (0, Status.BOOKED)


def test_a_move_keeps_the_therapist_where_it_can(move, booked, massage, room):
    ada = make_therapist("Ada Demo")
    make_week(ada)
    massage.therapists.add(ada)
    assert move().therapist == booked.therapist


def test_a_move_may_ask_for_another_therapist(move, massage):
    ada = make_therapist("Ada Demo")
    make_week(ada)
    massage.therapists.add(ada)
    assert move(therapist=ada).therapist == ada


def test_a_form_from_before_another_move_is_refused(move, booked, refusal):
    move()
    refusal(Stale, move, start=booked.starts_at + 5 * HOUR, revision=0)


def test_an_appointment_keeps_the_length_it_was_booked_with(move, massage):
    massage.minutes = 90
    massage.save()
    assert move().minutes == 60


def test_inside_the_cut_off_a_runner_cannot_move(move, booked, refusal):
    late = booked.starts_at - 24 * HOUR
    assert "until 24 hours before" in str(refusal(TooLate, move, now=late))
    assert move(now=late - timedelta(seconds=1)).revision == 1


def test_the_clinic_may_move_inside_the_cut_off(move, booked):
    assert move(by="desk: dee", now=booked.starts_at - 5 * HOUR).revision == 1


def test_inside_the_cut_off_a_runner_cannot_cancel(booked):
    with pytest.raises(TooLate, match="until 12 hours before"):
        cancel(booked, now=booked.starts_at - 12 * HOUR)


def test_just_after_booking_one_may_cancel_whatever_the_cut_off(book, start):
    soon = start - 3 * HOUR
    booked = book(now=soon)
    with pytest.raises(TooLate):
        cancel(booked, now=soon + timedelta(minutes=10))
    assert cancel(booked, now=soon + timedelta(minutes=9)).status == Status.CANCELLED


def test_cancelling_frees_the_time_records_why_and_owes_a_mail(booked, book):
    cancelled = cancel(booked, reason="ill")
    assert cancelled.revision == 1
    assert cancelled.events.get(kind="cancelled").facts == {"reason": "ill"}
    assert Mail.objects.filter(kind=MailKind.CANCELLED, appointment=booked).count() == 1
    assert book(visitor="bo").status == Status.BOOKED


def test_cancelling_twice_changes_nothing(booked):
    cancel(booked)
    assert cancel(booked).revision == 1
    assert booked.events.filter(kind="cancelled").count() == 1


def test_a_cancelled_appointment_cannot_be_moved(booked, move, refusal):
    cancel(booked)
    refusal(Stale, move)


def test_what_has_begun_cannot_be_cancelled_online(booked):
    with pytest.raises(TooLate, match=r"^This appointment has already begun\.$"):
        cancel(booked, now=booked.starts_at)


def test_a_status_changes_only_along_the_table_of_moves(booked):
    booked.become(Status.ARRIVED, by="desk: dee", now=NOW)
    with pytest.raises(WrongStatus):
        booked.become(Status.CANCELLED, by="desk: dee", now=NOW)
    assert Appointment.objects.get().status == Status.ARRIVED


def owed(kind, visit):
    return Mail.objects.filter(kind=kind, appointment=visit).first()


def test_what_the_desk_changes_is_told_after_three_minutes_with_a_line_of_its_own(
    booked, start, move
):
    moved = move(start=start + HOUR, notify=Notify.from_the_desk("Sorry, Kim is ill."), by="desk")
    mail = owed("moved", moved)
    assert mail.note == "Sorry, Kim is ill."
    assert timedelta(minutes=2) < mail.due_at - timezone.now() <= timedelta(minutes=3)


def test_an_undo_within_the_grace_sends_nothing(booked, start, move):
    moved = move(start=start + HOUR, notify=Notify.from_the_desk(), by="desk")
    move(start=start, revision=moved.revision, notify=Notify.NONE, by="desk")
    assert [mail.state for mail in Mail.objects.filter(kind="moved")] == [MailState.SUPERSEDED]


def test_a_silent_change_still_moves_the_reminders(booked, start, move):
    moved = move(start=start + 3 * HOUR, notify=Notify.NONE, by="desk")
    assert owed("moved", moved) is None
    reminders = Mail.objects.filter(kind="reminder", state=MailState.SCHEDULED)
    assert {mail.revision for mail in reminders} <= {moved.revision}


def test_what_its_runner_moves_when_it_is_too_late_to_cancel_stays_too_late(booked, move):
    """Else the fee is saved by moving it far off first. The desk has agreed to what it moves."""
    Clinic.objects.update(
        move_cutoff_hours=2, cancel_cutoff_hours=24, undo_minutes=0, late_cancellation_fee=50
    )
    far_off, late = booked.starts_at + timedelta(days=7), booked.starts_at - 5 * HOUR
    by_desk = move(start=booked.starts_at + 2 * HOUR, now=late, by="desk: dee", rules=Rules.DESK)
    assert not by_desk.events.filter(facts__late=True).exists()
    moved = move_one(by_desk, far_off, now=late)
    with pytest.raises(TooLate, match="moved when it was too late to cancel"):
        cancel(moved, now=late)
    again = move_one(moved, far_off + HOUR, now=late)
    cancel(again, by="desk: dee", charging=True, now=late)
    assert again.fees.get().rule == "Moved when it was too late to cancel, and cancelled"


def test_what_is_moved_in_time_is_cancelled_in_time(booked, move):
    Clinic.objects.update(move_cutoff_hours=2, cancel_cutoff_hours=24, undo_minutes=0)
    moved = move(start=booked.starts_at + timedelta(days=7), now=booked.starts_at - 25 * HOUR)
    assert cancel(moved, now=booked.starts_at - HOUR).status == Status.CANCELLED
