"""Whether the client knows of a visit as it is: told, not told yet, told later."""

from datetime import timedelta
from typing import Any

import pytest

from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import TooLate
from bookings.actions.scheduling import changes, undoing
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.scheduling.codes import Rules
from bookings.models import Appointment, Mail, MailKind, MailState
from bookings.queries.scheduling.slots import Slot
from tests.diary_requests import book_one
from tests.factories import NOW, make_client, make_room

DESK = "desk: 1"
HOUR = timedelta(hours=1)
TELLING = Notify.from_the_desk("See you")


@pytest.fixture
def book(massage, start, ana):
    def _book(notify, client=ana):
        asked: dict[str, Any] = {
            "rules": Rules.DESK,
            "agrees_to_terms": False,
            "by": DESK,
            "now": NOW,
        }
        return book_one(massage, start, client=client, notify=notify, **asked)

    return _book


def move(visit, notify, *, by=HOUR, room=None):
    slot = Slot(
        treatment=visit.treatment, start=visit.starts_at + by, therapist=visit.therapist, room=room
    )
    asked = {"revision": visit.revision, "rules": Rules.DESK_MOVE, "notify": notify, "by": DESK}
    return changes.move(MoveRequest(appointment=visit, slot=slot, **asked), now=NOW)


def undo(visit):
    return undoing.undo(visit, revision=visit.revision, by=DESK, now=NOW)


def go_out():
    Mail.objects.filter(state=MailState.SCHEDULED).update(
        state=MailState.SENT, data_at=NOW, sent_at=NOW
    )


def waiting():
    kinds = (MailKind.CONFIRMED, MailKind.MOVED)
    mails = Mail.objects.filter(kind__in=kinds, state=MailState.SCHEDULED)
    return list(mails.values_list("kind", "note"))


@pytest.mark.parametrize(("notify", "not_told"), [(TELLING, False), (Notify.NONE, True)])
def test_a_booking_and_a_move_say_whether_the_client_knows(book, notify, not_told):
    assert book(notify).not_told is not_told
    go_out()
    visit = move(Appointment.objects.get(), notify)
    assert visit.not_told is not_told


def test_whoever_cannot_be_told_is_nobody_to_tell(book):
    assert not book(Notify.NONE, make_client("Bo Demo", email="")).not_told


def test_another_room_is_no_news(book, room, massage):
    visit = book(TELLING)
    assert not move(visit, Notify.NONE, by=timedelta(), room=make_room("Other")).not_told


def test_telling_later_sends_what_fits_with_its_line(book):
    visit = book(Notify.NONE)
    visit = changes.tell(visit, revision=0, note="At last", by=DESK, now=NOW)
    visit.refresh_from_db()
    assert (visit.not_told, waiting()) == (False, [(MailKind.CONFIRMED, "At last")])
    go_out()
    visit = move(visit, Notify.NONE)
    changes.tell(visit, revision=1, note="", by=DESK, now=NOW)
    assert waiting() == [(MailKind.MOVED, "")]


def test_a_line_can_be_added_while_the_mail_waits_and_it_can_be_kept_from_going(book):
    visit = book(TELLING)
    changes.tell(visit, revision=0, note="Another line", by=DESK, now=NOW)
    assert waiting() == [(MailKind.CONFIRMED, "Another line")]
    changes.keep_silent(visit, revision=0, by=DESK, now=NOW)
    visit.refresh_from_db()
    assert (visit.not_told, waiting()) == (True, [])
    changes.tell(visit, revision=0, note="After all", by=DESK, now=NOW)
    assert waiting() == [(MailKind.CONFIRMED, "After all")]


def test_what_has_gone_out_cannot_be_kept_from_going(book):
    visit = book(TELLING)
    go_out()
    with pytest.raises(TooLate):
        changes.keep_silent(visit, revision=0, by=DESK, now=NOW)


def test_undoing_a_silent_move_leaves_the_client_knowing_what_they_knew(book):
    visit = book(TELLING)
    go_out()
    assert not undo(move(visit, Notify.NONE)).not_told
    assert waiting() == []


def test_undoing_a_silent_move_of_what_was_never_told_leaves_it_not_told(book):
    assert undo(move(book(Notify.NONE), Notify.NONE)).not_told


def test_undoing_a_move_brings_back_the_confirmation_that_it_kept_from_going(book):
    visit = undo(move(book(TELLING), Notify.NONE))
    assert not visit.not_told
    assert [note for _, note in waiting()] == ["See you"]
