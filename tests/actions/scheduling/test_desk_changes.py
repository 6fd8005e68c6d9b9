"""The desk moves, lengthens and puts back; what it may set aside, and what nobody may."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bookings.actions.mail.outbox import Notify
from bookings.actions.money import payments
from bookings.actions.refusals import AgainstTheRules, NotBookable, SlotTaken, Stale
from bookings.actions.scheduling import changes, undoing
from bookings.actions.scheduling.changes import MoveRequest
from bookings.core.scheduling.codes import Rules
from bookings.models import Mail, MailKind, MailState
from bookings.queries.scheduling.slots import Placement, Slot
from tests.factories import NOW, make_absence, make_room, make_therapist, make_treatment, make_week

DESK = "desk: demo@example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def visit(book):
    return book()


@pytest.fixture
def change(kim):
    """The desk's change, to an hour with Kim unless the test says otherwise."""

    def _change(visit, start, *, until=None, room=None, treatment=None, revision=0, **data):
        slot = Slot(
            treatment=treatment or visit.treatment,
            start=start,
            therapist=data.pop("therapist", kim),
            room=room,
            length=(until or start + HOUR) - start,
        )
        rules = Rules.OVERRIDDEN if data.pop("knowingly", False) else Rules.DESK_MOVE
        request = MoveRequest(
            appointment=visit, slot=slot, revision=revision, rules=rules, by=DESK, **data
        )
        return changes.move(request, now=NOW)

    return _change


def test_a_moved_appointment_keeps_its_row_and_the_event_says_from_where(visit, change, start):
    moved = change(visit, start + 2 * HOUR)
    assert (moved.pk, moved.starts_at, moved.revision) == (visit.pk, start + 2 * HOUR, 1)
    event = moved.events.last()
    assert (event.kind, event.by) == ("moved", DESK)
    assert event.facts["from"]["starts_at"] == f"{start:%Y-%m-%dT%H:%M:%SZ}"


def test_a_longer_appointment_blocks_longer(visit, change, start):
    longer = change(visit, start, until=start + timedelta(minutes=90))
    assert longer.blocked_until == start + timedelta(minutes=105)


def test_undo_puts_back_exactly_what_was_and_nobody_is_written_to(visit, change, start):
    before = Placement.of(visit)
    moved = change(visit, start + 2 * HOUR, notify=Notify.from_the_desk())
    back = undoing.undo(moved, revision=1, by=DESK, now=NOW)
    assert Placement.of(back) == before
    waiting = Mail.objects.filter(kind=MailKind.MOVED, state=MailState.SCHEDULED)
    assert not waiting.exists()


def test_a_client_who_was_told_of_the_change_is_told_of_its_undoing(visit, change, start):
    moved = change(visit, start + 2 * HOUR, notify=Notify.from_the_desk())
    Mail.objects.filter(kind=MailKind.MOVED).update(state=MailState.SENT, sent_at=NOW)
    undoing.undo(moved, revision=1, by=DESK, now=NOW)
    assert Mail.objects.get(kind=MailKind.MOVED, revision=2).state == MailState.SCHEDULED


def test_what_was_taken_meanwhile_cannot_be_put_back(visit, change, start, book):
    moved = change(visit, start + 2 * HOUR)
    book(name="Bo Demo", email="bo@example.com", visitor="bo")
    with pytest.raises(SlotTaken):
        undoing.undo(moved, revision=1, by=DESK, now=NOW)


def test_outside_the_shift_needs_to_be_done_knowingly(visit, change, start):
    evening = start.replace(hour=18)
    with pytest.raises(AgainstTheRules, match="Kim Demo does not work then") as caught:
        change(visit, evening)
    assert caught.value.nearest
    assert change(visit, evening, knowingly=True).starts_at == evening


def test_off_the_grid_needs_to_be_done_knowingly(visit, change, start):
    odd = start + timedelta(minutes=7)
    with pytest.raises(AgainstTheRules, match="10:07"):
        change(visit, odd)
    assert change(visit, odd, knowingly=True).starts_at == odd


def test_a_conflict_is_named_and_cannot_be_set_aside(visit, change, book, start):
    book(start=start + 2 * HOUR, name="Bo Demo", email="bo@example.com", visitor="bo")
    with pytest.raises(SlotTaken, match="Kim Demo already has Bo Demo from 12:00 to 13:15"):
        change(visit, start + 2 * HOUR, knowingly=True)


def test_a_taken_room_is_named(visit, change, book, massage, start, room):
    lee = make_therapist("Lee Demo")
    make_week(lee)
    massage.therapists.add(lee)
    book(start=start + 2 * HOUR, therapist=lee, name="Bo", email="bo@example.com", visitor="bo")
    with pytest.raises(SlotTaken, match="Room 1 is taken then"):
        change(visit, start + 2 * HOUR, room=room)
    make_room("Room 2")
    assert change(visit, start + 2 * HOUR).room.name == "Room 2"


def test_nobody_is_moved_into_time_off_or_a_closure(visit, change, start, kim):
    make_absence(start + 2 * HOUR, start + 3 * HOUR, kim)
    with pytest.raises(NotBookable, match="Kim Demo is away then"):
        change(visit, start + 2 * HOUR, knowingly=True)
    make_absence(start + 4 * HOUR, start + 5 * HOUR)
    with pytest.raises(NotBookable, match="The clinic is closed then"):
        change(visit, start + 4 * HOUR, knowingly=True)


def test_a_therapist_who_does_not_offer_the_treatment_does_not_get_it(visit, change, start):
    with pytest.raises(NotBookable, match="Lee Demo does not offer"):
        change(visit, start, therapist=make_therapist("Lee Demo"), knowingly=True)


def test_a_stale_form_is_told_what_has_changed(visit, change, start):
    change(visit, start + 2 * HOUR)
    with pytest.raises(Stale, match=r"changed by desk: demo@example.com.*12:00"):
        change(visit, start + 4 * HOUR)


def test_the_same_form_sent_twice_moves_once(visit, change, start):
    change(visit, start + 2 * HOUR)
    assert change(visit, start + 2 * HOUR).revision == 1


def test_hours_are_real_on_the_night_the_clocks_change(visit, change):
    start = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    moved = change(visit, start, knowingly=True)
    assert moved.ends_at - moved.starts_at == HOUR


def test_another_treatment_comes_with_its_length_and_price_and_undo_takes_both_back(
    visit, change, start, kim
):
    longer = make_treatment("Long", therapists=[kim], minutes=90, buffer_minutes=5, price=88)
    changed = change(visit, start, until=start + timedelta(minutes=90), treatment=longer)
    assert (changed.treatment, changed.price, changed.minutes) == (longer, 88, 90)
    assert changed.blocked_until == start + timedelta(minutes=95)
    back = undoing.undo(changed, revision=1, by=DESK, now=NOW)
    assert (back.treatment, back.price, back.minutes) == (visit.treatment, Decimal(60), 60)


def test_undoing_a_move_keeps_a_price_that_was_agreed_since(visit, change, start):
    moved = change(visit, start + HOUR)
    payments.set_price(moved, Decimal(50), by=DESK, now=NOW)
    assert undoing.undo(moved, revision=1, by=DESK, now=NOW).price == 50
