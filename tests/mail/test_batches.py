"""A sender claims several mails at once; each is still decided, fenced and told of by itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actions.mail import controls, sending, sign_in_mails
from bookings.models import Client, Mail, MailKind, MailState

pytestmark = pytest.mark.django_db
OF_EACH_MAIL = 2  # the mark, and that it was sent


def states():
    return list(Mail.objects.order_by("due_at", "pk").values_list("state", "attempts"))


@pytest.fixture
def queue(owed):
    """So many mails that are due, and each a while after the last."""

    def _queue(count: int) -> list[Mail]:
        mails = [owed() for _ in range(count)]
        Mail.objects.exclude(pk__in=[mail.pk for mail in mails]).delete()  # reminders
        for number, mail in enumerate(mails):
            Mail.objects.filter(pk=mail.pk).update(due_at=Now() - timedelta(hours=1 - number / 100))
        return mails

    return _queue


def test_what_a_batch_asks_for_it_asks_once(queue, post_office, send_due):
    counted = []
    queue(1)
    send_due()
    for count in (1, 11):
        queue(count)
        with CaptureQueriesContext(connection) as asked:
            assert send_due() == count
        counted.append(len(asked))
    assert counted[1] - counted[0] == 10 * OF_EACH_MAIL


def test_each_of_a_batch_has_a_lease_under_its_own_token(queue):
    mails = queue(3)
    claimed = Mail.objects.claim_some(2)
    assert [one.pk for one in claimed] == [one.pk for one in mails[:2]]
    assert claimed[0].lease_token != claimed[1].lease_token
    assert Mail.objects.claim_some(2)[0].pk == mails[2].pk


@pytest.mark.parametrize(("tried", "first_batch"), [(0, 1), (1, 1), (2, 2)])
def test_one_that_was_tried_before_goes_alone(queue, tried, first_batch):
    """It may be what kills its senders: its neighbours do not die with it."""
    mails = queue(4)
    Mail.objects.filter(pk=mails[tried].pk).update(attempts=1)
    assert len(Mail.objects.claim_some(4)) == first_batch


def test_where_an_hour_has_its_cap_each_is_counted(clinic, queue):
    clinic.mails_per_hour = 3
    clinic.save()
    queue(5)
    for _ in range(3):
        [mail] = Mail.objects.claim_some(20)
        assert mail.mark()
    assert Mail.objects.claim_some(20) == []


def test_a_pause_holds_what_is_claimed_already(queue, post_office, send_due):
    queue(4)
    post_office.while_taking = lambda: None
    mail = Mail.objects.claim_some(4)[0]
    controls.pause(by="owner", now=timezone.now())
    assert not mail.mark()
    Mail.objects.update(lease_until=Now())
    assert send_due() == 0
    controls.resume()
    assert send_due() == 4


def test_what_is_paused_midway_is_given_back_as_if_never_tried(
    queue, post_office, send_due, monkeypatch
):
    queue(4)
    sent = Mail.sent

    def sent_and_paused(mail, message_id):
        sent(mail, message_id)
        controls.pause(by="owner", now=timezone.now())

    monkeypatch.setattr(Mail, "sent", sent_and_paused)
    assert send_due() == 1
    assert states() == [(MailState.SENT, 1)] + [(MailState.SCHEDULED, 0)] * 3


def test_while_the_server_is_in_trouble_the_rest_is_given_back(queue, post_office, send_due):
    queue(4)
    post_office.will("553 5.7.1 not from you", at="MAIL")
    assert send_due() == 0
    assert [state for state, _ in states()] == [MailState.SCHEDULED] * 4
    assert not Mail.objects.filter(attempts__gt=0).exists()
    assert len(post_office.messages) == 0


def test_a_slow_server_holds_no_batch_for_long(queue, post_office, send_due, monkeypatch):
    looked_up = []
    look_up = sending.look_up
    monkeypatch.setattr(sending, "HOLDS_FOR", 0)

    def and_count(batch):
        looked_up.append(len(batch))
        look_up(batch)

    monkeypatch.setattr(sending, "look_up", and_count)
    queue(3)
    assert send_due() == 3
    assert looked_up == [3, 2, 1]
    assert set(states()) == {(MailState.SENT, 1)}


def test_who_has_another_address_meanwhile_is_written_there(
    queue, post_office, send_due, monkeypatch
):
    [mail] = queue(1)
    look_up = sending.look_up

    def and_then_the_address_changes(batch):
        look_up(batch)
        Client.objects.filter(pk=mail.client_id).update(email="new@example.com")

    monkeypatch.setattr(sending, "look_up", and_then_the_address_changes)
    assert send_due() == 1
    assert post_office.recipients() == ["new@example.com"]


def test_who_signs_in_waits_for_no_more_than_a_batch(
    queue, post_office, send_due, monkeypatch, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr(sending, "BATCH", 3)
    queue(9)
    look_up = sending.look_up

    def and_somebody_asks_for_a_code(batch):
        look_up(batch)
        if not post_office.messages:
            sign_in_mails.owe("ana@example.com", "Your code", "123456", now=timezone.now())

    monkeypatch.setattr(sending, "look_up", and_somebody_asks_for_a_code)
    assert send_due() == 9
    assert [message["To"] for message in post_office.messages].index("ana@example.com") == 3


def test_a_sender_that_dies_delays_a_batch_by_its_lease_and_burns_nothing_else(queue, send_due):
    mails = queue(3)
    Mail.objects.claim_some(3)
    assert Mail.objects.claim_some(3) == []
    Mail.objects.update(lease_until=Now())
    Mail.objects.reclaim()
    overdue = Mail.objects.filter(due_at__lte=Now(), state=MailState.SCHEDULED, doubts=0)
    assert overdue.count() == len(mails)
    assert set(overdue.values_list("kind", flat=True)) == {MailKind.CONFIRMED}


def test_a_sign_of_life_leaves_nothing_locked_by_whoever_is_frozen(queue, post_office, send_due):
    send_due()
    with CaptureQueriesContext(connection) as asked:
        send_due()
    locking = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    assert all("SKIP LOCKED" in sql for sql in locking)
    assert not any(one["sql"].startswith(("BEGIN", "SAVEPOINT")) for one in asked)
