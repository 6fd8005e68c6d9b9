"""What the desk has just booked or cancelled is undone, and nobody hears of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bookings.actions.mail.outbox import GRACE, Notify
from bookings.actions.money import payments
from bookings.actions.refusals import Refused, SlotTaken, Stale
from bookings.actions.scheduling import cancellation, undoing
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.statuses import Status
from bookings.models import Account, Appointment, Clinic, Mail, MailKind, MailState, Method
from tests.diary_requests import book_one
from tests.factories import NOW, make_absence, make_appointment, make_client
from tests.reading import present

DESK = "desk: 1"
SECOND = timedelta(seconds=1)
TOLD = (MailKind.CONFIRMED, MailKind.CANCELLED, MailKind.MOVED)


@pytest.fixture
def visit(massage, start, ana):
    asked: dict[str, Any] = {"rules": Rules.DESK, "agrees_to_terms": False, "by": DESK, "now": NOW}
    return book_one(massage, start, client=ana, notify=Notify.from_the_desk(), **asked)


@pytest.fixture
def cancel(visit):
    def _cancel(*, now=NOW + timedelta(hours=1), by=DESK, notify=None, **facts):
        notify = notify or Notify.from_the_desk()
        return cancellation.cancel(visit, notify=notify, by=by, now=now, **facts)

    return _cancel


def undo(visit, *, now=NOW + SECOND):
    return undoing.undo(visit, revision=visit.revision, by=DESK, now=now)


def offered(visit, *, now):
    return undoing.offered(visit, Clinic.objects.the(), by=DESK, now=now)


def to_be_told():
    """What would still be sent, but for reminders."""
    waiting = Mail.objects.filter(kind__in=TOLD, state=MailState.SCHEDULED)
    return sorted(waiting.values_list("kind", flat=True))


def say_is_sent(kind):
    Mail.objects.filter(kind=kind).update(state=MailState.SENT, data_at=NOW, sent_at=NOW)


def test_a_booking_that_is_undone_gives_its_time_back_and_nothing_is_sent(visit, ana):
    assert to_be_told() == [MailKind.CONFIRMED]
    undone = undo(visit)
    assert undone.status == Status.CANCELLED
    assert not Mail.objects.filter(state=MailState.SCHEDULED).exists()


def test_its_form_books_anew_when_it_is_sent_again(visit):
    undo(visit)
    visit.refresh_from_db()
    assert visit.booking_key is None


def test_undoing_twice_undoes_once(visit):
    undo(visit)
    assert undo(visit).revision == 1
    assert visit.events.count() == 2


def test_a_cancelled_visit_stands_again_with_its_reminders_and_the_confirmation_that_waited(
    visit, cancel
):
    reminders = Mail.objects.filter(kind=MailKind.REMINDER, state=MailState.SCHEDULED)
    before = reminders.count()
    cancelled = cancel(now=NOW + SECOND)
    assert to_be_told() == [MailKind.CANCELLED]
    again = undo(cancelled, now=NOW + 2 * SECOND)
    assert (again.status, again.starts_at) == (Status.BOOKED, visit.starts_at)
    assert to_be_told() == [MailKind.CONFIRMED]
    assert reminders.count() == before > 0


def test_whoever_knew_of_the_visit_hears_nothing_of_the_mistake(visit, cancel):
    say_is_sent(MailKind.CONFIRMED)
    undo(cancel(), now=NOW + timedelta(hours=1, seconds=1))
    assert to_be_told() == []


def test_the_fee_of_a_late_cancellation_goes_with_it(visit, clinic, cancel):
    clinic.late_cancellation_fee = 30
    clinic.save()
    late = visit.starts_at - timedelta(hours=1)
    cancelled = cancel(now=late, charging=True)
    owed = Account.of(cancelled).left
    again = undo(cancelled, now=late + SECOND)
    assert (owed, Account.of(again).left) == (Decimal(18), Decimal(60))  # 30 %, and the price again
    assert Account.of(cancel(now=late + 2 * SECOND)).left == 0


@pytest.mark.parametrize("cancelled", [False, True])
def test_it_can_be_undone_as_long_as_the_mail_waits_and_no_longer(visit, cancel, cancelled):
    if cancelled:
        visit = cancel(now=NOW)
    assert present(offered(visit, now=NOW + GRACE - SECOND)).until == NOW + GRACE
    assert not offered(visit, now=NOW + GRACE)
    with pytest.raises(Stale):
        undo(visit, now=NOW + GRACE)


def test_a_booking_that_was_paid_for_stays(visit):
    payments.pay(visit, method=Method.CASH, amount=Decimal(60), key="k", by=DESK, now=NOW)
    with pytest.raises(Stale):
        undo(visit)


def test_a_booking_whose_mail_has_gone_out_stays(visit):
    say_is_sent(MailKind.CONFIRMED)
    with pytest.raises(Stale):
        undo(visit)


def test_a_mail_that_goes_out_while_it_is_withdrawn_is_noticed(visit, monkeypatch):
    """The sender's mark comes between the two looks: nothing is undone."""
    monkeypatch.setattr(undoing, "_is_known", lambda visit: False)
    say_is_sent(MailKind.CONFIRMED)
    with pytest.raises(Stale, match="just been told"):
        undo(visit)
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_what_a_runner_has_cancelled_is_the_runners(visit, cancel):
    assert not offered(cancel(by=Role.RUNNER, now=NOW), now=NOW)


@pytest.mark.parametrize("how", ["taken", "away"])
def test_a_cancelled_visit_whose_time_is_gone_stays_cancelled_and_its_mail_goes(
    visit, cancel, how, massage, kim, room
):
    cancelled = cancel()
    place = {"treatment": massage, "therapist": kim, "room": room, "starts_at": visit.starts_at}
    if how == "taken":
        make_appointment(client=make_client(), **place)
    else:
        make_absence(visit.starts_at, visit.ends_at, kim)
    with pytest.raises(Refused) as refused:
        undo(cancelled, now=NOW + timedelta(hours=1, seconds=1))
    assert isinstance(refused.value, SlotTaken) == (how == "taken")
    assert Appointment.objects.get(pk=visit.pk).status == Status.CANCELLED
    assert to_be_told() == [MailKind.CANCELLED]
